"""Writing where others read: grades, libraries, and what starts with the next Python."""

from __future__ import annotations

from attacks.model import in_family

writing = in_family("writing")
TRY = """
import os
def attempt(what, *arguments):
    try: what(*arguments)
    except OSError as error: print(what, error)
def write(path, text="import this\\n"):
    with open(path, "a") as file: file.write(text)
"""


def _writes(name: str, tries: str, source: str) -> object:
    return writing(name, tries, early=TRY + source)


ATTACKS = [
    _writes(
        "gradebook",
        "Gives itself points in the gradebook.",
        """
import sqlite3
attempt(write, bait["gradebook"])
attempt(os.truncate, bait["gradebook"], 0)
attempt(os.rename, bait["gradebook"], bait["gradebook"] + ".old")
attempt(os.unlink, bait["gradebook"])
try: sqlite3.connect(bait["gradebook"]).execute("create table grade (score)")
except sqlite3.Error as error: print(error)
""",
    ),
    _writes(
        "libraries",
        "Changes NumPy and the package of the course for everybody.",
        """
import numpy, sysconfig, dropout_course
attempt(write, numpy.__file__)
attempt(write, dropout_course.__file__)
attempt(write, sysconfig.__file__)
attempt(write, os.path.dirname(numpy.__file__) + "/attack.py")
""",
    ),
    _writes(
        "start-up-files",
        "Leaves code that the next Python would run.",
        """
for folder in (bait["libraries"], bait["course"], bait["checkout"] + "/dropout_course"):
    for name in ("attack.pth", "sitecustomize.py", "usercustomize.py"):
        attempt(write, os.path.join(folder, name))
""",
    ),
    _writes(
        "home",
        "Leaves start-up files of IPython, matplotlib and Python in what it takes for its home.",
        """
home = os.path.expanduser("~")
for name in (".ipython/profile_default/startup/a.py", ".config/matplotlib/matplotlibrc",
             ".local/lib/python3.11/site-packages/usercustomize.py", ".bashrc", ".pythonrc"):
    for start in (home, "/root", "/home", os.environ.get("IPYTHONDIR", ".")):
        attempt(os.makedirs, os.path.dirname(os.path.join(start, name)), 0o777, True)
        attempt(write, os.path.join(start, name))
""",
    ),
    _writes(
        "submissions",
        "Replaces a neighbour's submission, and its own after it was handed in.",
        """
attempt(write, bait["neighbour"])
attempt(os.replace, bait["neighbour"], "mine.ipynb")
attempt(write, bait["folder"] + "/04-backprop.ipynb")
attempt(write, bait["folder"] + "/new.ipynb")
attempt(os.rmdir, bait["folder"])
""",
    ),
    _writes(
        "logs",
        "Empties the log.",
        "attempt(write, bait['log']); attempt(os.truncate, bait['log'], 0)",
    ),
    _writes(
        "modes-and-times",
        "Changes modes, owners, times and attributes of files that it can't write.",
        """
for name in ("key", "gradebook", "neighbour", "log"):
    attempt(os.chmod, bait[name], 0o777)
    attempt(os.chown, bait[name], os.getuid(), os.getgid())
    attempt(os.utime, bait[name], (1, 1))
    if hasattr(os, "setxattr"): attempt(os.setxattr, bait[name], "user.x", b"1")
""",
    ),
    _writes(
        "links",
        "Writes along links that it makes.",
        """
for number, name in enumerate(("key", "gradebook", "neighbour", "log")):
    attempt(os.symlink, bait[name], f"link{number}")
    attempt(write, f"link{number}")
    attempt(os.link, bait[name], f"hard{number}")
    attempt(write, f"hard{number}")
    attempt(write, "/proc/self/root" + bait[name])
""",
    ),
    _writes(
        "shared-places",
        "Leaves files in places that all users share.",
        """
for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", bait["course"], bait["course"] + "/.."):
    attempt(write, folder + "/stage-attack")
    attempt(os.mkdir, folder + "/stage-attack-folder")
    attempt(os.mkfifo, folder + "/stage-attack-pipe")
""",
    ),
    _writes(
        "pile-of-folders",
        "Leaves a thousand nested folders that can't be removed.",
        """
for _ in range(1000):
    os.mkdir("d" * 20); os.chdir("d" * 20)
attempt(write, "last")
os.chmod(".", 0)
""",
    ),
]
