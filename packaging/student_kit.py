"""Make the zip that students start from: notebooks, the package they import, how to begin.

Run it as ``make student-kit``. For a class without Colab, without git or without a network in the
room: nothing in it is fetched from the course's repository. It holds no answer and no hidden law.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KIT = ROOT / "build" / "student-kit.zip"
TOP = "dropout-course"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the same course makes the same zip
REQUIREMENTS = """\
# python -m pip install -r requirements.txt, in this folder
./{wheel}
jupyterlab>=4.2,<5
scikit-learn>=1.3
"""
TORCH = """\
# for chapters {chapters}; the others need no torch
torch>=2.3
"""
START = """\
# Start here

You need Python 3.10 or newer and half a gigabyte of disk. In this folder:

    python3 -m venv .venv
    .venv/bin/python -m pip install -r requirements.txt
    .venv/bin/python -m jupyter lab notebooks

On Windows it is `py -m venv .venv`, then `.venv\\Scripts\\python` in the place of
`.venv/bin/python`.

Chapters {chapters} use torch: install `requirements-torch.txt` in the same way before you open
them. Without a GPU, take the smaller build that <https://pytorch.org> offers for the processor.

## Complete a chapter

Open a notebook and run its cells from top to bottom. Where a cell says `# YOUR CODE HERE`, write
the function; the `check` below it says at once which laws hold, and which misconception an answer
shows. Running it costs nothing, as often as you like.

## Before you hand in

1. Choose *Kernel, Restart Kernel and Run All Cells*, so that nothing depends on a deleted cell.
2. Look through the checks: each exercise has one, and each shows laws that hold.
3. Answer the written question at the end of the chapter.
4. Save, and hand in the notebook under the name that it has, alone or with the files it imports.

You can't break a notebook: cells that are not yours are restored at grading.
"""


def main(target: Path = KIT) -> Path:
    """Write the kit and return where it is.

    Parameters
    ----------
    target : Path
        The zip.
    """
    from dropout_course import course

    torch = [number for number, c in course.chapters().items() if c.get("library") == "torch"]
    chapters = " and ".join(torch)
    with tempfile.TemporaryDirectory() as folder:
        wheel = _wheel(Path(folder))
        files = {
            "START.md": START.format(chapters=chapters).encode(),
            "requirements.txt": REQUIREMENTS.format(wheel=wheel.name).encode(),
            "requirements-torch.txt": TORCH.format(chapters=chapters).encode(),
            "LICENSE": (ROOT / "LICENSE").read_bytes(),
            wheel.name: wheel.read_bytes(),
        }
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb")):
        files[f"notebooks/{path.name}"] = path.read_bytes()
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(target.name + ".new")
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(f"{TOP}/{name}", EARLIEST)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, data)
    new.replace(target)
    return target


def _wheel(folder: Path) -> Path:
    """Build the package that notebooks import; hatchling makes it without a network."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(folder)]
    done = subprocess.run([*command, str(ROOT)], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"the package could not be built; run `make course` first.\n{done.stderr[-2000:]}")
    return next(folder.glob("dropout_course-*.whl"))


if __name__ == "__main__":
    print(f"give this to your students: {main()}")
