"""A student's notebook being run: cells in order, restarts, and what each cell showed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from autograder.referee.limits import BUSY_FACTOR, Limits
from autograder.referee.shown import Outputs, error_in, outputs_in, stream
from autograder.referee.spending import Spending, loop
from autograder.sandbox import Stopped
from dropout_course.engine.unanswered import Lost
from dropout_course.engine.words import one_line

OUTPUTS = 20_000_000  # characters of all outputs of a notebook that are kept
NAMES, NAME = 20, 100  # names of replaced code that are kept, and characters of each


class Runner(Protocol):
    """What a session needs of a process."""

    def cell(
        self, source: str, seconds: float, idle_seconds: float, grace: float
    ) -> dict[str, Any]:
        """Run a cell; give what it showed and the error that ended it."""

    def file(self, name: str, data: bytes) -> None:
        """Put a file into the folder in which the notebook runs."""

    def ask(self, request: bytes, seconds: float) -> bytes | bytearray:
        """Answer one encoded request."""

    def seed(self, seed: int) -> Any:
        """Seed the global random generators; give names of course code that was replaced."""

    def replaced(self) -> Any:
        """Give the names of all course code that was replaced."""

    def clock(self) -> float:
        """Give the seconds of processor time that the process has used so far."""

    def close(self) -> None:
        """End the process."""


class _Watch:
    """Tells how long a process worked, and how long it did nothing, since it was asked."""

    def __init__(self, process: Runner) -> None:
        self._process = process
        self._wall, self._clock = time.monotonic(), process.clock()

    def worked(self) -> float:
        return self._process.clock() - self._clock

    def idle(self) -> float:
        """Seconds that no other load of the machine explains."""
        return max(0.0, time.monotonic() - self._wall - BUSY_FACTOR * self.worked())


class Session:
    """Runs the cells of one notebook; starts afresh when the process is lost.

    A cell that takes too long is interrupted inside, and the notebook goes on. One that ends the
    process, or doesn't heed the interrupt, is left out from then on; the cells before it are run
    again in a new process, so that it costs one exercise and not the rest.

    Time is the notebook's: once its cells have used up theirs, each that follows still has a
    little, so that what answers nothing costs no answer.

    A notebook that sleeps a little in each of many cells uses no processor time and ends no
    process. So what it idles adds up to `notebook_idle_seconds` at most; the clock on the wall
    alone would count what a busy machine makes it wait.

    Parameters
    ----------
    start
        Makes a process.
    seed
        Seeds the process's own global generators.
    limits
        How long its cells and calls may take, and how many processes may follow the first.
    files
        What was handed in beside the notebook, by name.

    Attributes
    ----------
    outputs, trouble, replaced
        What each cell showed, why it failed, and names of course code that was replaced.
    """

    def __init__(
        self,
        start: Callable[[], Runner],
        *,
        seed: int,
        limits: Limits | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> None:
        self._start = start
        self._seed = seed
        self._limits = limits = limits or Limits()
        self._left = limits.restarts + 1
        self._end = time.monotonic() + limits.notebook_seconds
        self._room = OUTPUTS
        self._idle = 0.0
        self._cells_worked, self._cells_idle = 0.0, 0.0
        self._spending = Spending(limits)
        self._interrupted: set[str] = set()
        self._files = dict(files or {})
        self._ran: list[tuple[str, str]] = []
        self._process: Runner | None = None
        self.outputs: dict[str, Outputs] = {}
        self.trouble: dict[str, str] = {}
        self.replaced: set[str] = set()

    def run(self, cell: str, source: str) -> None:
        """Run a cell; what it shows is in `outputs`, why it failed in `trouble`."""
        try:
            process = self._ready()
        except Lost as lost:
            self.trouble[cell] = str(lost)
            return
        self._run_in(process, cell, source)

    def transport(
        self, exercise: str = "", part: float = 1.0
    ) -> Callable[[bytes], bytes | bytearray]:
        """Give the transport of a `Student` for the calls of one exercise.

        All of them together may use `calls_seconds` of processor time, or what others left of
        `judging_seconds`, or a part of that, and idle for `calls_idle_seconds`: a grade must not
        depend on what else the machine does.
        """
        left = seconds = part * self._spending.share()
        patience = self._limits.calls_idle_seconds

        def send(request: bytes) -> bytes | bytearray:
            nonlocal left, patience
            process = self._ready()
            if patience < 0:
                raise Lost(_too_idle(self._limits.calls_idle_seconds), "timeout")
            watch = _Watch(process)
            try:
                reply = process.ask(request, max(1e-3, left))
            except Stopped as stopped:
                self._process = None
                self._spending.add(exercise, min(left, watch.worked()))
                late = self._spending.too_long(exercise, seconds)
                raise Lost(_why(stopped, late), stopped.kind) from None
            left -= (worked := watch.worked())
            self._spending.add(exercise, worked)
            patience -= (idle := watch.idle())
            self._idle += idle
            return reply

        return send

    def reseed(self, seed: int) -> bool:
        """Seed the global generators, so that an answer that uses them is graded alike twice.

        Gives whether there is a process to seed them in.
        """
        try:
            self._take_down(self._ready().seed(seed))
        except Stopped:
            self._process = None
        except Lost:
            pass
        return self._process is not None

    def ask_for_replaced(self) -> None:
        """Ask once more what of the course's code was `replaced`, if there is still a process."""
        try:
            self._take_down(self._process.replaced() if self._process else None)
        except Stopped:
            self._process = None

    def _take_down(self, reply: Any) -> None:
        """Keep names of replaced code; what tells them is not to be trusted."""
        if isinstance(reply, list):
            names = [
                one_line(name[:NAME])[:NAME] for name in reply[:NAMES] if isinstance(name, str)
            ]
            self.replaced |= set(names[: NAMES - len(self.replaced)])

    def close(self) -> None:
        """End the process."""
        if self._process:
            self._process.close()
            self._process = None

    def _ready(self) -> Runner:
        if time.monotonic() > self._end:
            self.close()
            seconds = self._limits.notebook_seconds
            raise Lost(f"the notebook took {seconds:g} seconds in all, so it was left", "timeout")
        if self._idle > self._limits.notebook_idle_seconds:
            self.close()
            raise Lost(
                f"the notebook was left: {_too_idle(self._limits.notebook_idle_seconds)}", "timeout"
            )
        while self._process is None:
            if not self._left:
                raise Lost(
                    "the notebook ended its Python process, or took too long, too often: it was "
                    "left",
                    "died",
                )
            self._left -= 1
            self._process = process = self._start()
            try:
                process.seed(self._seed)
                for name, data in self._files.items():
                    process.file(name, data)
            except Stopped as stopped:
                raise RuntimeError(f"a fresh Python process did not start: {stopped}") from None
            for cell, source in list(self._ran):
                if not self._run_in(process, cell, source):
                    break
        return self._process

    def _run_in(self, process: Runner, cell: str, source: str) -> bool:
        """Run a cell; False if that ended the process."""
        watch = _Watch(process)
        seconds, idle_seconds = self._time_for(cell)
        try:
            reply = process.cell(source, seconds, idle_seconds, self._limits.grace_seconds)
        except Stopped as stopped:
            self._process = None
            self._ran = [(other, text) for other, text in self._ran if other != cell]
            why = _why(stopped, loop(seconds))
            self.trouble[cell] = f"this cell stopped everything: {why}"
            self.outputs[cell] = [stream("stderr", self.trouble[cell] + "\n")]
            return False
        worked, idle = watch.worked(), watch.idle()  # not of a process that was ended: few may be
        self._cells_worked += worked
        self._cells_idle += idle
        self._idle += idle
        if worked > seconds or idle > idle_seconds:
            self._interrupted.add(cell)
        if cell not in {other for other, _ in self._ran}:
            self._ran.append((cell, source))
        self.outputs[cell] = self._kept(outputs_in(reply))
        if error := error_in(reply):
            self.trouble[cell] = error
        return True

    def _time_for(self, cell: str) -> tuple[float, float]:
        """Give the seconds that a cell may work and wait."""
        seconds, idle_seconds = self._limits.cell_seconds, self._limits.cell_idle_seconds
        if cell in self._interrupted or self._cells_worked > self._limits.cells_seconds:
            seconds = min(seconds, self._limits.spent_cell_seconds)
        if cell in self._interrupted or self._cells_idle > self._limits.cells_idle_seconds:
            idle_seconds = self._limits.spent_cell_idle_seconds
        return seconds, idle_seconds

    def _kept(self, outputs: Outputs) -> Outputs:
        """Keep outputs while there is room for them."""
        size = sum(len(str(output)) for output in outputs)
        if size > self._room:
            return [stream("stdout", "(too much output in this notebook: left out)\n")]
        self._room -= size
        return outputs


def _too_idle(seconds: float) -> str:
    return f"it waited {seconds:g} seconds in all without computing (is there a sleep in it?)"


def _why(stopped: Stopped, late: str) -> str:
    if stopped.kind == "timeout":
        return late
    if stopped.kind == "broken":
        return f"its reply was no plain data ({stopped})"
    return str(stopped).replace("the process ended", "it ended the Python process")
