"""How a process for student code is started: without the paths that lead to the references."""

from __future__ import annotations

import json
import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Any

import matplotlib

import dropout_course
from autograder.sandbox import reach

# Loads packages by their place, so that what stands beside them stays out of reach of `import`.
_BOOT = """
import importlib.util, json, os, sys
order = json.loads(sys.argv.pop())
os.environ.update(order["environment"])
sys.path += order["paths"]

def load(name, folder):
    spec = importlib.util.spec_from_file_location(
        name, folder + "/__init__.py", submodule_search_locations=[folder])
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

for name, folder in order["packages"].items():
    load(name, folder)
importlib.import_module("dropout_course.engine.inside.reach").keep_to(order["modules"])
importlib.import_module("dropout_course.engine.inside.absent").stand_in(order["library"])
importlib.import_module("dropout_course.engine.inside.programs").pass_over()
importlib.import_module(order["main"]).main(order["descriptor"])
"""

# Hashes of strings, and with them the order of a set, must be the same in every grading of an
# answer. This is the only way to say so, and the reason why -I, which ignores it, is not used.
# And glibc keeps what was freed: the kernel would have to clear the same pages for each array anew,
# a fifth of those that are touched while laws are judged. Larger blocks are returned at once.
START_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),  # the most that it takes
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
}


def command(
    main: str, descriptor: int, folder: str, chapter: str = "", library: str = "numpy"
) -> list[str]:
    """Give the command that starts a process.

    Without ``site`` (-S, -s), no .pth file adds the checkout to its path; nor does the folder
    that it is started in (-P).

    Parameters
    ----------
    main
        ``dropout_course.engine.inside.child`` (a cold process) or ``_jail.warm``.
    descriptor
        The socket that it inherits.
    folder
        A folder of its own.
    chapter
        The number of the notebook's chapter; see `autograder.sandbox.reach`.
    library
        What the notebook may import, ``numpy`` or ``torch``.
    """
    packages = {"dropout_course": course_package()}
    if main.startswith("_jail."):
        packages["_jail"] = str(Path(__file__).resolve().parent / "jail")
    order: dict[str, Any] = {
        "main": main,
        "descriptor": descriptor,
        "packages": packages,
        "paths": library_paths(),
        "modules": reach.modules(chapter),
        "library": library,
        "environment": _environment(folder),
    }
    return [sys.executable, "-P", "-s", "-S", "-B", "-c", _BOOT, json.dumps(order)]


def course_package() -> str:
    """Give the folder of the package that notebooks import."""
    return str(Path(dropout_course.__file__).resolve().parent)


def library_paths() -> list[str]:
    """Give the folders of installed libraries."""
    here = [sysconfig.get_path(kind) for kind in ("purelib", "platlib")]
    here += [p for p in sys.path if p.endswith(("site-packages", "dist-packages"))]
    return [folder for folder in dict.fromkeys(here) if Path(folder).is_dir()]


def lend_fonts(folder: str) -> None:
    """Copy matplotlib's list of fonts, which takes seconds to make anew, into a process's home."""
    for cached in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
        shutil.copy(cached, folder)


def _environment(folder: str) -> dict[str, str]:
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    home = dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR"), folder)
    eager = {"TORCH_COMPILE_DISABLE": "1"}  # it compiles by a program, and a jail starts none
    return {**one_thread, **home, **eager, "MPLBACKEND": "agg", "LANG": "C.UTF-8"}
