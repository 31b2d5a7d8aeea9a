"""The folder that a notebook may write to, where it has no file system of its own."""

from __future__ import annotations

import os
from contextlib import suppress

MANY = 5_000  # files and folders; more are as bad as too many bytes


def used(folder: str) -> int:
    """Add up the bytes of the files below a folder; infinitely many for too many files."""
    total, seen, todo = 0, 0, [folder]
    while todo:
        try:
            entries = list(os.scandir(todo.pop()))
        except OSError:
            continue
        for entry in entries:
            seen += 1
            if seen > MANY:
                return 1 << 62
            with suppress(OSError):
                total += entry.stat(follow_symlinks=False).st_blocks * 512
                if entry.is_dir(follow_symlinks=False):
                    todo.append(entry.path)
    return total


def remove_tree(folder: str) -> None:
    """Remove a folder and all below it, however deep and whatever its modes.

    `shutil.rmtree` calls itself for each level and would give up on a thousand. Here a folder
    that is not empty moves to the top. Nothing is followed out of the file system, nor along a
    link. Call it once nothing runs that writes there.
    """
    with suppress(FileNotFoundError):
        device = os.lstat(folder).st_dev
        moved = 0
        while entries := list(os.scandir(folder)):
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                if entry.stat(follow_symlinks=False).st_dev != device:
                    raise OSError(f"{entry.path} is mounted")
                os.chmod(entry.path, 0o700)
                for inner in list(os.scandir(entry.path)):
                    if inner.is_dir(follow_symlinks=False):
                        moved += 1
                        os.chmod(inner.path, 0o700)
                        os.rename(inner.path, os.path.join(folder, f"{'m' * 200}{moved}"))
                    else:
                        os.unlink(inner.path)
                os.rmdir(entry.path)
        os.rmdir(folder)
