"""Forging results by what is returned: values that lie about themselves."""

from __future__ import annotations

from attacks.model import in_family

forging = in_family("forging")

ATTACKS = [
    forging(
        "equal-to-everything",
        "Returns objects that compare equal to everything.",
        early="""
class Equal:
    shape, dtype, ndim, size = (), float, 0, 1
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    def __hash__(self): return 0
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __iter__(self): return iter([self, self])
    def __len__(self): return 2
    def __getitem__(self, key): return self
    def __bool__(self): return True
    def __float__(self): return 0.0
""",
        value="Equal()",
    ),
    forging(
        "false-class",
        "Returns objects that claim to be arrays by `__class__` and `__array__`.",
        early="""
import numpy as np
class Liar:
    __class__ = np.ndarray
    shape, ndim, nbytes, dtype, flags = (2, 3), 2, 0, np.dtype("f8"), np.ones(1).flags
    def __array__(self, *a, **k): return np.zeros((2, 3))
    def tobytes(self): return b""
    def newbyteorder(self, *a): return self
""",
        value="Liar()",
    ),
    forging(
        "ndarray-subclass",
        "Returns arrays of a class whose comparisons hold.",
        early="""
import numpy as np
class Good(np.ndarray):
    def __array_function__(self, *a, **k): return True
    def __array_ufunc__(self, *a, **k): return True
    def __eq__(self, other): return True
    __le__ = __ge__ = __lt__ = __gt__ = __eq__
    def __array_finalize__(self, other): pass
""",
        value="np.asarray(x, float).view(Good) if np.ndim(x) else x",
    ),
    forging(
        "number-subclasses",
        "Returns numbers and strings of classes that lie about their values.",
        early="""
class F(float):
    def __float__(self): return 0.0
    def hex(self): return "0x1p0"
    def __eq__(self, other): return True
    def __hash__(self): return 1
class D(dict):
    def items(self): return [("train_mode_accuracy", F(1)), ("eval_accuracy", F(1))]
    def __iter__(self): return iter(["train_mode_accuracy", "eval_accuracy"])
""",
        value="D(a=F(3))",
    ),
    forging(
        "numpy",
        "Patches NumPy's comparisons in its process.",
        early="""
import numpy as np
yes = lambda *a, **k: True
for name in ("allclose", "array_equal", "isclose", "all", "array_equiv", "isfinite", "abs", "max"):
    setattr(np, name, yes)
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
np.array2string = np.array_repr = lambda *a, **k: "[correct]"
""",
    ),
]
