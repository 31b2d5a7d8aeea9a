"""What the exercises of chapter 09, Recurrent nets and transformers, share."""

from __future__ import annotations

from dropout_course.engine.comparing import Broken, holds_parts

LSTM = ("Wx", "Wh", "b")


def parts(answer, names):
    """Give the values of a tuple by name; a wrong number of values breaks the law."""
    got = answer.value
    if not holds_parts(got, len(names)):
        text = f"the result must be a tuple of {len(names)}: ({', '.join(names)})"
        raise Broken(text, None, got, "type")
    return dict(zip(names, got, strict=True))


def lstm(case, T, B, D, H, p=0.4):
    """Draw ``(x, params, zx, zh)`` of an LSTM, no number of which is nearly 0."""
    params = {"Wx": case.apart(D, 4 * H), "Wh": case.apart(H, 4 * H), "b": case.apart(4 * H)}
    return case.apart(T, B, D), params, case.mask((B, D), p), case.mask((B, H), p)
