"""Values of the kinds that cross between a law and an answer, for tests of what carries them."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dropout_course.engine.inside import codec

dtypes = st.sampled_from(sorted(codec.DTYPES)).map(np.dtype)
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
numbers = st.floats() | st.integers(-(2**200), 2**200) | st.booleans() | st.none()
leaves = arrays | numbers | st.text() | arrays.filter(lambda a: a.size > 0).map(lambda a: a.flat[0])
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
