"""Reading what belongs to others: each attack prints what it finds."""

from __future__ import annotations

from attacks.model import in_family

reading = in_family("reading")
TRY = """
import os, sys, glob
def attempt(what, *paths):
    for path in paths:
        try:
            found = what(path)
            print(path, found if isinstance(found, str) else repr(found))
        except (OSError, ImportError, ValueError) as error:
            print(path, type(error).__name__)
def read(path):
    with open(path, errors="replace") as file:
        return file.read(10000)
"""


def _reads(name: str, tries: str, source: str) -> object:
    return reading(name, tries, early=TRY + source)


ATTACKS = [
    _reads(
        "references",
        "Reads and imports the reference answers.",
        """
attempt(read, bait["references"])
sys.path[:0] = [bait["checkout"], bait["libraries"]]
attempt(lambda name: __import__(name, fromlist=["x"]).__doc__, "solutions.ch04_backprop")
""",
    ),
    _reads(
        "hidden-checks",
        "Reads and imports the hidden laws.",
        """
attempt(read, bait["hidden"])
sys.path[:0] = [bait["checkout"], bait["libraries"]]
attempt(lambda name: __import__(name, fromlist=["x"]).__doc__,
        "autograder.hidden.ch04_backprop.dropout_backward", "autograder.referee")
""",
    ),
    _reads("key", "Reads the key of the course.", "attempt(read, bait['key'])"),
    _reads("gradebook", "Reads the gradebook.", "attempt(read, bait['gradebook'])"),
    _reads(
        "neighbour",
        "Reads what a neighbour handed in.",
        "attempt(read, bait['neighbour'], *glob.glob(bait['course'] + '/submitted/*/*/*'))",
    ),
    _reads(
        "own-environment",
        "Reads its environment for what the grader left there.",
        """
print(dict(os.environ))
attempt(read, "/proc/self/environ", "/proc/thread-self/environ", "/proc/1/environ")
""",
    ),
    _reads(
        "environment-of-the-grader",
        "Reads the environment, memory and files of the process that grades.",
        """
grader = f"/proc/{bait['grader']}"
attempt(read, grader + "/environ", grader + "/maps", grader + "/root" + bait["key"],
        grader + "/cwd/solutions/ch04_backprop.py")
attempt(lambda path: open(path, "rb").read(1), grader + "/mem")
attempt(read, "/proc/self/mem")
attempt(os.readlink, *(grader + f"/fd/{n}" for n in range(9)))
""",
    ),
    _reads(
        "all-processes",
        "Reads environment and command of every process that it sees.",
        """
for number in sorted(filter(str.isdigit, os.listdir("/proc")))[:500]:
    attempt(read, f"/proc/{number}/environ", f"/proc/{number}/cmdline")
""",
    ),
    _reads(
        "links",
        "Reads along links that it makes.",
        """
for number, name in enumerate(("key", "gradebook", "neighbour", "references", "hidden")):
    try: os.symlink(bait[name], f"s{number}")
    except OSError as error: print(error)
    try: os.link(bait[name], f"h{number}")
    except OSError as error: print(error)
    attempt(read, f"s{number}", f"h{number}", "/proc/self/root" + bait[name],
            "/proc/self/cwd/" + "../" * 20 + bait[name])
""",
    ),
    _reads(
        "own-notebook",
        "Looks for its own notebook, with the metadata that grading added.",
        """
for start in (".", "..", bait["folder"], bait["course"], "/", os.path.expanduser("~"), "/tmp"):
    attempt(lambda path: glob.glob(path + "/**/*.ipynb", recursive=True)[:5]
            if path not in ("/",) else os.listdir(path), start)
attempt(read, *glob.glob(bait["folder"] + "/*"))
""",
    ),
    _reads(
        "modules",
        "Looks through loaded modules and all objects for a line of the references.",
        """
import gc
line = "stand next" + " to each other"
print([name for name in sys.modules if name.startswith(("solutions", "autograder", "_jail"))])
for thing in gc.get_objects():
    for text in (thing.values() if type(thing) is dict else ()):
        if type(text) is str and line in text:
            print(text)
""",
    ),
    _reads(
        "memory",
        "Searches its memory, which it has from the process that it was forked from.",
        """
import ctypes, re
pattern = re.compile(rb"canary-[a-z]+-[0-9a-f]{16}|of one idea [s]tand next to each other")
room = 128 << 20
with open("/proc/self/maps") as maps:
    for line in maps:
        start, end = (int(n, 16) for n in line.split()[0].split("-"))
        if "rw" in line and end - start <= room:
            room -= end - start
            for found in pattern.findall(ctypes.string_at(start, end - start)):
                print("Forward and backward" if found.startswith(b"of") else "", found.decode())
""",
    ),
    _reads(
        "descriptors",
        "Reads every descriptor that was left open.",
        """
for number in range(4, 256):
    try: print(number, os.readlink(f"/proc/self/fd/{number}"), os.pread(number, 1000, 0))
    except OSError: pass
""",
    ),
    _reads(
        "whole-disk",
        "Walks through the file system and reads what looks like ours.",
        """
seen = 0
for folder, _, names in os.walk("/"):
    if folder.startswith(("/proc", "/sys")): continue
    seen += len(names)
    for name in names:
        if name.endswith((".ipynb", ".db")) or name in ("key", "ch04_backprop.py", "doctor.json"):
            attempt(read, os.path.join(folder, name))
    if seen > 20_000: break
""",
    ),
    _reads(
        "descriptor-paths",
        "Opens files relative to descriptors of the root and of its folder.",
        """
for start in ("/", ".", "/proc/self/root", "/tmp"):
    number = os.open(start, os.O_RDONLY | os.O_DIRECTORY)
    for name in ("key", "gradebook", "references", "hidden"):
        try:
            file = os.open("../" * 9 + bait[name].lstrip("/"), os.O_RDONLY, dir_fd=number)
            print(os.read(file, 1000))
        except OSError as error:
            print(error.strerror)
""",
    ),
    _reads(
        "loaders",
        "Loads the references by the tools that read sources.",
        """
import importlib.util, linecache, runpy, tokenize
attempt(lambda path: "".join(linecache.getlines(path)), bait["references"], bait["hidden"])
attempt(lambda path: str(runpy.run_path(path)["__doc__"]), bait["references"])
attempt(lambda path: tokenize.open(path).read(), bait["references"])
import numpy as np
attempt(lambda path: np.fromfile(path, "u1").tobytes().decode(), bait["key"], bait["references"])
attempt(lambda path: str(get_ipython().run_line_magic("load", path)), bait["references"])
""",
    ),
]
