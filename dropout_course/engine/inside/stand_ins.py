"""What the names of a library are that is not there: they may be named, and hardly used.

What is computed with them is refused, in a sentence that says what to do. What sets up a library,
or only shows and records, does nothing here, for nothing depends on it: a right answer below it
stays right.
"""

from __future__ import annotations

import functools
import math
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np

IN_NUMPY = "this exercise is to be done in NumPy; {library} is not available: write what {name} "
IN_NUMPY += "does with NumPy"
DO_WITHOUT = "{library} is not installed where notebooks are graded: do without {name}"
# A later one than any that a notebook may ask for: it would have it, where it runs.
VERSION = "99.0.0"

_REFUSED = "call getitem setitem delitem iter reversed len contains enter exit array array_ufunc "
_REFUSED += "array_function neg pos abs invert float int index complex round fspath lt le gt ge "
_TWO = "add sub mul matmul truediv floordiv mod divmod pow and xor lshift rshift"
_REFUSED += f"{_TWO} r{' r'.join(_TWO.split())}"


class NotAvailable:
    """A name of an absent library; the class's own name is one that a message may show.

    Parameters
    ----------
    name
        With its library's, such as ``torch.Tensor``.
    why
        What is said where it is used, with ``{library}`` and ``{name}``.
    """

    def __init__(self, name: str, why: str = DO_WITHOUT) -> None:
        self._name, self._why = name, why

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("_name", "_why"):  # a copy has none at first
            raise AttributeError(f"this stand-in for a library that is not there has no {name}")
        return part(f"{self._name}.{name}", self._why)

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        library = self._name.partition(".")[0]
        text = self._why.format(library=library, name=self._name)
        raise ModuleNotFoundError(text, name=library)

    def __repr__(self) -> str:
        return f"<{self._name}, not available>"

    def __format__(self, form: str) -> str:
        return self._refuse() if form else repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NotAvailable) and other._name == self._name

    def __hash__(self) -> int:
        return hash(self._name)

    def __bool__(self) -> bool:
        return True

    # What follows is for annotations, for questions about a type, and for classes never made.

    def __instancecheck__(self, instance: Any) -> bool:
        return False

    def __subclasscheck__(self, kind: Any) -> bool:
        return False

    def __or__(self, other: Any) -> Any:
        return self._either(self, other) if _is_kind(other) else self._refuse()

    def __ror__(self, other: Any) -> Any:
        return self._either(other, self) if _is_kind(other) else self._refuse()

    @staticmethod
    def _either(*kinds: Any) -> Any:
        return typing.Union[kinds]  # noqa: UP007 - `|` is what is being defined

    def __getitem__(self, key: Any) -> Any:
        return self if self._last()[:1].isupper() else self._refuse()

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        def refuse(kind: type, *args: Any, **kwargs: Any) -> NoReturn:
            self._refuse()

        # It takes what is said in the line of a class: `class Net(nn.Module, tag=1)`.
        ignore = classmethod(lambda kind, **options: None)
        return (type(self._last(), (), {"__new__": refuse, "__init_subclass__": ignore}),)

    def _last(self) -> str:
        return self._name.rpartition(".")[2]


for _name in _REFUSED.split():
    if f"__{_name}__" not in vars(NotAvailable):
        setattr(NotAvailable, f"__{_name}__", NotAvailable._refuse)
del _name


def _is_kind(value: Any) -> bool:
    """Whether it can stand in an annotation beside another one."""
    kinds = (str, types.UnionType, typing.TypeVar)
    return value is None or isinstance(value, kinds) or callable(value)


class Silent(NotAvailable):
    """What only shows or records: all that it is told is taken, and nothing comes of it."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Give what is silent again."""
        return self

    __enter__ = __getitem__ = __call__

    def __exit__(self, *exception: Any) -> None:
        pass

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    __delitem__ = __exit__

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __getattr__(self, name: str) -> Any:
        given = super().__getattr__(name)
        return Silent(given._name) if type(given) is NotAvailable else given


class Switch(NotAvailable):
    """What changes how fast something is computed, or what is recorded of it, and not its value.

    A decorator, with and without arguments, and a context.
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Give a function that it decorates as it is."""
        plain = args and callable(args[0]) and not isinstance(args[0], NotAvailable)
        return args[0] if plain else self

    __enter__ = __call__

    def __exit__(self, *exception: Any) -> None:
        pass


class _Type(NotAvailable):
    """A type of numba's, as it stands in a signature: ``float64(float64[:])``."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Give a signature; what it says changes nothing."""
        return self

    __getitem__ = __call__


# --- what does no harm ----------------------------------------------------------------------


def _always(value: Any) -> Callable[..., Any]:
    return lambda *args, **kwargs: value


def _device(*args: Any, **kwargs: Any) -> NotAvailable:
    named = ", ".join(map(repr, [*args, *kwargs.values()]))
    return NotAvailable(f"torch.device({named})", IN_NUMPY)


def _elementwise(*args: Any, **kwargs: Any) -> Any:
    """Do what numba's ``vectorize`` does: let a function of numbers take arrays."""
    if not args or not isinstance(args[0], types.FunctionType):
        return _elementwise
    function = args[0]
    each = np.frompyfunc(function, function.__code__.co_argcount, 1)

    @functools.wraps(function)
    def over(*values: Any) -> Any:
        found = each(*values)
        if not isinstance(found, np.ndarray):
            return found
        return np.array(found.tolist()).reshape(found.shape)  # of the type of all, not of objects

    return over


def _shown(*values: Any) -> Any:
    """Give back what ``ic`` is called with, as it does, and show nothing."""
    return values[0] if len(values) == 1 else values or None


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# By the last part of a name. None of these gives a value that an answer could be made of.
_NOTHING = _words("""
    manual_seed manual_seed_all set_seed set_random_seed seed_everything set_num_threads
    set_num_interop_threads setNumThreads use_deterministic_algorithms set_printoptions
    set_default_dtype set_default_device set_default_tensor_type set_float32_matmul_precision
    set_flush_denormal set_start_method set_memory_growth empty_cache synchronize
    set_option reset_option set_options set_config register_matplotlib_converters
    set_theme set_style set_palette set_context set_color_codes reset_defaults reset_orig despine
    filterwarnings simplefilter set_verbosity set_verbosity_error set_verbosity_warning
    disable_progress_bar disable_progress_bars init_printing init_notebook_mode output_notebook
    disable_max_rows
""")
_SWITCHES = _words("""
    no_grad enable_grad inference_mode set_grad_enabled set_detect_anomaly option_context njit
    beartype jaxtyped numba.jit jax.jit torch.compile torch.jit.script tensorflow.function
""")
_SILENT: tuple[str, ...] = (
    "google.colab",
    "torch.utils.tensorboard",
    "tensorboard",
    "tensorboardX",
    "wandb",
)
_SILENT += ("mlflow", "ipytest", "jupyter_black", "nb_black", "nest_asyncio", "scienceplots")
_TYPES = _words("float32 float64 int8 uint8 int16 int32 int64 uint32 uint64 intp boolean void")
_NUMBERS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
_ARRAYS = ("torch", "jax.numpy", "cupy")
_OTHERS: dict[str, Any] = {
    **{f"{library}.{name}": value for library in _ARRAYS for name, value in _NUMBERS.items()},
    **dict.fromkeys(("seaborn.set", "jax.config.update", "cupy.random.seed"), _always(None)),
    **dict.fromkeys(("altair.renderers.enable", "altair.themes.enable"), _always(None)),
    "torch.device": _device,
    "torch.cuda.device_count": _always(0),
    "google.colab.userdata.get": _always(""),
    "numba.vectorize": _elementwise,
    "numba.prange": range,
    "icecream.ic": _shown,
    "triton.jit": _always(NotAvailable("triton.jit")),  # a kernel: written, and not started
}


def is_silent(name: str) -> bool:
    """Whether what has this name only shows or records, or stands in a library that does."""
    return any(name == one or name.startswith(f"{one}.") for one in _SILENT)


def part(name: str, why: str) -> Any:
    """Give what stands in for a name of an absent library.

    Parameters
    ----------
    name
        With its library's and its modules'.
    why
        As for `NotAvailable`.
    """
    above, _, last = name.rpartition(".")
    if name in _OTHERS:
        return _OTHERS[name]
    if last in _NOTHING:
        return _always(None)
    if last in ("is_available", "is_built"):  # of cuda and mps
        return _always(False)
    if last == "list_physical_devices":
        return _always([])
    if name in _SWITCHES or last in _SWITCHES:
        return Switch(name, why)
    if above in ("numba", "numba.types") and last in _TYPES:
        return _Type(name, why)
    if last.endswith("Warning"):  # to filter, by the real `warnings`
        return type(last, (Warning,), {})
    if above.endswith((".errors", ".exceptions")):  # to catch
        return type(last, (Exception,), {})
    return (Silent if is_silent(name) else NotAvailable)(name, why)
