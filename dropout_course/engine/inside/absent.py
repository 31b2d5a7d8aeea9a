"""What stands in for a library that an exercise does not use.

Importing it costs nothing, as long as nothing of it is used: what is used says what to do. In a
NumPy chapter that holds for other array libraries, installed or not, and everywhere for what is
often imported at the top of a notebook and not installed where it is graded. The bars of tqdm can
be used as well, for they change nothing but what is seen, and so can what `stand_ins` lists. An
import that the code itself guards by ``except ImportError`` fails, for then there is another way.
"""

from __future__ import annotations

import ast
import builtins
import functools
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import os
import sys
import types
from typing import Any

from dropout_course.engine.inside import bars, stand_ins

# Where they are installed, a NumPy chapter's jail hides them, or what they import first.
ARRAYS: tuple[str, ...] = ("torch", "tensorflow", "jax", "keras", "cupy", "triton")
ARRAYS += (
    "torchvision",
    "torchaudio",
    "torchtext",
    "torchinfo",
    "torchsummary",
    "torchmetrics",
    "timm",
    "lightning",
)
ARRAYS += ("pytorch_lightning",)
OFTEN = (
    *("pandas", "polars", "pyarrow", "dask", "datasets", "openpyxl", "networkx", "joblib"),
    *("seaborn", "plotly", "altair", "bokeh", "scienceplots", "cv2", "imageio", "skimage"),
    *("sympy", "numba", "numexpr", "autograd", "statsmodels", "sklearn", "xgboost", "lightgbm"),
    *("transformers", "huggingface_hub", "einops", "jaxtyping", "beartype", "dill"),
    *("cloudpickle", "kaggle", "opendatasets", "gdown"),
    *("tqdm", "icecream", "wandb", "mlflow", "tensorboard", "tensorboardX"),
    *("nest_asyncio", "ipytest", "jupyter_black", "nb_black", "google", "google.colab"),
)
BOARD = "torch.utils.tensorboard"  # it comes with torch, and needs what does not
READERS = ("import_ipynb", "nbimporter", "importnb", "ipynb")  # of notebooks as modules
GUARDS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


_made: set[str] = set()  # names of stand-ins that may be in `sys.modules`


class _Module(types.ModuleType):
    """An absent library or a part of it."""

    _why = stand_ins.DO_WITHOUT

    def __getattr__(self, name: str) -> Any:
        library = self.__name__.partition(".")[0]
        if name == "__version__":
            return stand_ins.VERSION
        if name.startswith("__"):
            text = f"{library} is not there where notebooks are graded, so it has no {name}"
            raise AttributeError(text)
        if library == "tqdm" and name in bars.MODULES:
            return _module(f"{self.__name__}.{name}", self._why)
        return stand_ins.part(f"{self.__name__}.{name}", self._why)

    def __repr__(self) -> str:
        return f"<module {self.__name__!r}, not available>"


def _module(name: str, why: str) -> _Module:
    module = _Module(name)
    module._why = why
    if name.partition(".")[0] == "tqdm":
        vars(module).update(bars.NAMES)  # here, for `from tqdm.auto import *`
    return module


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, libraries: tuple[str, ...], why: str = stand_ins.DO_WITHOUT) -> None:
        self.libraries, self._why = libraries, why

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        library, above = name.partition(".")[0], sys.modules.get(name.rpartition(".")[0])
        if name not in self.libraries and not (
            library in self.libraries and isinstance(above, _Module)
        ):
            return None  # also for what an installed library of this name has not
        asking = sys._getframe(1)
        if _only_asks(asking):
            return None
        if _guarded(asking):
            raise ModuleNotFoundError(f"No module named {library!r}", name=library)
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        _made.add(spec.name)
        return _module(spec.name, self._why)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


class _Last(importlib.abc.MetaPathFinder):
    """Stands behind all other finders, and says what to do about what none of them found."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Find nothing."""
        asking = sys._getframe(1)
        if "." in name or _only_asks(asking) or _guarded(asking):
            return
        if any(os.path.isfile(os.path.join(place, f"{name}.ipynb")) for place in ("", *sys.path)):
            todo = f"a notebook can't be imported: write %run {name}.ipynb, or put what you need "
            todo += f"of it into {name}.py, beside this notebook"
        elif name in READERS:
            todo = "it is not installed where notebooks are graded: write %run other.ipynb, or put "
            todo += "what you import into other.py, beside this notebook"
        else:
            todo = f"if it is yours, hand in {name}.py beside the notebook; if it is a library, do "
            todo += "without: it is not installed where notebooks are graded"
        raise ModuleNotFoundError(f"No module named {name!r}: {todo}", name=name)


def _only_asks(frame: types.FrameType | None) -> bool:
    """Whether `importlib.util.find_spec` was called, which imports nothing."""
    while frame and frame.f_code.co_filename.startswith("<frozen importlib"):
        if frame.f_code.co_filename == "<frozen importlib.util>":
            return True
        frame = frame.f_back
    return frame is not None and frame.f_code.co_name == "find_spec"


def _guarded(frame: types.FrameType | None) -> bool:
    """Whether the statement that imports is ready for what can't be imported.

    A library that is installed probes for others in many ways, and gets the truth.
    """
    while frame and _imports(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None or "-packages" in frame.f_code.co_filename:
        return True
    lines = linecache.getlines(frame.f_code.co_filename, frame.f_globals)
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        return False
    known = {**vars(builtins), **frame.f_globals, **frame.f_locals}
    return any(
        statement.lineno <= frame.f_lineno <= (statement.end_lineno or 0)
        for node in ast.walk(tree)
        if any(_catches(kind, known) for kind in _caught(node))
        for statement in getattr(node, "body", ())
    )


def _imports(filename: str) -> bool:
    """Whether code of this file is Python's own that imports, `importlib.import_module` too."""
    return filename.startswith("<frozen importlib") or filename == importlib.__file__


def _caught(node: ast.AST) -> list[ast.expr | None]:
    """Give what a statement says that it catches in its body: the kinds, or None for all."""
    if isinstance(node, (ast.Try, ast.TryStar)):
        return [handler.type for handler in node.handlers]
    if not isinstance(node, (ast.With, ast.AsyncWith)):
        return []
    calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
    return [kind for call in calls if _last(call.func) == "suppress" for kind in call.args]


def _catches(kind: ast.expr | None, known: dict[str, Any]) -> bool:
    """Whether what is caught takes in a failed import; a name of one's own may be anything."""
    if kind is None:
        return True
    if isinstance(kind, ast.Starred):
        return _catches(kind.value, known)
    if isinstance(kind, ast.Tuple):
        return any(_catches(one, known) for one in kind.elts)
    if not isinstance(kind, ast.Name):
        return _last(kind) in GUARDS
    value = known.get(kind.id)
    if isinstance(value, (type, tuple)):
        kinds = value if isinstance(value, tuple) else (value,)
        return any(isinstance(one, type) and issubclass(ModuleNotFoundError, one) for one in kinds)
    return True


def _last(name: ast.expr) -> str:
    return name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")


def stand_in(library: str) -> None:
    """Let the import of libraries that are absent give what can't be used.

    Parameters
    ----------
    library
        What the notebook may use, ``numpy`` or ``torch``.
    """
    if library == "numpy":
        first, often = _Finder(ARRAYS, stand_ins.IN_NUMPY), _Finder(OFTEN)
    else:
        board = () if importlib.util.find_spec("tensorboard") else (BOARD,)
        first, often = _Finder(board), _Finder((*OFTEN, *ARRAYS))
    sys.meta_path.insert(0, first)
    sys.meta_path += [often, _Last()]
    _deny(first.libraries)


def _deny(libraries: tuple[str, ...]) -> None:
    """Let `importlib.util.find_spec` say that they are not there, where they are installed too.

    It says so of what stands in for others as well, which it would find among what is imported.
    """
    find_spec = importlib.util.find_spec

    @functools.wraps(find_spec)
    def asked(name: str, package: str | None = None) -> importlib.machinery.ModuleSpec | None:
        if name in libraries or name.partition(".")[0] in libraries:
            return None
        return None if isinstance(sys.modules.get(name), _Module) else find_spec(name, package)

    importlib.util.find_spec = asked


def forget() -> None:
    """Take the stand-ins out of `sys.modules`, where SciPy and others look for the real ones."""
    # not by a look at all modules: each would be copied for it, in a fork that shares them
    while _made:
        if isinstance(sys.modules.get(name := _made.pop()), _Module):
            del sys.modules[name]
