"""What nbgrader's Formgrader lacks for this course, as an extension of the Jupyter server.

`make lab` loads it, beside nbgrader's own and before it: points that can't be are refused in a
sentence, the questions that a person grades come first with their rubrics, and an action waits
for nobody: it says who is at work on the course.
"""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "autograder.formgrader"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Put our handlers before nbgrader's; extensions are loaded in the order of their names."""
    from jupyter_server.utils import url_path_join

    from autograder.formgrader.handlers import handlers

    base = server.web_app.settings["base_url"]
    rules = [(url_path_join(base, pattern), *rest) for pattern, *rest in handlers()]
    server.web_app.add_handlers(".*$", rules)
