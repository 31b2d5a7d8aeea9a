"""Which sentences of a chapter would not hold under other seeds: ``python -m bench.seeds 01 05``.

Executes the cells of a chapter with the reference answers, once for each shift, and evaluates the
conditions of its sentences and verdicts on what these runs measured. A shift reaches every random
number that a cell, `lab` or an exercise draws, because it is applied where NumPy and PyTorch take
a seed: data, splits, initial weights and masks all change, and no cell can forget it. Seeds are
those of the book under ``--shift 0``; with ``--blas skylakex`` another kernel of OpenBLAS rounds
differently, which separates what hangs on the seed from what hangs on the machine. A kernel that
the book would use here anyway is refused, since nothing would be tried.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograder.authoring.arithmetic import arithmetic
from autograder.authoring.book import ONE_THREAD
from autograder.authoring.claims import read_claims
from autograder.authoring.conditions import evaluate, parse_condition
from autograder.authoring.measured import MeasuredError, values_of
from autograder.authoring.model import Chapter
from autograder.authoring.quotes import line_of
from autograder.authoring.source import chapter_paths, read_chapter
from autograder.root import course_root
from dropout_course.lab import evidence

CLAIM = "claim: "
SHIFTS = (1, 2)
SHIFTED = 20_140_601  # in every shifted seed, and in no other
KERNEL = "import numpy, threadpoolctl as t; print(t.threadpool_info()[0].get('architecture', ''))"
FIRST_SIX = tuple(f"{number:02d}" for number in range(1, 7))


def shift_seeds(shift: int) -> None:
    """Let every seed that NumPy or PyTorch is given from now on name another stream."""
    seeded = np.random.default_rng

    def shifted(seed: Any = None) -> np.random.Generator:
        if isinstance(seed, int | np.integer | list | tuple | np.ndarray):
            return seeded([*np.atleast_1d(seed), SHIFTED, shift])
        return seeded(seed)  # nothing to shift: a generator, or the system's randomness

    np.random.default_rng = shifted
    if "torch" in sys.modules:
        torch = sys.modules["torch"]
        set_seed = torch.manual_seed
        torch.manual_seed = lambda seed: set_seed(int(seed) + 1_000_003 * shift)


def execute(chapter: Chapter, shift: int) -> dict[str, Any]:
    """Run the cells of a chapter in this process.

    Parameters
    ----------
    chapter : Chapter
        As its source says it.
    shift : int
        0 for the seeds of the book.

    Returns
    -------
    dict
        What its cells recorded and claimed, by name, as the book's build gets it. A claim that
        does not hold has the values of its comparisons beside its numbers.
    """
    os.environ[evidence.BUILD] = "1"
    if chapter.library == "torch":
        import torch  # noqa: F401 - so that its seeds are shifted as well
    if shift:
        shift_seeds(shift)
    published: dict[str, Any] = {}
    space: dict[str, Any] = {"__name__": "__main__"}
    cell = ""

    def keep(name: str, data: dict[str, Any]) -> None:
        if name.startswith(CLAIM) and not data["holds"]:
            compared = "; ".join(comparisons(cell, name.removeprefix(CLAIM), space))
            data = {
                **data,
                "numbers": f"{data['numbers']} ({compared})" if compared else data["numbers"],
            }
        published[name] = data

    evidence._publish = keep
    for one in chapter.cells:
        if one.kind in ("setup", "reference", "demo", "evidence"):
            cell = one.text.source
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(cell, f"{one.text.place.path}:{one.text.place.line}", "exec"), space)
            _close_figures()
    return published


def _close_figures() -> None:
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def comparisons(cell: str, sentence: str, space: dict[str, Any]) -> Iterator[str]:
    """Both sides of each comparison in the condition of a claim, with their values."""
    for call in ast.walk(ast.parse(cell)):
        if not (isinstance(call, ast.Call) and len(call.args) == 2):
            continue
        if isinstance(call.args[0], ast.Constant) and call.args[0].value == sentence:
            yield from _sides(call.args[1], space)


def _sides(node: ast.AST, space: dict[str, Any]) -> Iterator[str]:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "all":
        for i, one in enumerate(_evaluated(node.args[0], space, "[*{}]") or ()):
            if not one:
                yield f"item {i}: {getattr(one, 'numbers', one)}"
    if isinstance(node, ast.GeneratorExp):
        return  # its names have no values out here
    for side in [node.left, *node.comparators] if isinstance(node, ast.Compare) else ():
        value = _evaluated(side, space)
        if value is not None and not isinstance(side, ast.Constant):
            shown = np.array2string(np.asarray(value), precision=4, threshold=9)
            yield f"{ast.unparse(side)} = {shown}"
    for child in ast.iter_child_nodes(node):
        yield from _sides(child, space)


def _evaluated(node: ast.expr, space: dict[str, Any], form: str = "{}") -> Any:
    """Its value among the names of a chapter; None if it has none."""
    with contextlib.suppress(Exception):  # a report that fails would hide what it reports
        return eval(form.format(ast.unparse(node)), space)
    return None


def broken(root: Path, chapter: Chapter, found: dict[str, Any]) -> tuple[list[str], int]:
    """Sentences and verdicts that what was measured does not bear, and how many were judged."""
    text, count, lines = chapter.path.read_text("utf-8"), 0, []
    for name, data in found.items():
        if name.startswith(CLAIM):
            count += 1
            sentence = name.removeprefix(CLAIM)
            if not data["holds"]:
                place = f"book/{chapter.stem}.md:{line_of(sentence, text)}"
                lines.append(f"{place}: “{sentence}”: {data['numbers']}")
    known = {name: values_of(data) for name, data in found.items() if not name.startswith(CLAIM)}
    for claim in read_claims(root, chapter.number)[0]:
        for one in (one for one in claim.evidence if one.kind == "measured"):
            count += 1
            place = f"{one.place.path}:{one.place.line}"
            try:
                finding = evaluate(parse_condition(one.what), known)
            except MeasuredError as problem:
                lines.append(f"{place}: {claim.ids[0]}: {problem}")
                continue
            if not finding:
                lines.append(
                    f"{place}: {claim.ids[0]} “{claim.verdict}”: {one.what}: {finding.numbers}"
                )
    return lines, count


def in_a_process(root: Path, chapter: Chapter, shift: int, blas: str) -> dict[str, Any]:
    """Run `execute` in an interpreter of its own, under the conditions of the book's build."""
    env = os.environ | arithmetic() | dict.fromkeys(ONE_THREAD, "1") | {"MPLBACKEND": "agg"}
    env |= {"PYTHONHASHSEED": "0", "MATPLOTLIBRC": str(root / "book" / "_data")}
    env |= {"OPENBLAS_CORETYPE": blas} if blas else {}
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "found.json"
        command = [sys.executable, "-m", "bench.seeds", chapter.number, "--shift", str(shift)]
        subprocess.run([*command, "--keep", str(kept)], cwd=root, env=env, check=True)
        return json.loads(kept.read_text("utf-8"))


def kernel_of(blas: str) -> str:
    """Name of the kernel of OpenBLAS that is asked for, or that the book uses (``""``)."""
    env = os.environ | arithmetic() | ({"OPENBLAS_CORETYPE": blas} if blas else {})
    command = [sys.executable, "-c", KERNEL]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def report(root: Path, chapters: Sequence[Chapter], shifts: Sequence[int], blas: str) -> int:
    """Print what does not hold, chapter by chapter; return how many conditions that are."""
    total = 0
    for chapter in chapters:
        for shift in shifts:
            start = time.monotonic()
            lines, count = broken(root, chapter, in_a_process(root, chapter, shift, blas))
            total += len(lines)
            how = f"seeds shifted by {shift}" + (f", OpenBLAS for {blas}" if blas else "")
            seconds = f"{time.monotonic() - start:.0f} s"
            print(f"{chapter.stem}, {how}: {len(lines)} of {count} conditions fail ({seconds})")
            print("".join(f"  {line}\n" for line in lines), end="", flush=True)
    return total


def main() -> int:
    """Judge the chapters that were named, or the first six; status 1 if a condition fails."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.seeds", description=__doc__.split("\n")[0]
    )
    parser.add_argument("chapters", nargs="*", default=FIRST_SIX, help="numbers, such as 01 05")
    parser.add_argument("--shift", type=int, nargs="+", default=SHIFTS, help="0: the book's seeds")
    parser.add_argument("--blas", default="", help="a core type of OpenBLAS, such as skylakex")
    parser.add_argument("--keep", type=Path, help=argparse.SUPPRESS)  # run in this process
    options = parser.parse_args()
    root = course_root()
    known = {path.stem[:2]: path for path in chapter_paths(root)}
    if unknown := [number for number in options.chapters if number not in known]:
        parser.error(f"there is no chapter {unknown[0]}: choose from {', '.join(known)}")
    if options.blas and (same := kernel_of(options.blas)) == kernel_of(""):
        parser.error(
            f"with --blas {options.blas} OpenBLAS uses its kernel for {same}, as the book "
            "does here: name another, such as skylakex or sandybridge"
        )
    chapters = [read_chapter(known[number])[0] for number in options.chapters]
    if options.keep:
        found = execute(chapters[0], options.shift[0])
        options.keep.write_text(json.dumps(found), "utf-8")
        return 0
    return 1 if report(root, chapters, options.shift, options.blas) else 0


if __name__ == "__main__":
    sys.exit(main())
