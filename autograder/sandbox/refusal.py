"""Why there is no jail, in words that say what to do."""

from __future__ import annotations

import errno
import re

from autograder.root import SetUpError

# What is short, by the number of an error, and what to do.
_SHORT = {
    errno.EAGAIN: "this user has too many processes: end some, or raise the limit (ulimit -u)",
    errno.ENOMEM: "there is too little memory: end other programs",
    errno.EMFILE: "too many files are open: raise the limit (ulimit -n)",
    errno.ENFILE: "too many files are open on this machine: end other programs",
    errno.ENOSPC: "the disk of temporary files is full: make room, or set TMPDIR to a folder on "
    "another disk",
}
_SHORT[errno.EDQUOT] = _SHORT[errno.ENOSPC]
FROM_OUTSIDE = (
    "the process that watches over notebooks was ended from outside, by somebody or because "
    "memory ran out (`dmesg` says so); no notebook is to blame: run it again"
)


class JailError(SetUpError):
    """A jail could not be set up, or was ended from outside: nobody's notebook is to blame."""


class ShortageError(JailError):
    """The machine has too little of something for now; that says nothing about a level."""


def refusal(what: str, problem: str) -> JailError:
    """Give the error for something that can't be set up; it says what to do, if that is known."""
    number = re.search(r"\[Errno (\d+)\]", problem)
    # These run out of other things than processes and disks.
    of_namespaces = re.search(r"\b(unshare|mount)\b", problem)
    if number and not of_namespaces and (short := _SHORT.get(int(number[1]))):
        return ShortageError(f"{what}: {problem}; {short}, then run it again")
    return JailError(f"{what}: {problem}")
