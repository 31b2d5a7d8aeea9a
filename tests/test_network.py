"""The figure `{dropout-network}` as the page carries it: picture, numbers, errors."""

from __future__ import annotations

import importlib.util
import xml.etree.ElementTree as ET
from itertools import islice
from pathlib import Path

import pytest
from sphinx.testing.util import SphinxTestApp

ROOT = Path(__file__).resolve().parents[1]
SPEC = importlib.util.spec_from_file_location("network", ROOT / "book" / "_ext" / "network.py")
network = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(network)

CONF = f"""
import sys
sys.path.insert(0, {str(ROOT / "book" / "_ext")!r})
extensions = ["myst_parser", "network"]
myst_enable_extensions = ["colon_fence"]
html_theme = "basic"
numfig = True
"""
PAGE = """# Page

See {numref}`fig-net`.

```{dropout-network}
:layers: 3 5 2
:rate: 0.4
:seed: 7
:name: fig-net

Caption with *emphasis*.
```
"""


def build(folder: Path, page: str, *others: tuple[str, str]) -> tuple[SphinxTestApp, str]:
    source = folder / "source"
    source.mkdir()
    (source / "conf.py").write_text(CONF)
    (source / "index.md").write_text(page)
    for name, text in others:
        (source / name).write_text(text)
    app = SphinxTestApp("html", srcdir=source, builddir=folder / "build")
    try:
        app.build()
        return app, app.warning.getvalue()
    finally:
        app.cleanup()


def units(svg: str, kind: str) -> list[ET.Element]:
    # Without its `xmlns` the inline picture parses without a namespace.
    return [g for g in ET.fromstring(svg).iter("g") if kind in g.get("class", "").split()]


def test_generator_is_mulberry32():
    # The first numbers of the published JavaScript generator for seed 1, times 2**32.
    got = [round(x * 2**32) for x in islice(network.uniforms(1), 3)]
    assert got == [2693262067, 11749833, 2265367787]


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.5, 0.95, 1.0])
def test_picture_shows_the_mask(rate):
    svg = network.draw((4, 8, 8, 2), rate, 3)
    mask = network.first_mask((4, 8, 8, 2), rate, 3)
    kept = {g.get("data-unit") for g in units(svg, "kept")}
    assert kept == {f"{i}.{j}" for i, row in enumerate(mask, 1) for j, k in enumerate(row) if k}
    assert len(units(svg, "dropped")) == 16 - len(kept)
    assert "nan" not in svg.lower()
    assert "inf" not in svg.lower()


def test_no_unit_survives_at_one_and_all_do_at_zero():
    assert not any(map(any, network.first_mask((4, 8, 8, 2), 1.0, 3)))
    assert all(map(all, network.first_mask((4, 8, 8, 2), 0.0, 3)))


def test_edges_of_dropped_units_fade():
    svg = network.draw((2, 3, 1), 0.5, 0)
    kept = {g.get("data-unit") for g in units(svg, "kept")}
    for line in ET.fromstring(svg).iter("line"):
        hidden = next(end for end in line.get("data-ends").split() if end.startswith("1."))
        assert ("off" in line.get("class").split()) == (hidden not in kept)


@pytest.mark.parametrize(("rate", "text"), [(0.0, "×1"), (0.5, "×2"), (0.35, "×1.54"), (1.0, "0")])
def test_factor_of_the_kept(rate, text):
    assert network.factor(rate) == text


def test_committed_picture_is_current():
    committed = (ROOT / "book" / "_static" / "dropout-network.svg").read_text(encoding="utf-8")
    want = network.draw(network.LAYERS, network.RATE, network.SEED, standalone=True) + "\n"
    assert committed == want, "run `python book/_ext/network.py`"


@pytest.mark.parametrize("text", ["4 2", "4 0 2", "4 13 2", "4 x 2", "1 2 3 4 5 6 7", None])
def test_layers_outside_the_picture_are_refused(text):
    with pytest.raises(ValueError, match="three to six layers"):
        network.layers_option(text)


def test_layers_with_or_without_commas():
    assert network.layers_option("4, 8,8 2") == network.layers_option("4 8 8 2") == (4, 8, 8, 2)


@pytest.mark.parametrize("text", ["1.05", "-0.1", "nan", "half", "0.33", None])
def test_rates_off_the_slider_are_refused(text):
    with pytest.raises(ValueError, match=r"steps of 0\.05"):
        network.rate_option(text)


def test_page_numbers_the_figure_and_loads_the_script_where_it_is_used(tmp_path):
    other = ("plain.md", "# Plain\n\nNo figure.\n")
    page = PAGE + "\n```{toctree}\nplain\n```\n"
    app, warnings = build(tmp_path, page, other)
    assert warnings == ""
    html = (Path(app.outdir) / "index.html").read_text(encoding="utf-8")
    assert '<figure class="dropout-network' in html
    assert 'id="fig-net"' in html
    assert "Caption with <em>emphasis</em>." in html
    assert 'href="#fig-net"><span class="std std-numref">Fig. 1</span>' in html
    assert 'src="_static/js/dropout-network.js"' in html
    plain = (Path(app.outdir) / "plain.html").read_text(encoding="utf-8")
    assert "dropout-network" not in plain


def test_bare_directive_has_a_caption(tmp_path):
    app, warnings = build(tmp_path, "# Page\n\n```{dropout-network}\n```\n")
    assert warnings == ""
    assert network.CAPTION in (Path(app.outdir) / "index.html").read_text(encoding="utf-8")


def test_wrong_option_names_the_remedy(tmp_path):
    _, warnings = build(tmp_path, "# Page\n\n```{dropout-network}\n:rate: 1.5\n```\n")
    assert "in steps of 0.05" in warnings
