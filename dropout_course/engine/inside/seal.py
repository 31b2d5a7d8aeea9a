"""A seal on the course's own code in a notebook's process.

Scenes run beside the answer, in a process where an answer may change everything that it finds. So
before any cell runs, they are looked up, and the code that asks them is loaded a second time, and
both are held by whoever serves: what a module of the course says later decides nothing. Before
scenes are played, their functions, tables and names are compared with what they were. What differs
is put back, and told.

It is a seal and no wall. Frames and the collector of garbage lead to what is held here, threads and
trace functions act after the comparison, and where torch, NumPy or the interpreter was changed,
right scenes are played to a wrong result.
"""

from __future__ import annotations

import builtins
import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from operator import attrgetter, is_, methodcaller
from types import CellType, FunctionType, ModuleType
from typing import Any, NamedTuple

SCENES, INSIDE = "dropout_course.scenes", "dropout_course.engine.inside"
ASKING = tuple(f"{INSIDE}.{name}" for name in ("layouts", "reading", "writing", "codec"))
REGISTRY = "__warningregistry__"  # Python adds it to a module that something is warned of in
_WITHIN = ("__func__", "__wrapped__", "fget", "fset")  # of class methods, caches and properties


class Seal(NamedTuple):
    """What is held; to be unpacked before a cell runs, for a class can be changed.

    Attributes
    ----------
    play : callable
        ``play(names, request)`` answers a request as `answering.answer` does, with the scenes of
        before, and by code that no module leads to.
    mend, mend_all : callable
        Put back what differs from before in the scenes, or in all code of the course here. They
        give the full names of it, none as a rule.
    encode : callable
        As in `codec`, out of reach likewise.
    """

    play: Callable[[Any, bytes], bytes]
    mend: Callable[[], list[str]]
    mend_all: Callable[[], list[str]]
    encode: Callable[[Any], bytes]


def sealed() -> Seal:
    """Take down what the course's modules hold now; to be called before any cell runs."""
    scenes = importlib.import_module(SCENES)
    watched, rest = _Found(), _Found()
    for found, root in ((watched, SCENES), (rest, INSIDE)):
        for module in _modules(root):
            vars(module).setdefault(REGISTRY, {})
            found.module(module)
    for table in scenes._all():
        watched.look(f"{SCENES}.scene", table)
    # Where scenes are listed decides nothing, nor does of what class a module is: no scene asks.
    for at, (_, table) in [*watched.tables.items()]:
        if isinstance(table, dict) or hasattr(table, "__path__"):
            rest.tables[at] = watched.tables.pop(at)
    rest.modules |= watched.modules
    watched.modules.clear()
    scene, function = (dict(table).__getitem__ for table in scenes._all())
    asking = _second_copy(f"{INSIDE}.answering")
    play = partial(asking.answer, scene=scene, function=function)
    mender = _own(_mender)
    mend, mend_rest = mender(watched), mender(rest)
    return Seal(play, mend, lambda: mend() + mend_rest(), asking.codec.encode)


def _modules(root: str) -> Iterator[ModuleType]:
    """Import and give a package and all modules in it: one that came later would look new."""
    package = importlib.import_module(root)
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{root}."):
        yield importlib.import_module(found.name)


def _second_copy(name: str) -> Any:
    """Load a module, and the codec with it, once more; the first ones stay what they are called."""
    package = sys.modules[INSIDE]
    first = {one: sys.modules.pop(one) for one in (*ASKING, name)}
    for one in first:  # else `from package import codec` finds the first one there
        delattr(package, one.rpartition(".")[2])
    try:
        return importlib.import_module(name)
    finally:
        for one, module in first.items():
            sys.modules[one] = module
            setattr(package, one.rpartition(".")[2], module)


def _own(function: Any) -> Callable[..., Any]:
    """Copy a function, with names and builtins of its own, to which no module leads."""
    names = {**globals(), "__builtins__": dict(vars(builtins))}
    return FunctionType(function.__code__, names, function.__name__)


class _Found:
    """The places in some modules where something else can be put, each of them once.

    Attributes
    ----------
    modules, functions, cells : dict
        By id. Cells are the variables of functions that stand in others; they bear a name.
    tables : dict
        By id, with a name: what holds other things by their names. Modules, classes, dicts.
    """

    def __init__(self) -> None:
        self.modules: dict[int, ModuleType] = {}
        self.functions: dict[int, FunctionType] = {}
        self.cells: dict[int, tuple[str, CellType]] = {}
        self.tables: dict[int, tuple[str, Any]] = {}

    def module(self, module: ModuleType) -> None:
        """Note a module and all that is in it."""
        self.modules[id(module)] = module
        self.tables[id(module)] = module.__name__, module
        for name, value in [*vars(module).items()]:
            if not name.startswith("__"):
                self.look(f"{module.__name__}.{name}", value)

    def look(self, name: str, value: Any) -> None:
        """Note a value that can be changed in place, and what is in it."""
        if isinstance(value, FunctionType):
            self._function(value)
        elif isinstance(value, type):
            if value.__module__.startswith((SCENES, INSIDE)):
                self._table(name, value, vars(value))
        elif type(value) is dict:
            self._table(name, value, value)
        elif type(value) in (list, tuple):
            for part in value:
                self.look(name, part)
        elif not isinstance(value, ModuleType):
            for part in (getattr(value, key, None) for key in _WITHIN):
                if isinstance(part, FunctionType):
                    self._function(part)

    def _table(self, name: str, table: Any, content: Any) -> None:
        if id(table) not in self.tables:
            self.tables[id(table)] = name, table
            for key, part in [*content.items()]:
                if isinstance(table, dict) or not isinstance(part, dict):  # fields, annotations
                    self.look(f"{name}.{key}", part)

    def _function(self, function: FunctionType) -> None:
        course_code = function.__module__.startswith((SCENES, INSIDE))
        if id(function) in self.functions or not course_code:
            return
        self.functions[id(function)] = function
        name = f"{function.__module__}.{function.__qualname__}"
        for cell in function.__closure__ or ():
            self.cells[id(cell)] = name, cell
            self.look(name, cell.cell_contents)
        self.look(name, function.__kwdefaults__)


def _mender(found: Any) -> Callable[[], list[str]]:
    """Make what compares and puts back.

    It is called for each request that plays scenes. So it compares by chains of C functions, and
    values by identity, for a student's may equal everything. It uses what is named in this module,
    and no function of it, for those are what may have been changed (see `_own`).
    """
    code_of, defaults_of = attrgetter("__code__"), attrgetter("__defaults__")
    content_of, values_of = attrgetter("cell_contents"), methodcaller("values")
    modules = list(found.modules.values())
    module_types = [ModuleType] * len(modules)
    functions = list(found.functions.values())
    codes = list(map(code_of, functions))
    defaulted = [function for function in functions if function.__defaults__]
    defaults = list(map(defaults_of, defaulted))
    names, cells = [name for name, _ in found.cells.values()], [c for _, c in found.cells.values()]
    contents = list(map(content_of, cells))
    tables = list(found.tables.values())
    views = [table if isinstance(table, dict) else vars(table) for _, table in tables]
    were = [dict(view) for view in views]
    keys = list(chain.from_iterable(views))
    values = list(chain.from_iterable(map(values_of, views)))

    def intact() -> bool:
        return (
            list(map(code_of, functions)) == codes
            and all(map(is_, map(defaults_of, defaulted), defaults))
            and list(chain.from_iterable(views)) == keys
            and all(map(is_, chain.from_iterable(map(values_of, views)), values))
            and all(map(is_, map(content_of, cells), contents))
            and all(map(is_, map(type, modules), module_types))
        )

    def mend() -> list[str]:
        if intact():
            return []
        replaced = []
        for module in modules:
            if type(module) is not ModuleType:
                module.__class__ = ModuleType
                replaced.append(str(vars(module)["__name__"]))
        for function, code in zip(functions, codes, strict=True):
            if function.__code__ is not code:
                function.__code__ = code
                replaced.append(f"{function.__module__}.{function.__qualname__}")
        for function, given in zip(defaulted, defaults, strict=True):
            if function.__defaults__ is not given:
                function.__defaults__ = given
                replaced.append(f"{function.__module__}.{function.__qualname__}")
        for name, cell, content in zip(names, cells, contents, strict=True):
            if cell.cell_contents is not content:
                cell.cell_contents = content
                replaced.append(name)
        for (name, table), view, was in zip(tables, views, were, strict=True):
            replaced += [f"{name}.{key}" for key in renew(table, view, was)]
        keys[:] = chain.from_iterable(views)  # what was put back may stand in another place
        values[:] = chain.from_iterable(map(values_of, views))
        return replaced

    def renew(table: Any, view: Any, was: dict[str, Any]) -> list[str]:
        """Put the names of a table back; give those that differed."""
        added = [key for key in list(view) if key not in was]
        lost = [key for key, value in was.items() if view.get(key, was) is not value]
        for key in added:
            table.pop(key) if isinstance(table, dict) else delattr(table, key)
        for key in lost:
            if isinstance(table, dict):
                table[key] = was[key]
            else:
                setattr(table, key, was[key])
        return added + lost

    return mend
