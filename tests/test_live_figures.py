"""What the interactive figures share: their generator, and their data in the page."""

from __future__ import annotations

import json
from itertools import islice

import numpy as np
import pytest
from small_book import extension

live = extension("live_figures")
network = extension("network")


@pytest.mark.parametrize("seed", [0, 3, 2**32 - 1])
def test_the_generator_is_that_of_the_first_figure(seed):
    want = list(islice(network.uniforms(seed), 500))
    np.testing.assert_array_equal(live.uniforms(seed, 500), want)


def test_data_that_look_like_the_end_of_a_script_stay_data():
    html = live.element("some-figure", {"kind": 'a"b'}, "<p>x</p>", {"say": "</script><b>"})
    head = '<some-figure class="live" kind="a&quot;b"><p>x</p><script type="application/json">'
    assert html.startswith(head)
    inside = html.split('json">')[1].removesuffix("</script></some-figure>")
    assert "<" not in inside
    assert json.loads(inside) == {"say": "</script><b>"}
