"""Which modules of the notebooks' package a graded notebook can reach: a list of what is shown.

Laws, mistakes, hints and reports judge from outside, so they have no business beside an answer. Of
the lab a notebook gets what the chapters share, and its own chapter's part as far as that answers
none of the chapter's exercises, behind an adaptor of a line or two either. What isn't listed here
is out of reach: a new module must be entered before a notebook can use it, and a test searches all
that is shown for answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

PACKAGE = "dropout_course"
WHOLE = ("engine.inside", "scenes")  # packages that are shown with all that is in them
SHARED = ("answers", "data", "evidence", "gradients", "plots", "stats", "tables", "train")
BOOK_ONLY = ("narrow", "narrow_page")  # draw figures a second time, in the kernels of the book
ANSWERS = ("batchnorm", "sequences_lstm")  # demonstrations use them, and these are not graded
HELD_BACK = {"04": ("gradients",)}  # makes 4.3 of any dropout
LAB: dict[str, tuple[str, ...]] = {
    "01": ("overfitting", "overfitting_bases"),
    "02": ("regularizers",),
    "03": ("forward",),
    "04": (),
    "05": ("ensembles",),
    "06": ("penalties",),
    "07": ("structured_cnn", "structured_depth", "structured_pictures"),
    "08": (
        "ensembles",  # `rates_learned` scores with it
        "rates_learned",
        "weights_dropconnect",
        "weights_pictures",
        "weights_targeted",
    ),
    "09": ("ensembles", "sequences_pictures", "sequences_text"),
    "10": ("batchnorm_pictures", "selu"),
    "11": ("gpu_models", "gpu_philox", "gpu_records", "gpu_timing", "gpu_triton"),
    "12": (
        "bayesian",
        "bayesian_digits",
        "bayesian_pictures",
        "bayesian_tasks",
        "co2",  # `bayesian_tasks` reads it
    ),
    "13": ("backprop", "bayesian_digits"),
}


def modules(chapter: str = "") -> list[str]:
    """Name the modules that a chapter's notebook may import; packages stand for what is below.

    Parameters
    ----------
    chapter
        Its number, such as ``04``; without one, what all chapters share.
    """
    shown = [name for name in SHARED if name not in HELD_BACK.get(chapter, ())]
    lab = [f"lab.{name}" for name in (*shown, *LAB.get(chapter, ()))]
    return [f"{PACKAGE}.{name}" for name in ("engine", "lab", *WHOLE, *lab)]


def files(package: Path, chapter: str = "") -> Iterator[str]:
    """Give the files, and the whole folders, that hold these modules.

    Parameters
    ----------
    package
        The folder of the notebooks' package.
    chapter
        As for `modules`.
    """
    yield str(package / "__init__.py")
    for name in modules(chapter):
        place = package.joinpath(*name.split(".")[1:])
        if name.removeprefix(f"{PACKAGE}.") in WHOLE:
            yield str(place)
        elif place.is_dir():
            yield str(place / "__init__.py")
        elif (source := place.with_suffix(".py")).is_file():
            yield str(source)
