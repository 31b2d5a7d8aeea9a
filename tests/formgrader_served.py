"""A Jupyter server on a course, as `make lab` starts it, for the tests of its Formgrader."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from autograder.classroom.folder.coursedir import Course
from autograder.classroom.running.journal import REPOSITORY


class Server:
    """A Jupyter server on a course, and requests to its Formgrader."""

    def __init__(self, course: Course, port: int) -> None:
        self.course = course
        self.home = f"http://127.0.0.1:{port}"

    def ask(self, method, path, body=None, token="secret"):
        """Give status and answer; the answer as JSON where it is JSON."""
        request = urllib.request.Request(
            f"{self.home}/formgrader/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        with contextlib.suppress(ValueError):
            return status, json.loads(text)
        return status, text


def flags():
    """The flags of `make lab`, as the shell hands them over."""
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    found = re.search(r"jupyter lab (.*?)\n\n", makefile, re.DOTALL)
    return shlex.split(found[1].replace("\\\n", " "))


@contextlib.contextmanager
def serving(home):
    """Serve a course's folder for a while, and give a `Server`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    course = Course(home)
    command = [sys.executable, "-m", "jupyter", "server", *flags(), "--no-browser"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    command += ["--IdentityProvider.token=secret"]
    if os.getuid() == 0:
        command.append("--allow-root")
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "JUPYTER_RUNTIME_DIR": str(home)}
    log = (home / "server.log").open("w")
    process = subprocess.Popen(
        command, cwd=course.root, env=environment, stdout=log, stderr=log, start_new_session=True
    )
    server = Server(course, port)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                assert server.ask("GET", "api/status")[0] == 200
                break
            except (OSError, AssertionError):
                assert process.poll() is None, (home / "server.log").read_text()
                assert time.monotonic() < until, (home / "server.log").read_text()
                time.sleep(0.3)
        yield server
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        log.close()
