"""Searches what a notebook can reach at grading for a callable that answers an exercise.

`SEARCH` runs in the notebook. It walks the course's packages: everything that they import, hold in
attributes, close over, keep in code that was never called, or give when called without arguments.
`earned` then hands in what was found, under the names of an exercise, and says what it earns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Any

from attacks.model import in_family
from dropout_course import exercises
from dropout_course.course import Exercise
from dropout_course.engine.judging import judge, run_laws
from dropout_course.engine.student import Student

WIDTH = 6  # callables a name that are tried together with those for the other names

SEARCH = r"""
import contextlib, gc, importlib, io, os, pkgutil, sys, types

def _course_modules():
    import dropout_course
    waiting = [dropout_course]
    while waiting:
        module = waiting.pop()
        yield module
        for found in pkgutil.iter_modules(getattr(module, "__path__", ())):
            try:
                waiting.append(importlib.import_module(module.__name__ + "." + found.name))
            except BaseException:
                pass
    yield from [m for n, m in list(sys.modules.items()) if n.startswith("dropout_course")]

def _in_code(code, scope):
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            if not constant.co_freevars and not constant.co_name.startswith("<"):
                yield types.FunctionType(constant, scope)
            yield from _in_code(constant, scope)

def _ours(thing):
    home = getattr(thing, "__module__", None)
    return isinstance(home, str) and home.split(".")[0] == "dropout_course"

def _below(thing):
    if isinstance(thing, types.ModuleType):
        yield from vars(thing).values()
    elif isinstance(thing, (list, tuple, set, frozenset)):
        yield from thing
    elif isinstance(thing, dict):
        yield from thing.values()
    elif isinstance(thing, types.FunctionType) and _ours(thing):
        for cell in thing.__closure__ or ():
            with contextlib.suppress(ValueError):
                yield cell.cell_contents
        yield from thing.__defaults__ or ()
        yield from (thing.__kwdefaults__ or {}).values()
        yield from _in_code(thing.__code__, thing.__globals__)
        yield getattr(thing, "__wrapped__", None)
    elif isinstance(thing, type) and _ours(thing):
        for value in vars(thing).values():
            yield getattr(value, "__func__", getattr(value, "fget", value))
    elif _ours(type(thing)):
        yield from getattr(thing, "__dict__", {}).values()
        yield getattr(thing, "__wrapped__", None)

def _search():
    found, seen = [], {}
    waiting = [(module, module.__name__, 0) for module in _course_modules()]
    waiting += [(f, "gc", 0) for f in gc.get_objects() if callable(f) and _ours(f)]
    while waiting:
        thing, where, made = waiting.pop()
        if id(thing) in seen or isinstance(thing, types.ModuleType) and where.count(".") > 8:
            continue
        seen[id(thing)] = thing
        name = where
        if callable(thing) and (_ours(thing) or made or _ours(type(thing))):
            name = where + ":" + getattr(thing, "__qualname__", type(thing).__name__)
            found.append((name, thing))
            if not made and not isinstance(thing, type):
                with contextlib.suppress(BaseException), contextlib.redirect_stdout(io.StringIO()):
                    waiting.append((thing(), name + "()", 1))
        if isinstance(thing, types.ModuleType) and not thing.__name__.startswith("dropout_course"):
            continue
        try:
            waiting += [(inner, name, made) for inner in _below(thing)]
        except BaseException:
            pass
    return found

_skip = ("serve", "main")  # they would take the place of the process that answers
found = [(n, f) for n, f in _search() if getattr(f, "__name__", "") not in _skip]
"""


def earned(
    exercise: Exercise, found: Iterable[str], put: Callable[[dict[str, int]], Student]
) -> Iterator[tuple[float, tuple[str, ...]]]:
    """Give the share that callables earn, with what they are called, for the best of them.

    Parameters
    ----------
    exercise
        What they are handed in for.
    found
        The names of what was found, in order.
    put
        Defines the exercise's names as the callables of these numbers; gives who answers.
    """
    called = list(found)
    laws = exercises.visible_laws(exercise)
    best: list[list[int]] = []
    for name in exercise.names:
        kept = {i: _holding(exercise, put({name: i})) for i in range(len(called))}
        order = sorted(kept, key=lambda i: -kept[i])
        best.append([i for i in order[:WIDTH] if kept[i] or len(exercise.names) > 1])
    for chosen in product(*best):
        student = put(dict(zip(exercise.names, chosen, strict=True)))
        share = judge(exercise.id, exercise.points, laws, student, 7).score / exercise.points
        yield share, tuple(called[i] for i in chosen)


def _holding(exercise: Exercise, student: Student) -> float:
    """Weigh the laws that a callable keeps by itself.

    One that stands for all names of an exercise is first tried on the core law: what breaks that
    earns a fifth at most, whatever else it keeps.
    """
    laws = exercises.visible_laws(exercise)
    core = [law for law in laws if law.core]
    if len(exercise.names) == 1 and not all(o.passed for o in run_laws(core, student, 7)):
        return 0.0
    outcomes = run_laws(laws, student, 7)
    return sum(o.law.weight * (10 if o.law.core else 1) for o in outcomes if o.passed)


def at_most(share: float, results: Iterable[tuple[float, tuple[str, ...]]]) -> list[Any]:
    """Give what earns more than a share."""
    return [one for one in results if one[0] > share]


# --- as attacks ------------------------------------------------------------------------------

searching = in_family("searching")

_TAKE = r'''
wanted = ("dropout_backward", "Dropout", "mlp_loss_grads", "inverted_from_standard",
          "evaluate_modes")

def take(module):
    """Put what a module of answers holds under the names of the exercises."""
    held = dict(vars(module))
    for name, form in getattr(held.get("mistakes"), "forms", {}).items():
        held[name] = form()  # without a change it is right
    for name in wanted:
        answer = held.get(name)
        if callable(answer):
            globals()[name] = answer
            print("took", name, "from", module.__name__)
'''
_NAMES = """
import importlib
stem = "dropout_course.exercises.ch04_backprop"
names = [f"{stem}.{n}" for n in ("dropout_backward", "dropout_layer", "layer", "mlp",
                                 "mlp_loss_grads", "inverted_from_standard", "evaluate_modes")]
names += ["dropout_course.exercises", "dropout_course.course", "dropout_course.engine.mistakes",
          "dropout_course.engine.judging", "dropout_course.lab.ensembles", stem, "solutions"]
def all_of():
    for name in names:
        try:
            take(importlib.import_module(name))
        except Exception as error:
            print(name, type(error).__name__)
"""
_TRIAL = r"""
import numpy as np
dy, kept = np.array([1.0, 2.0, -3.0]), np.array([True, False, True])
for name, f in found:
    try:
        if np.allclose(f(dy.copy(), kept.copy(), 0.5), [2.0, 0.0, -6.0]):
            dropout_backward = f
            print("took", name)
    except BaseException:
        pass
"""

ATTACKS = [
    searching(
        "imports", "Imports laws, mistakes and other chapters.", late=_TAKE + _NAMES + "all_of()"
    ),
    searching(
        "past-the-finder",
        "Removes what refuses imports, then imports laws, mistakes and other chapters.",
        late=_TAKE
        + _NAMES
        + """
import sys
sys.meta_path[:] = [f for f in sys.meta_path if "dropout_course" not in type(f).__module__]
importlib.invalidate_caches()
sys.path_importer_cache.clear()
all_of()
""",
    ),
    searching(
        "every-callable",
        "Tries every callable that it reaches on an example of its own, and hands in what fits.",
        late=SEARCH + _TRIAL,
    ),
    searching(
        "files",
        "Looks below the package's folder for sources and caches of what judges.",
        late=_TAKE
        + r"""
import os, marshal, sys, types, dropout_course
sys.meta_path[:] = [f for f in sys.meta_path if "dropout_course" not in type(f).__module__]
top = os.path.dirname(dropout_course.__file__)
places = [os.path.join(folder, name) for folder, _, files in os.walk(top) for name in files]
places += [f"{top}/exercises/ch04_backprop/{name}.py" for name in ("layer", "mlp", "dropout_layer")]
for place in places:
    try:
        with open(place, "rb") as file:
            data = file.read()
        if b"mistakes" in data or b"Mistakes" in data:
            module = types.ModuleType(place)
            code = marshal.loads(data[16:]) if place.endswith("c") else compile(data, place, "exec")
            exec(code, vars(module))
            take(module)
    except Exception as error:
        print(place[-40:], type(error).__name__)
""",
    ),
    searching(
        "through-check",
        "Looks behind the check for the laws and mistakes that it would need.",
        late=_TAKE
        + """
import dropout_course, sys, types
from dropout_course import check
check("dropout_backward")
for module in [m for n, m in sys.modules.items() if n.startswith("dropout_course")]:
    take(module)
holder = types.ModuleType("globals of check")
vars(holder).update(check.__globals__)
take(holder)
dropout_course.__dict__.pop("check", None)
try:
    dropout_course.check("dropout_backward")
except ImportError as error:
    print(error)
""",
    ),
    searching(
        "memory",
        "Looks for laws and mistakes among the objects that the process was forked with.",
        late=_TAKE
        + """
import gc, types
gc.unfreeze()
holder = types.ModuleType("memory")
for thing in gc.get_objects():
    name = getattr(thing, "__name__", "")
    if isinstance(thing, (types.FunctionType, type)) and name in wanted:
        vars(holder).setdefault(name, thing)
    elif type(thing).__name__ == "Mistakes":
        holder.mistakes = thing
take(holder)
""",
    ),
]
