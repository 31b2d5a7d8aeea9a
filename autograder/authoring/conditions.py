"""Conditions on recorded quantities: ``below(ch07.noise["pixel"], ch07.noise["channel"])``.

An expression of Python, read and evaluated here: names of quantities, numbers, arithmetic,
comparisons, ``and or not``, and the functions below. Nothing else is executed.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dropout_course.lab import evidence
from dropout_course.lab.evidence import Finding
from dropout_course.lab.stats import Difference

from .measured import NAME, MeasuredError, Value, centre_of, pick

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "below": evidence.below,
    "above": evidence.above,
    "undecided": evidence.undecided,
    "within": evidence.within,
    "every": evidence.every,
    "some": lambda runs: bool(np.any(runs)),
    "mean": centre_of,
    "low": lambda value: evidence.ends(value)[0],
    "high": lambda value: evidence.ends(value)[1],
    "abs": abs,
    "min": lambda *values: float(np.min(np.concatenate([np.atleast_1d(v) for v in values]))),
    "max": lambda *values: float(np.max(np.concatenate([np.atleast_1d(v) for v in values]))),
}
ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
Quantity = tuple[str, str]  # name and key


def parse_condition(text: str) -> ast.expr:
    """Read a condition.

    Raises
    ------
    MeasuredError
        If it is no expression, or uses what conditions don't have.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as problem:
        raise MeasuredError(f"`{text}` is no condition ({problem.msg}): correct it") from problem
    if not quantities(tree):
        raise MeasuredError(
            f"`{text}` names no recorded quantity: compare chNN.name with something"
        )
    return tree


def quantities(tree: ast.expr) -> list[Quantity]:
    """The quantities that a condition names.

    Raises
    ------
    MeasuredError
        If the condition uses what conditions don't have.
    """
    if (found := _quantity(tree)) is not None:
        return [found]
    if isinstance(tree, ast.Call):
        return _all(_function(tree)[1])
    if isinstance(tree, ast.BinOp) and type(tree.op) in ARITHMETIC:
        return _all([tree.left, tree.right])
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub | ast.Not):
        return quantities(tree.operand)
    if isinstance(tree, ast.BoolOp):
        return _all(tree.values)
    if isinstance(tree, ast.Compare) and all(type(op) in COMPARISONS for op in tree.ops):
        return _all([tree.left, *tree.comparators])
    if isinstance(tree, ast.Constant) and isinstance(tree.value, int | float):
        return []
    raise MeasuredError(
        f"`{ast.unparse(tree)}` can't stand in a condition: it holds quantities (chNN.name, "
        f'chNN.name["key"]), numbers, + - * /, comparisons, and or not, {", ".join(FUNCTIONS)}'
    )


def evaluate(tree: ast.expr, records: Mapping[str, Mapping[str, Value]]) -> Finding:
    """Whether a condition holds for what was recorded.

    Raises
    ------
    MeasuredError
        If a quantity is missing, or the condition can't be evaluated on it.
    """
    try:
        result = _value(tree, records)
    except (TypeError, ValueError, ZeroDivisionError) as problem:
        if isinstance(problem, MeasuredError):
            raise
        raise MeasuredError(f"`{ast.unparse(tree)}`: {problem}") from problem
    if isinstance(result, Finding):
        return result
    if not isinstance(result, bool | np.bool_):
        raise MeasuredError(
            f"`{ast.unparse(tree)}` is not true or false: compare it, and put every(…) or some(…) "
            "around a comparison of runs"
        )
    return Finding(bool(result), _numbers(tree, records))


def _value(tree: ast.expr, records: Mapping[str, Mapping[str, Value]]) -> Any:
    if (found := _quantity(tree)) is not None:
        return pick(records, *found)
    if isinstance(tree, ast.Call):
        function, arguments = _function(tree)
        if function == "every" or function == "some":
            return FUNCTIONS[function](_compared(arguments[0], records, runs=True))
        return FUNCTIONS[function](*(_value(a, records) for a in arguments))
    if isinstance(tree, ast.BinOp):
        left, right = _value(tree.left, records), _value(tree.right, records)
        if isinstance(left, Difference) or isinstance(right, Difference):
            left, right = _scalar(left), _scalar(right)
        return ARITHMETIC[type(tree.op)](left, right)
    if isinstance(tree, ast.UnaryOp):
        value = _value(tree.operand, records)
        return not value if isinstance(tree.op, ast.Not) else -_scalar(value)
    if isinstance(tree, ast.BoolOp):
        parts = [evaluate(part, records) for part in tree.values]
        joined = parts[0]
        for part in parts[1:]:
            joined = joined & part if isinstance(tree.op, ast.And) else joined | part
        return joined
    if isinstance(tree, ast.Compare):
        return _compared(tree, records, runs=False)
    assert isinstance(tree, ast.Constant)
    return tree.value


def _compared(tree: ast.expr, records: Mapping[str, Mapping[str, Value]], runs: bool) -> Any:
    """A comparison of the runs one by one, or of the means."""
    if not isinstance(tree, ast.Compare):
        raise MeasuredError(f"`{ast.unparse(tree)}` is no comparison: write every(a < b)")
    values = [_value(side, records) for side in (tree.left, *tree.comparators)]
    if not runs:
        values = [_scalar(value) for value in values]
    pairs = zip(values, tree.ops, values[1:], strict=False)
    return np.logical_and.reduce([COMPARISONS[type(op)](a, b) for a, op, b in pairs])


def _scalar(value: Any) -> Any:
    """A mean where there are runs: `a < b` compares means."""
    return centre_of(value) if isinstance(value, np.ndarray | Difference) else value


def _numbers(tree: ast.expr, records: Mapping[str, Mapping[str, Value]]) -> str:
    """The means of the quantities of a condition, for the report."""
    shown = dict.fromkeys(quantities(tree))
    return ", ".join(
        f"{name}{f'[{key}]' if key else ''} = {centre_of(pick(records, name, key)):.4g}"
        for name, key in shown
    )


def _quantity(tree: ast.expr) -> Quantity | None:
    at, key = tree, ""
    if isinstance(tree, ast.Subscript) and isinstance(tree.slice, ast.Constant):
        at, key = tree.value, str(tree.slice.value)
    if isinstance(at, ast.Attribute) and isinstance(at.value, ast.Name):
        name = f"{at.value.id}.{at.attr}"
        return (name, key) if NAME.match(name) else None
    return None


def _function(tree: ast.Call) -> tuple[str, list[ast.expr]]:
    name = getattr(tree.func, "id", "")
    if name not in FUNCTIONS or tree.keywords or not tree.args:
        raise MeasuredError(
            f"`{ast.unparse(tree)}`: conditions have the functions {', '.join(FUNCTIONS)}"
        )
    return name, tree.args


def _all(trees: list[ast.expr]) -> list[Quantity]:
    return [one for tree in trees for one in quantities(tree)]
