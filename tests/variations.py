"""What people do besides the point: variations of an answer that leave its mistake what it is.

Each takes a function and the names of its parameters and gives another function. `HARMLESS` ones
change nothing that any law asks for; `ODD` ones add or mend something at an edge.
"""

from __future__ import annotations

import functools
import inspect
import math

import numpy as np


def rate_in(args, parameters):
    """Give the p of a call: an argument of that name, or the second part of a cache."""
    given = dict(zip(parameters, args))  # noqa: B905
    if "cache" in given:
        return given["cache"][1]
    return given.get("p")


def mapped(change, value):
    """Change every floating array in a result."""
    if isinstance(value, np.ndarray):
        return change(value) if value.dtype.kind == "f" else value
    if isinstance(value, (tuple, list)):
        return type(value)(mapped(change, part) for part in value)
    if isinstance(value, dict):
        return {key: mapped(change, part) for key, part in value.items()}
    return value


def first_array(args):
    return next((a for a in args if isinstance(a, np.ndarray) and a.dtype.kind == "f"), None)


def prints(f, parameters):
    def answer(*args):
        print("called with", len(args), "arguments")
        return f(*args)

    return answer


def is_partial(f, parameters):
    return functools.partial(lambda *args, extra: f(*args), extra=None)


def is_callable_object(f, parameters):
    class Answer:
        def __call__(self, *args):
            return f(*args)

    return Answer()


def copies_first(f, parameters):
    return lambda *args: f(*(a.copy() if isinstance(a, np.ndarray) else a for a in args))


def through_a_helper(f, parameters):
    def helper(args):
        return f(*args)

    return lambda *args: helper(args)


def validates(f, parameters):
    def answer(*args):
        p = rate_in(args, parameters)
        if isinstance(p, float) and (math.isnan(p) or not 0 <= p <= 1):
            raise ValueError("p must be between 0 and 1")
        return f(*args)

    return answer


def casts_at_the_end(f, parameters):
    def answer(*args):
        first = first_array(args)
        result = f(*args)
        return result if first is None else mapped(lambda a: a.astype(first.dtype), result)

    return answer


def upcasts(f, parameters):
    return lambda *args: mapped(lambda a: a.astype(np.float64), f(*args))


def overwrites(f, parameters):
    def answer(*args):
        result = f(*args)
        first = first_array(args)
        if first is not None:
            first[...] = first
        return result

    return answer


HARMLESS = (prints, is_partial, is_callable_object, copies_first, through_a_helper)
ODD = (validates, casts_at_the_end, upcasts, overwrites)
FAULTS = {  # what a variation itself may be named for
    upcasts: {"float32-becomes-float64"},
    overwrites: {"writes-to-its-input"},
}


OF_CLASSES = (prints, is_callable_object)  # the others vary a class as the second does


def kinds_for(answers):
    """The variations that are different for some answers, right ones or one wrong one."""
    functions = [a for a in answers if callable(a) and not inspect.isclass(a)]
    return HARMLESS + ODD if functions else OF_CLASSES


def varied(answer, variation, parameters):
    """Vary a function; a class is varied by a subclass that prints, or a function that makes it."""
    if not inspect.isclass(answer):
        return variation(answer, parameters)
    if variation is prints:
        return type(answer.__name__, (answer,), {"__repr__": lambda self: "an answer"})
    return lambda *args: answer(*args)
