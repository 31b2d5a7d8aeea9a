"""The warm process: it has loaded what notebooks import, and forks a jail for each of them.

It is a program of its own, not a fork of the grader, so that no reference, hidden law or key
was ever in its memory. It listens on one inherited socket, and has one thread, because a fork
has no other.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import numpy as np

from dropout_course.engine.inside import answering, child, codec, seal

from . import scratch, supervisor, syscalls
from .jail import LEVELS, Config, Jail
from .limits import Limits
from .supervisors import Supervisors

SECRET: tuple[str, ...] = (
    "autograder",
    "solutions",
    "dropout_course.exercises",
    "dropout_course.course",
)
SECRET += ("dropout_course.engine.",)
INSIDE = "dropout_course.engine.inside"
_WIDTH = 1 << 20  # bytes of the largest message
PRACTICE = 12  # rounds; Python adapts code that has run about ten times
_PRACTICE = """import numpy as np

def practise(*args, **kwargs):
    \"\"\"Give what it gets.\"\"\"
    return [value for value in args if not hasattr(value, "random")]

def refuse(*args):
    raise ValueError("refused")

class Layer:
    def __init__(self, p):
        self.p = p

print(np.ones(3), Layer(0.5).p)"""


def main(descriptor: int) -> None:
    """Load, report, and fork until the grader closes the socket or dies."""
    control = socket.socket(fileno=descriptor)
    order, (grader,) = _receive(control)
    limits = Limits(**order.pop("limits"))
    config = Config(**{**order, "limits": limits, "without": frozenset(order["without"])})
    try:
        cells = preload(config.library, config.modules)
        sealed = seal.sealed()
        _rehearse(sealed)
        jail: Jail = LEVELS[config.level](config)
        jail.prepare()
        tasks = assert_fit_to_fork()
    except Exception as error:
        control.send(json.dumps({"error": f"{error}"}).encode())
        raise
    gc.collect()
    gc.freeze()
    control.send(json.dumps({"ready": os.getpid(), "tasks": tasks}).encode())
    _listen(control, grader, config, jail, cells, sealed)


def preload(library: str, modules: Iterable[str]) -> child.Cells:
    """Import what a notebook would, run a cell, draw a figure; for torch also train a step."""
    cells = child.Cells()
    cells.run("import matplotlib.pyplot as plt, numpy as np; plt.plot([0, 1]); plt.title('$x$')")
    for name in modules:  # in a jail, folders that show a part of what they hold can't be listed
        importlib.import_module(name)
    with suppress(LookupError):  # there is none of this name, and all are loaded to find out
        importlib.import_module("dropout_course.scenes").scene("")
    if library == "torch":
        _preload_torch()
    _practise(cells)
    cells.forget()
    return cells


def _practise(cells: child.Cells) -> None:
    """Run cells and answer calls, until Python has adapted its code to them.

    It does so by writing into the code itself: in a fork, each page that it writes to is copied,
    and the next notebook's fork would have it all to do again.
    """
    array = np.ones((2, 3))
    calls: list[Any] = [
        (name, given)
        for name in ("practise", "refuse", "nothing")
        for given in ((array, array > 0, 0.5, True), (array[::-1], (1, "a"), {"a": [None]}, False))
    ]
    seeded = ("practise", (codec.Rng(1),), {"p": 0.5})
    request = codec.encode({"op": "each", "each": [*calls, seeded]})
    for number in range(PRACTICE):
        cells.run(f"{_PRACTICE}\nnumber = {number}", 60.0, 60.0)
        for _ in range(4):
            answering.answer(cells.names, request)


def _rehearse(sealed: seal.Seal) -> None:
    """Let Python adapt the seal's code as well."""
    plain = {"name": "print", "args": (np.ones(2), (1, "a"), codec.Rng(1)), "times": 2}
    one = {"play": "repeat", "plain": plain}
    request = codec.encode({"op": "each", "each": [one, one]})
    for _ in range(PRACTICE):
        sealed.play({"print": print}, request)
        sealed.mend_all()


def _preload_torch() -> None:
    import torch
    import torch._dynamo
    import torch.optim
    import torch.utils.data

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    layer = torch.nn.Linear(2, 1)
    optimizer = torch.optim.Adam(layer.parameters())
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()


def assert_fit_to_fork() -> int:
    """Make sure that nothing secret was loaded, and that there is one thread; give that 1."""
    loaded = [name for name in sys.modules if name.startswith(SECRET)]
    loaded = [name for name in loaded if not name.startswith(INSIDE)]
    if loaded:
        raise RuntimeError(f"the warm process has loaded {loaded}, which no notebook may see")
    tasks = len(os.listdir("/proc/self/task"))
    if tasks != 1:
        raise RuntimeError(f"the warm process has {tasks} threads; it must have one to fork")
    return tasks


def _receive(control: socket.socket) -> tuple[dict[str, Any], list[int]]:
    data, descriptors, _, _ = socket.recv_fds(control, _WIDTH, 4)
    return (json.loads(data) if data else {}), descriptors


def _listen(
    control: socket.socket,
    grader: int,
    config: Config,
    jail: Jail,
    cells: child.Cells,
    sealed: seal.Seal,
) -> None:
    """Give each request, which brings three descriptors and no text, to a supervisor."""
    read_end, write_end = os.pipe()  # supervisors see its end when this process ends
    signal.signal(signal.SIGCHLD, lambda *_: _reap())
    serve = _server(cells, sealed)
    poll = select.poll()
    for descriptor in (control.fileno(), grader):
        poll.register(descriptor, select.POLLIN | select.POLLHUP)

    def supervise(requests: socket.socket) -> None:
        control.close()
        os.close(write_end)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _supervise(jail, config, requests, [grader, read_end], serve)

    supervisors = Supervisors(poll, supervise)
    while grader not in (ready := {descriptor for descriptor, _ in poll.poll()}):
        supervisors.hear(ready)
        if control.fileno() in ready:
            _, descriptors = _receive(control)
            if len(descriptors) != 3:
                break
            supervisors.give(descriptors)
    supervisors.close()
    os.close(write_end)
    _leave(config.home)


def _supervise(
    jail: Jail,
    config: Config,
    requests: socket.socket,
    alive: list[int],
    serve: supervisor.Serve,
) -> None:
    """Supervise one jail after the other, as long as there is a way back from it."""
    os.setsid()
    while len(descriptors := _receive(requests)[1]) == 3:
        connection, reports, asker = descriptors
        with socket.socket(fileno=reports) as report:
            supervisor.supervise(jail, config, connection, report, [*alive, asker], serve)
            os.close(asker)
            if not jail.back():
                break
            requests.send(b".")  # it waits; said before the grader, once told, asks for more


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _leave(home: str) -> None:
    """Wait until all supervisors have cleaned up; remove the folder of this process."""
    deadline = time.monotonic() + 30
    with suppress(ChildProcessError):
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.005)
    syscalls.unmount(os.path.join(home, "view"))
    scratch.remove_tree(home)


def _server(cells: child.Cells, sealed: seal.Seal) -> Callable[[int, str], None]:
    private = _private()  # here: to look at each module in a fork copies the page that it is on

    def serve(connection: int, folder: str) -> None:
        settle(folder, private)
        child.serve(socket.socket(fileno=connection), cells, sealed)

    return serve


def _private() -> list[str]:
    """Give the names of the modules that no notebook is to see."""
    package = __name__.partition(".")[0]
    return [name for name in sys.modules if name.partition(".")[0] == package]


def _run_as_written() -> None:
    """Let `torch.compile` give functions that run as they are; with `fullgraph` too."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.compiler.set_stance("force_eager")


def settle(folder: str, private: Iterable[str]) -> None:
    """Point this process at its own folder, and forget the machinery around it."""
    home = dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR"), folder)
    os.environ.update(home, USER="student", LOGNAME="student")
    os.environ.setdefault("PATH", os.defpath)  # a cell may add to it
    os.environ.pop("TORCHINDUCTOR_CACHE_DIR", None)  # torch set it to a folder of this process
    _run_as_written()
    tempfile.tempdir = None
    for name in private:
        del sys.modules[name]
