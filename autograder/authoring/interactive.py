"""Interactive figures as plain Markdown: what a notebook has in their place."""

from __future__ import annotations

from .frames import Render, captioned, framed
from .inline import Context
from .myst import Directive

PREDICT = "Predict, then see"
NETWORK = "_static/dropout-network.svg"


def network(context: Context, one: Directive, render: Render) -> str:
    """The picture of the network, its caption, and a link."""
    sentence = (
        f"Drop the units of this network yourself: {_online(context, one)} has it as an "
        "interactive figure."
    )
    parts = []
    if (context.folder / NETWORK).is_file():
        alt = "A small network whose hidden units are kept or dropped at random"
        parts.append(f"![{alt}]({context.embed(NETWORK, one.place)})")
    if one.body.strip():
        parts.append(captioned(context, one, render))
    return "\n\n".join([*parts, sentence])


def _online(context: Context, one: Directive) -> str:
    """A link to a figure's place on the page."""
    target = context.book.labels.get(one.options.get("name", "").lower())
    anchor = target.anchor if target else ""
    return f"[the online page]({context.book.site.page(context.doc, anchor)})"


def interactive(context: Context, one: Directive, render: Render) -> str:
    """The caption of a figure that lives on the page alone, and a link."""
    if not one.body.strip():
        raise one.place.error(f"{{{one.name}}} has no caption: write it as the directive's content")
    link = f"It is an interactive figure: play with it on {_online(context, one)}."
    return f"{captioned(context, one, render)}\n\n{link}"


def predict(context: Context, one: Directive, render: Render) -> str:
    """The question, before the cell that answers it."""
    question = render(context, one.body, one.inside)
    return framed(
        one, "Predict, then see", f"{question}\n\nSketch it before you run the next cell."
    )
