"""The lock installs on every Python that the README names, from the first patch release on."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
MAKER = runpy.run_path(str(ROOT / "packaging" / "lock.py"))
CHECK = ROOT / "packaging" / "check_python.py"
PYTHONS = ("3.11.0", "3.12.0", "3.13.0", "3.14.0")  # the newest last
# What is installed here was found for this Python; a patch release has the tags of its minor one.
HERE_IS = f"{sys.version_info[0]}.{sys.version_info[1]}."
ENDS = [python for python in (PYTHONS[0], PYTHONS[-1]) if not python.startswith(HERE_IS)]
PINS = {
    canonicalize_name(found["name"]): found
    for line in (ROOT / "requirements.lock").read_text().splitlines()
    if (found := MAKER["LINE"].fullmatch(line))
}


def installed(name):
    """The installed release of a pin, or None where it is another one."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return None
    return found if found.version.partition("+")[0] == PINS[name]["version"] else None


HERE = {name: installed(name) for name in PINS}


def wanted():
    """The requirements of requirements.txt."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / "requirements.txt").open())
    return [Requirement(line) for line in lines if line]


def test_the_oldest_python_is_the_same_everywhere():
    oldest = MAKER["oldest_python"]()
    assert oldest == PYTHONS[0]
    minor = oldest.rpartition(".")[0]
    assert f"You need Python {minor} or newer" in (ROOT / "README.md").read_text("utf-8")
    assert runpy.run_path(str(CHECK))["OLDEST"] == tuple(map(int, minor.split(".")))
    assert f"Python {minor}" in (ROOT / "Makefile").read_text("utf-8")


@pytest.mark.parametrize("python", PYTHONS)
def test_every_pin_admits_every_python(python):
    refused = [n for n, pin in PINS.items() if not SpecifierSet(pin["python"]).contains(python)]
    assert refused == []


def test_what_the_lock_says_of_pythons_is_what_the_releases_say():
    read = {name: found.metadata.get("Requires-Python") for name, found in HERE.items() if found}
    assert len(read) > 0.9 * len(PINS), "this environment was not made from the lock: make"
    differ = {n: p for n, p in read.items() if SpecifierSet(p or ">=2") != spec(PINS[n])}
    assert differ == {}


def spec(pin):
    return SpecifierSet(pin["python"])


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_holds_all_that_its_pins_need(python):
    """On each Python, for markers differ: what one has built in, another installs."""
    here = default_environment() | {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
    }
    needed, seen = wanted(), set()
    while needed:
        requirement = needed.pop()
        name = canonicalize_name(requirement.name)
        assert name in PINS, f"{requirement} is not in the lock: make lock"
        version = PINS[name]["version"]
        assert requirement.specifier.contains(version, prereleases=True), (requirement, version)
        extras = frozenset(requirement.extras)
        if (name, extras) in seen or (found := HERE[name]) is None:
            continue
        seen.add((name, extras))
        for text in found.requires or []:
            inner = Requirement(text)
            asked = [here | {"extra": extra} for extra in extras or [""]]
            if inner.marker is None or any(inner.marker.evaluate(e) for e in asked):
                needed.append(inner)
    assert len({name for name, _ in seen}) > 0.9 * len(PINS)


FOR_ALL = re.compile(r"^Tag: (\S+-abi3|py3)-", re.M)


def built_for_a_python():
    """The pins whose releases may be there for one Python and not for another.

    The others are one file for all that follow (abi3 among them), and say themselves which Pythons
    they admit: read above.
    """
    tags = {name: (found.read_text("WHEEL") or "") if found else "" for name, found in HERE.items()}
    return {name for name, text in tags.items() if not FOR_ALL.search(text)}


@pytest.fixture(scope="module")
def resolved(index, tmp_path_factory):
    """What pip would install on the oldest and on the newest Python, where that isn't this one."""
    lock = tmp_path_factory.mktemp("lock") / "requirements.txt"
    pins = [f"{name}=={PINS[name]['version']}" for name in sorted(built_for_a_python())]
    lock.write_text("\n".join(pins))
    with ThreadPoolExecutor() as pool:
        asked = {p: pool.submit(MAKER["resolve"], lock, p, "--no-deps") for p in ENDS}
        return {python: future.result() for python, future in asked.items()}


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Skip where no package index answers: the tests above need none."""
    probe = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
    probe += ["--dest", str(tmp_path_factory.mktemp("probe")), f"six=={PINS['six']['version']}"]
    done = subprocess.run(probe, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no package index answers: {done.stderr.strip().splitlines()[-1]}")


@pytest.mark.slow
@pytest.mark.parametrize("python", ENDS)
def test_every_pin_has_a_release_for(python, resolved):
    """Without their dependencies: those are in the lock, as the test above reads."""
    found = {canonicalize_name(release["name"]) for release in resolved[python]}
    assert found == built_for_a_python() > {"numpy", "torch", "pyzmq"}


def test_a_release_becomes_a_line_of_the_lock():
    release = {"name": "torch", "version": "2.13.0+cpu", "requires_python": ">=3.10"}
    assert MAKER["line"](release) == "torch==2.13.0  # Python >=3.10"
    assert MAKER["line"]({"name": "six", "version": "1"}) == "six==1  # Python >=2"


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 10, 13)])
def test_an_interpreter_that_is_too_old_gets_a_sentence(monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer, and .* make PYTHON="):
        runpy.run_path(str(CHECK), run_name="__main__")


def test_an_interpreter_without_venv_gets_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        runpy.run_path(str(CHECK), run_name="__main__")


def test_make_stops_before_anything_is_made(tmp_path):
    """With an interpreter that is too old, and with none."""
    old = tmp_path / "old"
    old.write_text("#!/bin/sh\necho 'needs a newer one' >&2; exit 1\n")
    old.chmod(0o755)
    for python, words in ((old, "needs a newer one"), (tmp_path / "none", "install Python 3.11")):
        make = ["make", "book", f"PYTHON={python}", f"VENV={tmp_path / 'venv'}"]
        done = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert words in done.stderr
        assert not (tmp_path / "venv").exists()


def test_python_2_can_read_the_sentence():
    source = CHECK.read_text("utf-8")
    assert source.isascii()
    assert not re.search(r"\bf\"|:=|->|print ", source)
