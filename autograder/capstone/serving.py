"""Judge what a service said of the tasks: parts (b) and (c)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.capstone.judges import numbers
from autograder.capstone.tasks import CLASSES, Task

GAIN, NO_GAIN = 0.06, 0.03  # lower by so much earns all of (b), or nothing: some bugs lower it too
WORSE = 0.02  # higher by so much, and (c) does not count
KEPT, BINS = 0.8, 10
CALIBRATED, SELECTIVE = (0.1, 0.3), (0.6, 0.9)  # all points up to the first, none from the second
CLOSE = 1e-4  # single precision will do
Answer = dict[str, np.ndarray]


@dataclass(frozen=True)
class Part:
    """Some points of a part, and what they were given or lost for."""

    name: str
    points: float
    of: float
    says: str

    def to_json(self) -> dict[str, Any]:
        """Give plain values."""
        return vars(self)


def read_answers(received: list[Any], tasks: list[Task]) -> list[Answer]:
    """Keep what has the right shape, is finite, and is asked for."""
    answers = []
    for one, task in zip(received, tasks, strict=True):
        given = one if isinstance(one, dict) else {}
        rows = len(task.truth)
        shapes = {"mutual_information": (rows,)}
        arrays = {
            name: numbers(given.get(name), shapes.get(name, (rows, CLASSES)))
            for name in ("mean", "total_var", "epistemic", "mutual_information")
        }
        answers.append({name: array for name, array in arrays.items() if array is not None})
    return answers


def errors(answers: list[Answer], tasks: list[Task]) -> list[float] | None:
    """Give the errors of the predictions, or nothing where a task has none."""
    if not all("mean" in one for one in answers):
        return None
    pairs = zip(answers, tasks, strict=True)
    return [float(np.mean(one["mean"].argmax(axis=1) != task.truth)) for one, task in pairs]


def judge_error(answers: list[Answer], tasks: list[Task], base: list[float]) -> Part:
    """Judge part (b): the paired gain over the baseline."""
    got = errors(answers, tasks)
    if got is None:
        return Part("error", 0.0, 20, f"`predict` gives no `mean` of shape (M, {CLASSES}).")
    gains = np.array(base) - np.array(got)
    gain, deviation = float(gains.mean()), float(gains.std(ddof=1) / np.sqrt(len(gains)))
    says = (
        f"The error is {_percent(got)} %, that of the comparison {_percent(base)} %: lower by "
        f"{100 * gain:+.1f} ± {100 * deviation:.1f} points (paired, {len(gains)} tasks); "
        f"{100 * GAIN:.0f} earn all, {100 * NO_GAIN:.0f} none."
    )
    share = float(np.clip((gain - NO_GAIN) / (GAIN - NO_GAIN), 0, 1))
    return Part("error", round(20 * share, 1), 20, says)


def _percent(some: list[float]) -> str:
    return f"{100 * np.mean(some):.1f}"


def judge_service(answers: list[Answer], tasks: list[Task], base: list[float]) -> list[Part]:
    """Judge part (c): forms, calibration, selection."""
    parts = [_form(name, points, says, answers) for name, (points, says, _) in FORMS.items()]
    got = errors(answers, tasks)
    if got is None or np.mean(got) > np.mean(base) + WORSE:
        says = f"Counts only with an error of at most {100 * (np.mean(base) + WORSE):.1f} %."
        return [*parts, Part("calibration", 0.0, 9, says), Part("selection", 0.0, 9, says)]
    return [*parts, _calibration(answers, tasks), _selection(answers, tasks, float(np.mean(got)))]


def _form(name: str, points: float, says: str, answers: list[Answer]) -> Part:
    holds = FORMS[name][2]
    try:
        right = all(holds(one) for one in answers)
    except KeyError as missing:
        return Part(
            name, 0.0, points, f"`predict` gives no {missing.args[0]!r} of the right shape."
        )
    return Part(name, points * right, points, says if not right else "")


def _calibration(answers: list[Answer], tasks: list[Task]) -> Part:
    mean = np.concatenate([one["mean"] for one in answers])
    right = mean.argmax(axis=1) == np.concatenate([task.truth for task in tasks])
    confidence = np.clip(mean.max(axis=1), 0.0, 1.0)
    index = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [(index == k).mean() * _gap(confidence, right, index == k) for k in np.unique(index)]
    found = float(sum(gaps))
    says = f"The calibration error is {found:.3f}; {CALIBRATED[0]} earns all, {CALIBRATED[1]} none."
    return Part("calibration", _between(found, CALIBRATED), 9, says)


def _gap(confidence: np.ndarray, right: np.ndarray, inside: np.ndarray) -> float:
    return float(abs(confidence[inside].mean() - right[inside].mean()))


def _selection(answers: list[Answer], tasks: list[Task], error: float) -> Part:
    if not all("mutual_information" in one for one in answers):
        says = "`predict` gives no 'mutual_information' of the right shape."
        return Part("selection", 0.0, 9, says)
    risks = []
    for one, task in zip(answers, tasks, strict=True):
        wrong = one["mean"].argmax(axis=1) != task.truth
        kept = np.argsort(one["mutual_information"], kind="stable")[: round(KEPT * len(wrong))]
        risks.append(wrong[kept].mean())
    ratio = float(np.mean(risks)) / error if error else 0.0
    says = (
        f"The error on the {100 * KEPT:.0f} % with the least mutual information is {ratio:.2f} of "
        f"that on all; {SELECTIVE[0]} earns all, {SELECTIVE[1]} none."
    )
    return Part("selection", _between(ratio, SELECTIVE), 9, says)


def _between(value: float, ends: tuple[float, float]) -> float:
    full, none = ends
    return round(9 * float(np.clip((none - value) / (none - full), 0, 1)), 1)


def _probabilities(answer: Answer) -> bool:
    mean = answer["mean"]
    return bool(mean.min() >= -CLOSE and np.abs(mean.sum(axis=1) - 1).max() <= CLOSE)


def _total(answer: Answer) -> bool:
    mean = answer["mean"]
    return bool(np.abs(answer["total_var"] - mean * (1 - mean)).max() <= CLOSE)


def _epistemic(answer: Answer) -> bool:
    part, total = answer["epistemic"], answer["total_var"]
    return bool(part.min() >= -CLOSE and (part <= total + CLOSE).all() and part.max() > CLOSE)


def _information(answer: Answer) -> bool:
    """Pinsker's inequality below, Jensen's on the chi-square divergence above."""
    spread = np.maximum(answer["epistemic"], 0.0)
    ratio = spread / np.maximum(answer["mean"], 1e-12)
    information = answer["mutual_information"]
    low, high = spread.sum(axis=1) / 2, np.log1p(ratio.sum(axis=1))
    within = (low - CLOSE <= information) & (information <= high + CLOSE)
    return bool(within.all() and information.max() > CLOSE)


FORMS: dict[str, tuple[float, str, Callable[[Answer], bool]]] = {
    "probabilities": (1, "The rows of `mean` are not probabilities.", _probabilities),
    "total variance": (2, "`total_var` is not mean (1 - mean).", _total),
    "epistemic part": (
        2,
        "`epistemic` is negative, above `total_var`, or 0 everywhere.",
        _epistemic,
    ),
    "information": (
        2,
        "`mutual_information` is not between half the sum of `epistemic` and "
        "log(1 + sum of epistemic / mean), or 0 everywhere.",
        _information,
    ),
}
