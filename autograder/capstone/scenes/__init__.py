"""What is played on a student's package, one scene a bug: inputs in, plain values out.

Only the source of the scenes that a student's draw needs is sent into the jail. A scene is whole
in itself, knows no expected answer, and plays the smallest part that shows one thing; what else
that part would use is put in its place. What it gives depends on inputs drawn outside.

A constant earns nothing, nor does a recorded run. What is not kept out: for eight bugs the right
answer is one of the inputs, so that a package that replaces scenes, and has the source of these to
do it, has them. Whoever has that source has the clean package beside it, and need not replace
anything: a course that gives marks keeps this folder to itself. Modules that reach for what runs
them are named for a person to read (see `handed`).
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from autograder.capstone.scenes import learning, running

SCENES: dict[str, Callable[..., Any]] = {
    name: function
    for module in (learning, running)
    for name, function in vars(module).items()
    if isinstance(function, FunctionType)
}
