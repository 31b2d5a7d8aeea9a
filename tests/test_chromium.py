"""How the machine's own Chromium is found, and what is said where there is none that starts."""

import pytest

from autograder.authoring import chromium


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Programs in a folder, and no others."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    return tmp_path


def program(folder, name):
    path = folder / name
    path.write_text("#!/bin/sh\nexit 1\n")
    path.chmod(0o755)
    return str(path)


def test_the_one_without_a_screen_comes_first_and_a_person_decides(machine, monkeypatch):
    assert chromium.path_of() is None
    whole = program(machine, "chromium")
    assert chromium.path_of() == whole
    shell = program(machine, "chromium-headless-shell")
    assert chromium.path_of() == shell
    assert chromium.path_of(chromium.READERS) == whole
    monkeypatch.setenv("CHROMIUM", "/opt/chromium")
    assert chromium.path_of() == "/opt/chromium"


def test_without_one_that_starts_it_is_told_what_to_do(machine):
    said = []
    for there in ((), ("chromium",)):
        for name in there:
            program(machine, name)
        with pytest.raises(chromium.NoBrowserError) as told, chromium.launched():
            pass
        said.append(str(told.value))
    assert said[0] == f"no Chromium: {chromium.NO_BROWSER}"
    assert "chromium does not start (" in said[1]
    assert said[1].endswith(chromium.NO_BROWSER)
    assert "\n" not in "".join(said)
