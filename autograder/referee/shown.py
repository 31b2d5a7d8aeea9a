"""What a process says that a cell showed, read with distrust: text, pictures, an error."""

from __future__ import annotations

from typing import Any

from dropout_course.engine.words import clean, one_line

Outputs = list[dict[str, Any]]


def error_in(reply: dict[str, Any]) -> str:
    """Give the error that ended a cell, in one line; "" if there was none."""
    error = reply.get("error")
    if not isinstance(error, dict):
        return ""
    kinds = error.get("kinds")
    kind = kinds[0] if isinstance(kinds, list) and kinds else None
    kind = kind if isinstance(kind, str) else "an exception"
    if kind == "TooLong":
        return one_line(f"this cell took too long: {error.get('message', '')}"[:500])
    text = f"the cell raised {kind}: {error.get('message', '')}"[:500]
    if type(error.get("line")) is int:
        text += f" (line {error['line']})"
    return one_line(text)


def stream(name: str, text: str) -> dict[str, Any]:
    """Make an output of text on stdout or stderr."""
    return {"output_type": "stream", "name": name, "text": clean(text)}


def outputs_in(reply: dict[str, Any]) -> Outputs:
    """Turn what a process says that a cell showed into notebook outputs: text and PNG alone."""
    made: Outputs = []
    for shown in reply["outputs"][:30]:
        if not isinstance(shown, dict):
            continue
        if isinstance(text := shown.get("text"), str):
            made.append(stream("stderr" if shown.get("stream") == "stderr" else "stdout", text))
        elif isinstance(png := shown.get("png"), str):
            data = {"image/png": png}
            made.append({"output_type": "display_data", "data": data, "metadata": {}})
    if error := error_in(reply):
        made.append(stream("stderr", error + "\n"))
    return made
