"""Confusing the intake: files that are no notebook, or another one than they say."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attacks.model import BACK, CONVERT, Attack, in_family
from attacks.notebooks import honest, reference_answer, released

intake = in_family("intake")
NAME = "04-backprop.ipynb"
Notebook = dict[str, Any]


def _file(name: str, tries: str, change: Callable[[Notebook], bytes | None], **rest: Any) -> Attack:
    return intake(name, tries, change=change, **rest)


def _folder(
    name: str, tries: str, hand_in: Callable[[Path, bytes, Any], None], **rest: Any
) -> Attack:
    return intake(name, tries, hand_in=hand_in, **rest)


def _cell(notebook: Notebook, grade_id: str) -> dict[str, Any]:
    marks = [c["metadata"].get("nbgrader", {}).get("grade_id") for c in notebook["cells"]]
    return notebook["cells"][marks.index(grade_id)]


def _cut(notebook: Notebook) -> bytes:
    return json.dumps(notebook).encode()[:20_000]


def _duplicate_keys(notebook: Notebook) -> bytes:
    text = json.dumps(notebook)
    text = text.replace('"cell_type": "code"', '"cell_type": "raw", "cell_type": "code"')
    return text.replace('{"cells": [', '{"cells": 3, "nbformat": 9, "cells": [').encode()


WRONG: list[Any] = [None, 0, -1, 1.5, True, "x", [], [[]], {}, {"a": []}, [None], "\ud800"]


def _wrong_types(notebook: Notebook) -> None:
    """Put every wrong thing into every field of some cell, and of the notebook."""
    cells = notebook["cells"]
    answer = copy.deepcopy(_cell(notebook, BACK))
    for number, wrong in enumerate(WRONG):
        for field in ("cell_type", "source", "metadata", "id", "outputs", "attachments"):
            cells.append({**copy.deepcopy(cells[number]), field: wrong})
        marks = copy.deepcopy(answer)
        for field in ("nbgrader", "tags", "id"):
            cells.append({**marks, "metadata": {**marks["metadata"], field: wrong}})
        for field in ("grade_id", "points", "solution", "grade", "schema_version"):
            nbgrader = {**marks["metadata"]["nbgrader"], field: wrong}
            cells.append({**marks, "metadata": {"nbgrader": nbgrader}})
        cells.append(wrong)
    notebook["metadata"] = {"kernelspec": 3, "dropout_course": [], "language_info": "x"}
    notebook["nbformat_minor"] = {}


def _wrong_course(notebook: Notebook) -> None:
    notebook["metadata"]["dropout_course"] = {
        "chapter": "../../../solutions/ch04_backprop", "release": True, "stand_in": False,
        "record": {"handed_in": True, "score": 50},
    }  # fmt: skip


def _old_format(version: int) -> Callable[[Notebook], bytes]:
    def change(notebook: Notebook) -> bytes:
        cells = []
        for cell in notebook["cells"]:
            code = {"input": cell["source"], "language": "python", "outputs": [], "prompt": 1}
            own = code if cell["cell_type"] == "code" else {"source": cell["source"]}
            cells.append({"cell_type": cell["cell_type"], "metadata": cell["metadata"], **own})
        old = {"worksheets": [{"cells": cells}, 3, {"cells": 4}], "metadata": {}}
        return json.dumps({**old, "nbformat": version, "nbformat_minor": 0}).encode()

    return change


def _future(notebook: Notebook) -> None:
    notebook["nbformat"], notebook["nbformat_minor"] = 5, 10**30


def _forged_marks(notebook: Notebook) -> None:
    """Mark check cells as answers, answers as checks, and give everything a million points."""
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader")
        if marks:
            marks["solution"], marks["grade"] = marks["grade"], marks["solution"]
            marks["points"], marks["locked"] = 1_000_000, False
            cell.get("outputs", []).append(
                {"output_type": "execute_result", "data": {"text/plain": "12.0"}, "metadata": {},
                 "execution_count": 1}
            )  # fmt: skip


def _checks_as_answers(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if str(marks.get("grade_id", "")).endswith("-check"):
            marks.update(solution=True, grade=False)
            cell["source"] = "def check(*a): return 12.0\n12.0"


def _points_in_checks(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade"):
            marks["points"] = -1 if marks["points"] == 8 else 1e308
            cell["source"] = "12.0"


def _swapped_ids(notebook: Notebook) -> None:
    one, other = _cell(notebook, BACK), _cell(notebook, CONVERT)
    one["metadata"], other["metadata"] = other["metadata"], one["metadata"]
    one["id"], other["id"] = other["id"], one["id"]


def _duplicated_ids(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["id"] = "same"
        if cell["metadata"].get("nbgrader"):
            cell["metadata"]["nbgrader"]["grade_id"] = BACK


def _many_copies(notebook: Notebook) -> None:
    notebook["cells"] += [copy.deepcopy(_cell(notebook, BACK)) for _ in range(300)]


def _answers_of_another_chapter(notebook: Notebook) -> None:
    """Bring the cells of chapter 3, right answers and all, under its own name."""
    other = json.loads(json.dumps(honest("03-dropout-forward")))
    notebook["cells"] = other["cells"] + notebook["cells"]
    notebook["metadata"] = other["metadata"]


def _foreign_checks(notebook: Notebook) -> None:
    """Bring check cells of chapter 3, so that exercises are counted that aren't there."""
    notebook["cells"] += [
        json.loads(json.dumps(cell))
        for cell in released("03-dropout-forward").cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    ]


def _kernel(notebook: Notebook) -> None:
    notebook["metadata"]["kernelspec"] = {
        "name": "../../bin/sh", "display_name": "$(id)", "language": "bash",
        "argv": ["/bin/sh", "-c", "id"],
        "metadata": {"kernel_provisioner": {"provisioner_name": "x"}},
    }  # fmt: skip


def _two(folder: Path, data: bytes, _: Any) -> None:
    (folder / NAME).write_bytes(data)
    for name in ("copy.ipynb", "04-backprop-Copy1.ipynb", "Untitled.IPYNB", "a.ipynb.txt"):
        (folder / name).write_bytes(data.replace(b"return x", b"return x  # another"))


def _renamed(folder: Path, data: bytes, _: Any) -> None:
    (folder / "..ipynb").write_bytes(data)


def _links(folder: Path, data: bytes, bait: Any) -> None:
    (folder / NAME).symlink_to(bait["neighbour"])
    for name in ("key", "gradebook", "references", "hidden"):
        (folder / f"{name}.ipynb").symlink_to(bait[name])
        os.link(bait["log"], folder / f"hard-{name}.txt")
    (folder / "folder").symlink_to(bait["course"])


def _neighbours_folder(folder: Path, data: bytes, bait: Any) -> None:
    folder.rmdir()
    folder.symlink_to(Path(bait["neighbour"]).parent)


def _pipes(folder: Path, data: bytes, _: Any) -> None:
    os.mkfifo(folder / NAME)
    os.mkfifo(folder / "timestamp.txt")
    os.mkfifo(folder / "intake.json")


def _folders(folder: Path, data: bytes, _: Any) -> None:
    (folder / NAME).mkdir()
    (folder / NAME / NAME).write_bytes(data)
    for name in ("timestamp.txt", "intake.json"):
        (folder / name).mkdir()
        (folder / name / "x.txt").write_text("x")


def _odd_names(folder: Path, data: bytes, _: Any) -> None:
    for name in (b"caf\xe9.ipynb", b"\xff\xfe", b"-rf", b"a\nb.ipynb", b"*.ipynb", b" .ipynb"):
        (Path(os.fsdecode(os.fsencode(folder) + b"/" + name))).write_bytes(data)


def _many_files(folder: Path, data: bytes, _: Any) -> None:
    for number in range(2000):
        (folder / f"{number}.ipynb").write_bytes(b"{}")
    (folder / NAME).write_bytes(data)


def _forged_record(folder: Path, data: bytes, _: Any) -> None:
    (folder / NAME).write_bytes(data)
    said = [["<script>pwn()</script>\x1b[2J", "full marks: 50 of 50"]] * 1000
    (folder / "intake.json").write_text(json.dumps({"left_out": said, "score": 50}))
    (folder / "timestamp.txt").write_text("9999-99-99 \x1b[2J")


def _nested_json(notebook: Notebook) -> bytes:
    return b'{"cells": ' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}"


def _deep_cells(notebook: Notebook) -> bytes:
    deep = "[" * 900 + "]" * 900
    return json.dumps(notebook).replace('"metadata": {', f'"metadata": {{"d": {deep},').encode()


ATTACKS = [
    _file("nothing", "Hands in an empty file.", lambda nb: b""),
    _file("cut-off", "Hands in half a file.", _cut),
    _file("nested-json", "Hands in JSON nested a million deep.", _nested_json),
    _file("nested-metadata", "Hands in metadata nested as deep as JSON can be read.", _deep_cells),
    _file("duplicate-keys", "Gives each key twice, for readers that differ.", _duplicate_keys),
    _file("constants", "Hands in NaN and Infinity.", lambda nb: b'{"cells": [NaN], "nbformat": 4}'),
    _file(
        "long-number",
        "Hands in a number of a million digits.",
        lambda nb: b'{"cells": [], "nbformat": ' + b"9" * 1_000_000 + b"}",
    ),
    _file("utf-16", "Hands in UTF-16.", lambda nb: json.dumps(nb).encode("utf-16")),
    _file("not-unicode", "Hands in bytes that are no text.", lambda nb: b"\xff\xfe\xff" * 999),
    _file("wrong-types", "Puts every wrong thing into every field.", _wrong_types),
    _file("wrong-course", "Names another chapter, a path and a record of its own.", _wrong_course),
    _file("format-2", "Hands in notebook format 2.", _old_format(2)),
    _file("format-3", "Hands in notebook format 3.", _old_format(3)),
    _file("format-5", "Hands in a format of the future.", _future),
    _file(
        "forged-marks", "Exchanges what is answer and what is check, with outputs.", _forged_marks
    ),
    _file("checks-as-answers", "Marks check cells as answers.", _checks_as_answers),
    _file("points", "Edits the points of check cells.", _points_in_checks),
    _file("swapped-ids", "Exchanges the ids of two answers.", _swapped_ids),
    _file("duplicated-ids", "Gives all cells one id.", _duplicated_ids),
    _file("many-copies", "Copies an answer cell 300 times.", _many_copies),
    _file(
        "another-chapter", "Brings right answers to another chapter.", _answers_of_another_chapter
    ),
    _file("foreign-checks", "Brings check cells of another chapter.", _foreign_checks),
    _file("kernel", "Asks for a kernel that is a shell.", _kernel),
    _folder("several-notebooks", "Hands in five notebooks.", _two),
    _folder("renamed", "Hands in a notebook named `..ipynb`.", _renamed),
    _folder("links", "Hands in links to secrets in place of files.", _links),
    _folder("linked-folder", "Hands in a link to the neighbour's folder.", _neighbours_folder),
    _folder("pipes", "Hands in pipes, on which a reader waits forever.", _pipes),
    _folder(
        "folders",
        "Hands in folders with the names of files.",
        _folders,
    ),
    _folder(
        "odd-names", "Hands in files whose names are options, patterns or no text.", _odd_names
    ),
    _folder("many-files", "Hands in 2000 files.", _many_files),
    _folder("forged-record", "Hands in the grader's own files.", _forged_record),
    intake(
        "answers-in-locked-cells",
        "Defines grading functions in cells that are not its own.",
        change=lambda nb: nb["cells"][2].update(
            source="def check(*a): return 50\ndef dropout_backward(g, c): return g"
        ),
    ),
    intake(
        "answer-of-the-neighbour-cell",
        "Answers one exercise rightly, and claims the points of all for it.",
        solves=(CONVERT,),
        change=lambda nb: nb["cells"].extend(
            {**copy.deepcopy(_cell(nb, BACK)), "source": reference_answer(CONVERT)} for _ in "ab"
        ),
    ),
]
