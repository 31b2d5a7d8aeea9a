"""Which limit of a graded notebook an error comes from, in words: elsewhere it would not come."""

from __future__ import annotations

import errno
import os
import re
import resource
import traceback

_CUT_SHORT = re.compile(r"\d+ requested and \d+ written")  # what NumPy says of a file that is full
_PROCESSES = f"{os.sep}multiprocessing{os.sep}"


def limit(error: BaseException) -> str:
    """Say which limit an error comes from; empty where it comes from none.

    Parameters
    ----------
    error
        What a cell raised.
    """
    if isinstance(error, MemoryError):
        held = resource.getrlimit(resource.RLIMIT_DATA)[0]
        return "" if held < 0 else f"at grading there are {held >> 30} GiB of memory: use less"
    if not isinstance(error, OSError):
        return ""
    if error.errno == errno.EFBIG or _CUT_SHORT.fullmatch(str(error)):
        held = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
        return "" if held < 0 else f"at grading a file may have {held >> 20} MiB: write less"
    if isinstance(error, PermissionError | FileNotFoundError) and _of_processes(error):
        return "at grading there is one process: do without multiprocessing"
    return ""


def _of_processes(error: BaseException) -> bool:
    frames = traceback.walk_tb(error.__traceback__)
    return any(_PROCESSES in frame.f_code.co_filename for frame, _ in frames)
