"""Executes pages before Sphinx reads them: those whose cells or what these read have changed.

jupyter-cache knows an executed page by its cells alone. Its record of a page also holds what the
kernel read: modules of the course, data, versions of packages. While all of that is as it was, the
page isn't executed again. The others run in kernels side by side, one a core, longest first.
"""

from __future__ import annotations

import copy
import json
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jupyter_cache.base import CacheBundleIn
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from .rests import rests_on, unchanged

TELL = '__import__("autograder.authoring.reads", fromlist=["tell"]).tell()'
FAILURES = (CellExecutionError, CellTimeoutError, DeadKernelError, NoSuchKernel)
# Two kernels that are started at the same moment may be given the same port.
STARTING = threading.Lock()


@dataclass(frozen=True)
class Page:
    """A page with cells, as Sphinx will read it."""

    name: str
    path: Path
    notebook: NotebookNode


@dataclass(frozen=True)
class Run:
    """An executed page.

    Attributes
    ----------
    notebook : NotebookNode
        With its outputs.
    begin : datetime
        When it was begun.
    seconds : float
        Of all cells, with the start of the kernel.
    cells : list of (int, float)
        Line and seconds of each cell.
    reads : dict
        What the kernel read (`autograder.authoring.reads.tell`).
    """

    notebook: NotebookNode
    begin: datetime
    seconds: float
    cells: list[tuple[int, float]]
    reads: dict[str, Any]


class PageFailed(Exception):
    """A cell of a page failed; the message is its traceback."""


# executing --------------------------------------------------------------------------------------


def execute(page: Page, timeout: int, started: Callable[[NotebookClient], None]) -> Run:
    """Execute a page in a kernel of its own.

    Parameters
    ----------
    page : Page
        It stays as it is.
    timeout : int
        Seconds that a cell may take.
    started : callable
        Is given the client once its kernel runs.

    Raises
    ------
    PageFailed
        A cell failed, took too long, or ended its kernel.
    """
    notebook = copy.deepcopy(page.notebook)
    notebook.cells.append(new_code_cell(TELL))
    place = {"metadata": {"path": str(page.path.parent)}}
    client = NotebookClient(notebook, timeout=timeout, resources=place, record_timing=True)
    begin = datetime.now()
    try:
        with STARTING:
            client.km = client.create_kernel_manager()
            client.start_new_kernel()
        started(client)
        client.execute()
    except FAILURES as problem:
        raise PageFailed(f"{type(problem).__name__}\n{problem}") from problem
    seconds = (datetime.now() - begin).total_seconds()
    output = next(one.text for one in notebook.cells.pop().outputs if one.get("name") == "stdout")
    lines = notebook.metadata.get("source_map") or range(len(notebook.cells))
    cells = [
        (line, duration(cell.metadata.pop("execution", {})))
        for cell, line in zip(notebook.cells, lines, strict=True)
        if cell.cell_type == "code"
    ]
    return Run(notebook, begin, seconds, cells, json.loads(output))


def duration(times: dict[str, str]) -> float:
    """Seconds between the moments that a kernel noted for a cell."""
    moments = [times.get(f"iopub.status.{what}") for what in ("busy", "idle")]
    if None in moments:
        return 0.0
    busy, idle = (datetime.fromisoformat(str(one).replace("Z", "+00:00")) for one in moments)
    return round((idle - busy).total_seconds(), 3)


def cores() -> int:
    """How many kernels run side by side."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def kill(clients: Iterable[NotebookClient]) -> None:
    """End kernels at once; whoever waits for them gets a `DeadKernelError`."""
    for client in clients:
        with suppress(Exception):  # it may have ended by itself
            client.km.provisioner.process.kill()  # type: ignore[union-attr]


# the cache --------------------------------------------------------------------------------------


def stale(pages: Sequence[Page], cache: Any, root: Path) -> list[Page]:
    """Forget the records that no longer hold; return the pages to execute, longest first."""
    took = {
        record.uri: (record.data or {}).get("execution_seconds", 0.0)
        for record in cache.list_cache_records()
    }
    waiting = []
    for page in pages:
        try:
            record = cache.match_cache_notebook(page.notebook)
        except KeyError:
            waiting.append(page)
            continue
        known = (record.data or {}).get("rests_on")
        if not known or not unchanged(root, known):
            cache.remove_cache(record.pk)
            waiting.append(page)
    # One that never ran may take long: it goes first.
    return sorted(waiting, key=lambda page: -took.get(str(page.path), float("inf")))


def keep(page: Page, run: Run, cache: Any, root: Path) -> None:
    """Put an executed page into the cache, with what it rests on."""
    data = {
        "execution_seconds": run.seconds,
        "cells": run.cells,
        "rests_on": rests_on(root, run.reads, run.begin),
    }
    bundle = CacheBundleIn(run.notebook, str(page.path), data=data)
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def execute_stale(
    pages: Sequence[Page], cache: Any, root: Path, timeout: int, say: Callable[[str, str], None]
) -> dict[str, str]:
    """Execute the pages whose records no longer hold, and keep what comes out.

    Parameters
    ----------
    pages : sequence of Page
        All pages with cells.
    cache : JupyterCacheBase
        From `jupyter_cache.get_cache`.
    root : Path
        The repository.
    timeout : int
        Seconds that a cell may take.
    say : callable
        Is given the name of a page and what happens to it.

    Returns
    -------
    dict
        Name and traceback of the pages that failed. After one has, none is begun any more.
    """
    waiting = stale(pages, cache, root)
    failed: dict[str, str] = {}
    stop = threading.Event()
    running: list[NotebookClient] = []

    def begin(page: Page) -> Run | None:
        if stop.is_set():
            return None
        say(page.name, "Executing notebook")
        try:
            return execute(page, timeout, running.append)
        except PageFailed:
            stop.set()
            raise

    with ThreadPoolExecutor(max(1, min(cores(), len(waiting)))) as pool:
        begun: dict[Future[Run | None], Page] = {pool.submit(begin, page): page for page in waiting}
        try:
            for future in as_completed(begun):
                page = begun[future]
                try:
                    run = future.result()
                except PageFailed as problem:
                    failed[page.name] = str(problem)
                    continue
                if run:
                    keep(page, run, cache, root)
                    say(page.name, f"Executed notebook in {run.seconds:.2f} seconds")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            kill(running)
            raise
    return failed
