"""The shell in which a notebook's cells run at grading: IPython without a terminal or a kernel.

It has the name of the one that a kernel uses, and what notebooks ask such a shell for.
"""

from __future__ import annotations

import ast
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dropout_course.engine.inside import answering, commands, programs, scarce

MANAGERS = ("pip", "conda", "mamba", "micromamba", "uv")  # of packages: nothing is installed here
PROGRAMS = ("bash", "sh", "script", "perl", "ruby", "python", "python2", "python3", "pypy", "cmd")
# In a kernel each cell runs in a loop; here only one that needs it, for `asyncio.run` does in none.
_LOOP = re.compile(
    r"\b(create_task|ensure_future|get_running_loop|get_event_loop|asyncio\.gather)\b"
)
_OWN_LOOP = re.compile(r"\b(asyncio\.run|run_until_complete|run_forever|Runner)\b")
REGULAR = "as a regular file with just this name"
_AWAITS = re.compile(r"\b(?:async|await)\b")  # without these words no cell does
# In a line that holds none of these, IPython's own syntax is not.
_COMMAND = re.compile(r"\?|^\s*[%!,;/]|=\s*[%!]|\\\s*$")
_CAUGHT = re.compile(r"--(?:out|err)(?:\s+|=)(\w+)")
_NOT_FOUND = re.compile(r"File `(['\"])(.+)\1` not found\.")  # what %run says


class Kernel:
    """Stands in for the kernel of a shell: whatever it is asked for does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing, as for ``get_ipython().kernel.do_shutdown(True)``."""


def shell_class() -> Any:
    """Make the class of the shell; here, for IPython takes its time to import."""
    from IPython.core.error import UsageError
    from IPython.core.inputtransformer2 import TransformerManager
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.text import LSString, SList
    from traitlets import Instance

    class Silence(SList):
        """The lines of a program that said nothing: there are none, and each is empty."""

        def __getitem__(self, which: Any) -> Any:
            return super().__getitem__(which) if isinstance(which, slice) else ""

    plain = TransformerManager().token_transformers

    class Transformers(TransformerManager):
        """Looks for IPython's own syntax only where it may be, for that takes its time."""

        def do_token_transforms(self, lines: list[str]) -> list[str]:
            if self.token_transformers == plain and not any(map(_COMMAND.search, lines)):
                return lines
            return list(super().do_token_transforms(lines))

    class ZMQInteractiveShell(InteractiveShell):
        input_transformer_manager = Instance(Transformers, ())
        kernel = Kernel()
        where = ""  # the cell of another notebook in which an error was raised
        shown: BaseException | None = None  # an error that %run told of and did not pass on

        def showtraceback(self, *args: Any, **kwargs: Any) -> None:
            """Show nothing: `Cells.run` reports errors as data."""
            self.shown = sys.exc_info()[1]

        showsyntaxerror = showtraceback

        def safe_execfile_ipy(self, fname: Any, *how: Any, **more: Any) -> None:
            """Run the cells of a notebook that was handed in beside this one, until one fails."""
            for number, source in enumerate(_sources(Path(fname)), 1):
                result = self.run_cell(source, silent=True)
                if not result.success:
                    self.where = self.where or f"{Path(fname).name}, cell {number}"
                    result.raise_error()

        def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
            """Pass over a magic, or an extension, that is not installed here."""
            if magic_name in MANAGERS or magic_name == "rehashx":  # which lists programs
                programs.note(f"%{magic_name} {line}")
                return None
            try:
                return super().run_line_magic(magic_name, line, _stack_depth + 1)
            except (UsageError, ModuleNotFoundError) as error:
                if not _not_installed(error, magic_name):
                    raise
                print(f"(at grading, %{magic_name} {line[:100]} is not run)")
                return None

        def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
            """Run Python below a magic that is not installed here, as without it."""
            if magic_name in PROGRAMS:
                self._pass_over_script(magic_name, line, cell)
                return None
            try:
                return super().run_cell_magic(magic_name, line, cell)
            except UsageError as error:
                if not _not_installed(error, magic_name):
                    raise
            print(f"(at grading, %%{magic_name} is not run)")
            if _is_python(self, cell):
                result = self.run_cell(cell, silent=True)
                result.raise_error()
            return None

        def enable_gui(self, gui: Any = None) -> None:
            """Accept ``%matplotlib inline``; figures are collected after each cell."""

        def enable_matplotlib(self, gui: Any = None) -> tuple[Any, str]:
            """Accept every backend of ``%matplotlib``; the one that draws to files stays."""
            return gui, "agg"

        def ask_exit(self) -> None:
            """Let ``exit()`` end the cell, as in a notebook, and not the process."""
            raise SystemExit

        def system(self, cmd: str) -> None:
            """Pass over ``!pip install …``, so that the rest of its cell runs; make folders."""
            programs.pass_by(self.var_expand(cmd, depth=1))

        def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
            """Give nothing for ``files = !ls``."""
            programs.pass_by(self.var_expand(cmd, depth=depth + 1))
            return Silence() if split else LSString("")

        def _pass_over_script(self, magic: str, line: str, cell: str) -> None:
            """Make the folders of a script, and the names that are to hold what it says."""
            if magic not in ("bash", "sh") or not commands.done(cell):
                programs.note(f"%%{magic} {line}".rstrip())
            for name in _CAUGHT.findall(line):
                self.user_ns[name] = ""

        def should_run_async(self, raw_cell: str, **more: Any) -> bool:
            """Run in a loop what awaits, and what asks for the loop of the kernel."""
            asks = _LOOP.search(raw_cell) and not _OWN_LOOP.search(raw_cell)
            if asks or not _AWAITS.search(raw_cell):
                return bool(asks)
            return bool(super().should_run_async(raw_cell, **more))

    return ZMQInteractiveShell


def _not_installed(error: Exception, magic: str) -> bool:
    """Whether IPython knows no magic of this name, or no extension that was to be loaded."""
    if isinstance(error, ModuleNotFoundError):
        return magic in ("load_ext", "reload_ext")
    return f"{magic}` not found" in str(error)


def _is_python(shell: Any, source: str) -> bool:
    try:
        ast.parse(shell.transform_cell(source))
    except (SyntaxError, ValueError):
        return False
    return True


def _sources(path: Path) -> Iterator[str]:
    """Give the code of a notebook, cell by cell."""
    for cell in json.loads(path.read_bytes())["cells"]:
        if cell["cell_type"] == "code":
            yield "".join(cell["source"])


def error_of(shell: Any, raised: BaseException | None) -> dict[str, Any] | None:
    """Describe the error that a cell ended with, None if it ended well.

    Parameters
    ----------
    shell
        In which it ran.
    raised
        What ended it, if anything did; else what ``%run`` told of counts.
    """
    raised = raised or shell.shown
    where, shell.where, shell.shown = shell.where, "", None
    if raised is None:
        return None
    error = answering.describe(raised)
    if cause := scarce.limit(raised):
        error["message"] = f"{error['message']} ({cause})".lstrip()
    if found := _NOT_FOUND.search(error["message"]):
        error["message"] = f"{found[2]} is not there: hand it in beside the notebook, {REGULAR}"
    elif where or (where := _file(raised)):  # the line is not one of this cell
        error["message"], error["line"] = f"{error['message']} (in {where})", None
    return error


def _file(raised: BaseException) -> str:
    """Say in which file beside the notebook, and at which line, an error was raised, if in one."""
    frames = answering.frames_of(raised)
    if isinstance(raised, SyntaxError) and raised.filename:
        name, line = raised.filename, raised.lineno
    elif frames:
        name, line = frames[-1].filename, frames[-1].lineno
    else:
        return ""
    return "" if name.startswith("<") else f"{os.path.basename(name)}, line {line}"
