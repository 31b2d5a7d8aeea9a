"""What a platform delivers: a folder or a zip of files that strangers named and packed.

Nothing is unpacked to the disk here; what is hostile or broken becomes a sentence.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath

from autograder.classroom.folder.coursedir import CourseError
from autograder.classroom.folder.files import (
    IGNORED,
    NOTEBOOK_LIMIT,
    limit_for,
    printable,
    read_regular,
)

MOST_FILES = 50_000
TOTAL_LIMIT = 8_000_000_000  # bytes of a whole delivery, unpacked
UTF8 = 0x800  # the flag of an entry whose name is in UTF-8; others are in that of old DOS
BOMB = 200  # bytes from one byte; a notebook with pictures packs less than a tenth as well …
SMALL = 2_000_000  # … but a small file of zeros harms nobody


@dataclass(frozen=True)
class File:
    """One file of a delivery; `read` raises OSError for what can't be read."""

    name: str
    read: Callable[[], bytes]
    when: datetime | None = None


@dataclass
class Delivery:
    """The files of a delivery, and what was refused of it, in sentences by the file's name."""

    files: list[File] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def open_delivery(source: Path) -> Delivery:
    """Look at a folder or a zip.

    Raises
    ------
    CourseError
        It is neither, or can't be read.
    """
    try:
        if source.is_dir():
            return _folder(source)
        return zip_files(source.read_bytes() if source.stat().st_size < SMALL else source)
    except FileNotFoundError:
        raise CourseError(f"{source} is not there: name a folder or a zip.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise CourseError(
            f"{source} is no whole zip ({error}): download it again, or unpack it and name the "
            "folder."
        ) from None
    except OSError as error:
        raise CourseError(f"{source} can't be read ({error.strerror or error}).") from error


def _folder(source: Path) -> Delivery:
    found = Delivery()
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if set(PurePosixPath(name).parts) & IGNORED:
            continue
        if path.is_symlink():
            found.refused.append((name, "is a link, which may lead anywhere"))
        elif path.is_file():
            found.files.append(File(name, partial(read_regular, path, NOTEBOOK_LIMIT)))
        elif not path.is_dir():
            found.refused.append((name, "is no regular file"))
        if len(found.files) > MOST_FILES:
            raise CourseError(
                f"{source} holds more than {MOST_FILES} files: name a smaller folder."
            )
    return found


def zip_files(source: Path | bytes) -> Delivery:
    """Look at a zip, without unpacking it.

    Raises
    ------
    zipfile.BadZipFile
        It is none.
    """
    archive = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    found, seen, total = Delivery(), set(), 0
    for info in archive.infolist():
        info.filename = _name(info)
        if info.is_dir() or set(PurePosixPath(info.filename).parts) & IGNORED:
            continue
        total += info.file_size
        trouble, name = _trouble(info), PurePosixPath(info.filename).as_posix()  # one of a//./b
        if not trouble and name in seen:
            trouble = "is in the zip twice; the first one counts"
        if not trouble and (len(found.files) >= MOST_FILES or total > TOTAL_LIMIT):
            trouble = "comes after more than any class hands in"
        seen.add(name)
        if trouble:
            found.refused.append((info.filename, trouble))
        else:
            found.files.append(File(name, _reader(archive, info), _when(info)))
    return found


def _name(info: zipfile.ZipInfo) -> str:
    """Give the name of an entry: a Mac writes UTF-8, and does not say so."""
    if not info.flag_bits & UTF8:
        with suppress(UnicodeError):
            return info.filename.encode("cp437").decode("utf-8")
    return info.filename


def _trouble(info: zipfile.ZipInfo) -> str:
    """Say why an entry is not taken, "" if it is."""
    name, parts = info.filename, PurePosixPath(info.filename).parts
    if name.startswith("/") or ".." in parts or "\\" in name or ":" in (parts or ("",))[0][1:2]:
        return "has a path that leads out of its folder"
    if not name.isprintable() or any(len(part.encode(errors="replace")) > 200 for part in parts):
        return "has a name that no file can have"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link, which may lead anywhere"
    if info.flag_bits & 1:
        return "is encrypted"
    if info.file_size > limit_for(name):
        return f"is too large ({info.file_size / 1e6:.0f} MB)"
    if info.file_size > max(SMALL, BOMB * info.compress_size):
        return "unpacks to more than any notebook does (a zip bomb?)"
    return ""


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with archive.open(info) as file:
                data = file.read(info.file_size + 1)  # never more than it says
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as e:
            raise OSError(f"damaged in the zip: {e}") from None
        if len(data) != info.file_size:
            raise OSError("it is not as long as the zip says")
        return data

    return read


def _when(info: zipfile.ZipInfo) -> datetime | None:
    try:
        when = datetime(*info.date_time)
    except ValueError:
        return None
    return when if when.year > 1980 else None


def unpacked(file: File) -> Iterator[File | tuple[str, str]]:
    """Give the files of a zip that a student handed in, or (name, why not); one level deep."""
    try:
        inner = zip_files(file.read())
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        yield file.name, f"is no whole zip ({printable(str(error), 80)})"
        return
    folder = file.name.removesuffix(".zip")
    for one in inner.files:
        yield File(f"{folder}/{one.name}", one.read, one.when)
    for name, trouble in inner.refused:
        yield f"{folder}/{name}", trouble
