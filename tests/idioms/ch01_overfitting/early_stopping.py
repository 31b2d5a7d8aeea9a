"""Right answers to 1.4 in other styles than the reference."""

from __future__ import annotations

import math

import numpy as np


def counter(train_curve, val_curve, patience):
    best_value, best_epoch, bad = math.inf, 0, 0
    stop_epoch = len(val_curve) - 1
    for epoch in range(len(val_curve)):
        if val_curve[epoch] < best_value:
            best_value, best_epoch, bad = val_curve[epoch], epoch, 0
        else:
            bad += 1
        if bad == patience:
            stop_epoch = epoch
            break
    gap = val_curve[best_epoch] - train_curve[best_epoch]
    return {"best_epoch": best_epoch, "stop_epoch": stop_epoch, "gap": gap}


def vectorised(train_curve, val_curve, patience):
    """Find improvements with a running minimum, then the first long enough wait."""
    val = np.where(np.isnan(val_curve), np.inf, val_curve)
    before = np.concatenate([[np.inf], np.minimum.accumulate(val)[:-1]])
    epochs = np.arange(len(val))
    latest = np.maximum.accumulate(np.where(val < before, epochs, 0))
    done = np.flatnonzero(epochs - latest >= patience)
    stop = done[0] if done.size else epochs[-1]
    best = np.argmin(val[: stop + 1])
    return dict(best_epoch=best, stop_epoch=stop, gap=float(val_curve[best] - train_curve[best]))


def with_while(train_curve, val_curve, patience):
    epoch = best = 0
    while epoch + 1 < len(val_curve) and epoch - best < patience:
        epoch += 1
        best = epoch if val_curve[epoch] < val_curve[best] else best
    return {
        "gap": float(val_curve[best]) - float(train_curve[best]),
        "stop_epoch": epoch,
        "best_epoch": best,
    }


def slices(train_curve, val_curve, patience):
    for stop in range(len(val_curve)):
        best = int(np.nanargmin(val_curve[: stop + 1]))
        if stop - best == patience:
            break
    gap = np.subtract(val_curve, train_curve)[best]
    return {"best_epoch": best, "stop_epoch": stop, "gap": gap}


IDIOMS = [{"early_stopping": f} for f in (counter, vectorised, with_while, slices)]
