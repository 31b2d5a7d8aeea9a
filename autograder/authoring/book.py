"""Builds the book.

    python -m autograder.authoring.book               build/book/html
    python -m autograder.authoring.book --solutions   build/book-solutions/html, with the answers
    python -m autograder.authoring.book --store       keep the numbers of sentences for notebooks

A page's cells are executed only when they, or what they read and import, have changed
(see `execution`); a build of unchanged sources ends at once. A build that fails leaves the site of
the last good one where it is.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.authoring.arithmetic import arithmetic
from autograder.authoring.build import check_sources
from autograder.authoring.errors import SourceErrors
from autograder.authoring.measured import STORE
from autograder.root import SetUpError

ROOT = Path(__file__).resolve().parents[2]
# What the book is made of: while it is as it was, the site is up to date.
SOURCES = (
    *("book/**/*", "solutions/**/*.py", "dropout_course/**/*.py", "notebooks/*.ipynb"),
    *("autograder/authoring/*.py", "_config.yml", "CITATION.cff", "requirements.lock"),
)
SHOWN = Path("build") / "book" / "_build" / "measured"  # numbers of sentences, by chapter
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
PROGRESS = re.compile(r"book/(?P<page>[\w-]+)\.md: (?P<what>Execut\w+ .*?)(?: \[mystnb\])?$")
TROUBLE = re.compile(r"WARNING|ERROR|CRITICAL|Exception|Traceback|^\S*Error\b|^An error occurred")
# A step of Sphinx, up to its end or to the warning that follows on the same line.
STEP = re.compile(
    r"^(reading|writing|copying|preparing|loading|building|checking|pickling|looking|generating"
    r"|dumping) .*?(?=\S+: (WARNING|ERROR|CRITICAL)|$)|^done$|^=+$"
)
NOISE = (
    "build finished with problems",
    "Look above for the cause",
    "traceback has been saved",
    "[IPKernelApp]",
    ": Executed notebook in",
    ": Cached executed notebook",
)
LONGEST_REPORT = 120


class BuildError(SetUpError):
    """The book could not be built; the message is what Sphinx said, without its progress."""


def digest(root: Path, patterns: Iterable[str]) -> str:
    """Return a hash over the names and bytes of the files that match."""
    found = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in root.glob(pattern)}):
        if path.is_file() and "__pycache__" not in path.parts:
            found.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
            found.update(path.read_bytes())
    return found.hexdigest()


def interesting(lines: list[str]) -> str:
    """Return the part of a failed build's output that says what is wrong."""
    plain = [STEP.sub("", COLOUR.sub("", line).rstrip()) for line in lines]
    plain = [line for line in plain if line and not any(noise in line for noise in NOISE)]
    first = next((i for i, line in enumerate(plain) if TROUBLE.search(line)), None)
    if first is None:
        return "\n".join(plain[-20:])
    kept = plain[first:]
    # Jupyter Book's own traceback follows, and says nothing about the book.
    end = next((i for i, line in enumerate(kept) if "bin/jupyter-book" in line), len(kept))
    return "\n".join(kept[:end][:LONGEST_REPORT])


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one build at a time work in a folder; another waits."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            import fcntl
        except ImportError:  # Windows: two builds at once are the reader's own affair
            yield
            return
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def environment(root: Path, solutions: bool) -> dict[str, str]:
    """Return the environment of the build: arithmetic, our packages, this interpreter."""
    env = dict(os.environ)
    env["PYTHONPATH"] = os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", "")])
    env.update(arithmetic() | dict.fromkeys(ONE_THREAD, "1"))
    env.update(PYTHONDONTWRITEBYTECODE="1", PYTHONHASHSEED="0")
    env.pop("SOLUTIONS", None)
    if solutions:
        env["SOLUTIONS"] = "1"
    return env


def run_sphinx(
    root: Path, work: Path, solutions: bool, quiet: bool, beside: Callable[[], None]
) -> None:
    """Run Jupyter Book on ``root``, into ``work/_build/html``, unless ``beside`` raises."""
    # `autograder` first: it keeps a grammar from being compiled that nothing here needs. Trees of
    # documents are all in use: to look for garbage among them took a third of a build's time.
    program = "import autograder, gc; gc.disable(); "
    program += "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", program]
    command += ["build", "book", "--config", "_config.yml", "--path-output", str(work)]
    command += ["-W", "-n", "--keep-going"]
    lines: list[str] = []
    process = subprocess.Popen(
        command,
        cwd=root,
        env=environment(root, solutions),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )

    def follow() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            step = PROGRESS.search(COLOUR.sub("", line).rstrip())
            if step and not quiet:
                print(f"  {step['page']}: {step['what']}", flush=True)

    # A thread, because a kernel that outlives the build would keep the pipe open for ever.
    reader = threading.Thread(target=follow, daemon=True)
    reader.start()
    try:
        beside()
        status = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    reader.join(timeout=5)
    if status:
        raise BuildError(interesting(lines))


def publish(made: Path, site: Path) -> None:
    """Put a finished build in the place of the last one."""
    for rubbish in (".buildinfo", "objects.inv.tmp", "reports", ".doctrees"):
        path = made / rubbish
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    old = site.with_name("html.old")
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    made.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def build_book(root: Path = ROOT, solutions: bool = False, quiet: bool = False) -> Path:
    """Build the site, unless it is there already.

    Parameters
    ----------
    root : Path
        The repository.
    solutions : bool
        Show the reference answers. Such a site has a folder of its own, so that it is never
        published by mistake.
    quiet : bool
        Print nothing but errors.

    Returns
    -------
    Path
        The folder of the site; its first page is ``index.html``.

    Raises
    ------
    BuildError
        A source has a mistake, a cell failed, a condition does not hold, or Sphinx had a warning.
        The site of the last good build is untouched.
    """
    root = Path(root).resolve()
    folder = root / "build" / ("book-solutions" if solutions else "book")
    site, stamp = folder / "html", folder / "stamp"
    start = time.monotonic()
    with alone(folder):
        inputs = digest(root, SOURCES)
        if (site / "index.html").exists() and stamp.exists() and stamp.read_text() == inputs:
            if not quiet:
                print(f"The book is up to date: {site / 'index.html'}")
            return site
        work = folder / "_build"
        # From scratch, but for executed cells: Sphinx does not see every change by itself.
        for part in ("html", ".doctrees", "jupyter_execute", "measured"):
            shutil.rmtree(work / part, ignore_errors=True)
        if not quiet:
            print(
                "Building the book (a first build executes every page, which takes some minutes) …"
            )
        try:  # the check takes two seconds: the other core has them
            run_sphinx(root, folder, solutions, quiet, beside=lambda: check_sources(root))
        except SourceErrors as found:
            raise BuildError(str(found)) from found
        stamp.unlink(missing_ok=True)
        publish(work / "html", site)
        stamp.write_text(inputs)
    if not quiet:
        seconds = time.monotonic() - start
        print(f"The book is built ({seconds:.0f} s). Open {site / 'index.html'}")
    return site


def moved_numbers(root: Path, shown: Path) -> list[str]:
    """Chapters whose sentences show other numbers than those stored for their notebooks."""
    made = {path.name: path.read_bytes() for path in shown.glob("*.json")}
    kept = {path.name: path.read_bytes() for path in (root / STORE).glob("*.json")}
    return sorted(
        Path(name).stem for name in made.keys() | kept.keys() if made.get(name) != kept.get(name)
    )


def store_numbers(root: Path) -> list[str]:
    """Keep the numbers that the last build's sentences show; return the chapters that changed."""
    shown = root / SHOWN
    moved = moved_numbers(root, shown)
    for stem in moved:
        made, kept = shown / f"{stem}.json", root / STORE / f"{stem}.json"
        kept.parent.mkdir(parents=True, exist_ok=True)
        if made.exists():
            shutil.copyfile(made, kept)
        else:
            kept.unlink()
    return moved


def main() -> int:
    """Build from the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m autograder.authoring.book")
    parser.add_argument("--solutions", action="store_true", help="show the reference answers")
    parser.add_argument("--store", action="store_true", help="keep the numbers for notebooks")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    options = parser.parse_args()
    try:
        build_book(ROOT, options.solutions, options.quiet)
        if options.store:
            stored = store_numbers(ROOT)
            print(f"Stored the numbers of {', '.join(stored) or 'no chapter: none has changed'}.")
        elif moved := moved_numbers(ROOT, ROOT / SHOWN):
            print(f"Numbers of {', '.join(moved)} differ from those that notebooks show:")
            print("  python -m autograder.authoring.book --store && make notebooks")
    except BuildError as problem:
        print(problem, file=sys.stderr)
        print(
            "\nThe book was not built; the last good site, if any, is unchanged.", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
