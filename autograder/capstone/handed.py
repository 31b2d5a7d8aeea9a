"""What a student handed in: the modules of a folder or zip, read and never run."""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autograder.capstone.drawing import BESIDE, CLEAN, clean_files
from autograder.root import SetUpError

ROOM = 1_000_000  # bytes of all modules
UNREADABLE = (  # what a damaged or hostile zip or folder may raise
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
)
REACHING = re.compile(  # a reader's hint, and no wall: names can be hidden
    rb"_getframe|f_back|f_globals|f_locals|f_builtins|tb_frame|__traceback__|import __main__"
    rb"|sys\.modules|get_objects|get_referrers|ctypes|settrace|setprofile|import inspect"
    rb"|__import__|\bexec\(|\beval\("
)


@dataclass
class Handed:
    """Modules by name, and what was odd about the hand-in, a sentence each.

    If it is unreadable, or holds no module of the package, there is nothing to judge: that is no
    answer that earns nothing, and gets no points, not even zero.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    unreadable: bool = False


def read(path: Path) -> Handed:
    """Read a hand-in; never raises for what is in it."""
    handed = Handed()
    try:
        found = _zipped(path) if path.is_file() else _folder(path)
    except UNREADABLE as error:
        handed.problems.append(f"It can't be read ({error}): hand in a folder or a zip again.")
        handed.unreadable = True
        return handed
    if not {place.name for place in found} & set(clean_files()):
        handed.problems.append(
            "It holds no module of dropnet/: hand in the folder that `autograder capstone new` "
            "wrote, or a zip of it."
        )
        handed.unreadable = True
        return handed
    done = _own(found, handed)
    _extra({place: data for place, data in found.items() if place not in done}, handed)
    _look_around(handed)
    return handed


def _own(found: dict[PurePosixPath, bytes], handed: Handed) -> set[PurePosixPath]:
    """Take the package's modules; give the places that are done with."""
    done: set[PurePosixPath] = set()
    for name in clean_files():
        places = [place for place in found if place.name == name]
        home = [place for place in places if place.parent.name == "dropnet"]
        chosen = home or places
        done.update(chosen)
        if len(chosen) != 1:
            what = "stands in several places" if chosen else "is missing"
            handed.problems.append(f"{name} {what}: what needs it earns nothing.")
            continue
        if not home:
            handed.problems.append(f"{name} is not in dropnet/: taken from {chosen[0]}.")
        handed.files[name] = found[chosen[0]]
    return done


def _extra(found: dict[PurePosixPath, bytes], handed: Handed) -> None:
    """Take modules that a student added to `dropnet/`; say what is left out."""
    for place, data in found.items():
        if place.parent.name == "dropnet" and place.name not in handed.files:
            handed.files[place.name] = data
        elif place.name not in BESIDE:
            handed.problems.append(f"{place} is not in dropnet/: it is not used.")
        elif data.split() != (CLEAN / place.name).read_bytes().split():
            handed.problems.append(
                f"{place} is edited: it is not used in grading, and costs nothing."
            )


def _look_around(handed: Handed) -> None:
    """Name modules that reach for what calls them: honest ones have no reason to."""
    for name, data in handed.files.items():
        if found := sorted({word.decode() for word in REACHING.findall(data)}):
            handed.problems.append(
                f"{name} reaches for what runs it ({', '.join(found)}): read it before you give "
                "marks."
            )


def _folder(path: Path) -> dict[PurePosixPath, bytes]:
    if path.is_symlink() or not path.is_dir():
        raise ValueError("there is no such folder or zip")
    found, room = {}, ROOM
    for file in sorted(path.rglob("*.py")):
        steps = [file, *file.parents][: len(file.relative_to(path).parts)]
        if any(step.is_symlink() for step in steps) or not file.is_file():
            continue
        room -= file.stat().st_size
        if room < 0:
            raise ValueError(f"its modules have more than {ROOM} bytes")
        found[PurePosixPath(file.relative_to(path).as_posix())] = file.read_bytes()
    return found


def _zipped(path: Path) -> dict[PurePosixPath, bytes]:
    found, room = {}, ROOM
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not info.filename.endswith(".py") or "__MACOSX" in info.filename:
                continue
            room -= info.file_size
            if room < 0:
                raise ValueError(f"its modules have more than {ROOM} bytes")
            with archive.open(info) as stream:
                found[PurePosixPath(info.filename)] = stream.read(info.file_size)
    return found


def student_of(path: Path) -> str:
    """Give the id in a hand-in's name: that of the folder, or of the zip without its ending."""
    name = path.resolve().name.removesuffix(".zip")
    if not name:
        raise SetUpError(f"{path} has no name: name each hand-in by its student's id.")
    return name
