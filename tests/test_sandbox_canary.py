"""A string from the references and the hidden laws is nowhere to be found in a jail.

A checkout with such strings is made, and a grader that has all of them in its own memory. It is
tried with the packages in a checkout (an editable install) and among the libraries (a wheel), as
the user who tests and as an ordinary one.
"""

import json
import os
import secrets
import shutil

import pytest
from sandbox_support import NOBODY, ROOT, open_folder, ordinary_python, run_as, usable_levels

OURS = ("autograder", "solutions", "dropout_course")

# Runs as the grader. It opens a jail and lets it look for CANARY- and 32 hexadecimal digits.
GRADER = r'''
import json, os, sys
level, top, control = sys.argv[1:]
import solutions.planted, autograder.hidden.planted
from autograder.sandbox import view
from autograder.sandbox.warm_client import Warm

mine = os.path.dirname(os.path.dirname(solutions.__file__))
assert mine.startswith(top), mine  # it is the planted copy that is tried
LOOK = r"""
import ctypes, gc, json, os, re, sys
canary = re.compile(rb"CANARY-[0-9a-f]{32}")
found = {"modules": [], "objects": 0, "memory": 0, "files": [], "names": []}
secret = ("autograder", "solutions", "_jail")
found["modules"] = [name for name in sys.modules if name.startswith(secret)]

def text_of(thing):
    return thing if type(thing) is bytes else thing.encode("utf-8", "replace")

for thing in gc.get_objects():
    held = list(thing.values()) if type(thing) is dict else thing
    if type(held) in (list, tuple):
        for item in held:
            if type(item) in (str, bytes) and canary.search(text_of(item)):
                found["objects"] += 1

for line in open("/proc/self/maps"):
    span, rights, _, _, inode, *path = line.split()
    if rights[0] == "r" and inode == "0" and path[:1] not in (["[vvar]"], ["[vsyscall]"]):
        if path and path[0].startswith("[v"):
            continue
        start, end = (int(at, 16) for at in span.split("-"))
        found["memory"] += len(canary.findall(ctypes.string_at(start, end - start)))

for place in places:
    walked = os.walk(place) if os.path.isdir(place) else [(os.path.dirname(place), [],
                                                         [os.path.basename(place)])]
    for folder, folders, files in walked:
        if folder.startswith(("/proc", "/sys")):
            folders.clear()
            continue
        for name in files:
            path = os.path.join(folder, name)
            if set(path[len(top):].split("/")) & {"autograder", "solutions", "hidden"}:
                if path.startswith(top):
                    found["names"].append(path)
            if path.startswith(top) or name.endswith((".pth", ".egg-link")):
                try:
                    with open(path, "rb") as file:
                        if canary.search(file.read()):
                            found["files"].append(path)
                except OSError:
                    pass
for path in direct:
    try:
        open(path, "rb").read()
        found["files"].append(path)
    except OSError:
        pass
print(json.dumps({**found, "names": found["names"][:9], "files": found["files"][:9]}))
"""
direct = [module.__file__ for module in (solutions.planted, autograder.hidden.planted)]
direct += [os.path.join(top, "site-packages", "__editable__.planted.pth")]
places = ["/", "/tmp", top, mine, os.getcwd(), *view.readable("numpy")]
with Warm(level, without=["landlock"] if control else []) as warm, warm.start() as runner:
    if control:
        runner.cell("kept = ['CANARY' + '-' + '0' * 32]", 20)
    runner.cell(f"top, places, direct = {top!r}, {places!r}, {direct!r}", 20)
    reply = runner.cell(LOOK, 120)
    assert reply["error"] is None, reply
    print(reply["outputs"][0]["text"])
'''


def plant(top, kind):
    """Copy our packages below a folder, each secret one with a canary; give what leads there."""
    libraries = top / "site-packages"
    libraries.mkdir()
    home = libraries if kind == "wheel" else top / "checkout"
    skip = shutil.ignore_patterns("__pycache__")
    for name in OURS:
        shutil.copytree(ROOT / name, home / name, ignore=skip)
    canary = f"CANARY-{secrets.token_hex(16)}"
    for folder in ("solutions", "autograder/hidden"):
        (home / folder / "planted.py").write_text(f'"""{canary}"""\nSECRET = "{canary}"\n')
    (libraries / "__editable__.planted.pth").write_text(f"# {canary}\n{home}\n")
    distribution = libraries / "dropout_autograder-0.1.0.dist-info"
    distribution.mkdir()
    (distribution / "RECORD").write_text(f"{canary}\n")
    for folder, _, files in os.walk(top):
        os.chmod(folder, 0o755)
        for file in files:
            os.chmod(os.path.join(folder, file), 0o644)
    return os.pathsep.join(map(str, dict.fromkeys([home, libraries])))


def cases():
    for user in dict.fromkeys([os.getuid(), os.getuid() or NOBODY]):
        levels = usable_levels() if user == os.getuid() else ["namespaces", "landlock"]
        for level in levels:
            for kind in ("editable", "wheel"):
                yield pytest.param(user, level, kind, id=f"{user}-{level}-{kind}")


def look(user, level, kind, *, control=False):
    if user != os.getuid() and not ordinary_python():
        pytest.skip("no Python with our libraries that an ordinary user may run")
    with open_folder() as top:
        first = plant(top, kind)
        arguments = ["-c", GRADER, level, str(top), "control" if control else ""]
        return json.loads(run_as(user, arguments, first=first).strip().splitlines()[-1])


@pytest.mark.slow
@pytest.mark.parametrize(("user", "level", "kind"), list(cases()))
def test_no_secret_is_in_sight(user, level, kind):
    found = look(user, level, kind)
    assert found == {"modules": [], "objects": 0, "memory": 0, "files": [], "names": []}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["editable", "wheel"])
def test_the_search_would_find_one(kind):
    found = look(os.getuid() or NOBODY, "landlock", kind, control=True)
    assert found["memory"]
    assert found["objects"]
    assert found["files"]
    assert found["names"]
