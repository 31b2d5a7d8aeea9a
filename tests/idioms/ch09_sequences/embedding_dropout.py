"""Right answers to 9.5 in other styles than the reference."""

from __future__ import annotations

import numpy as np


def masked_tables(E, ids, type_mask, p):
    """Mask the table of each sequence, as AWD-LSTM's code does, and look up."""
    tables = np.where(type_mask[:, :, None], E / E.dtype.type(max(1 - p, 1e-9)), 0)
    return tables[np.arange(len(ids))[:, None], ids].astype(E.dtype)


def looped(E, ids, type_mask, p):
    out = np.zeros((*ids.shape, E.shape[1]), E.dtype)
    for b, row in enumerate(ids):
        for t, word in enumerate(row):
            if type_mask[b, word]:
                out[b, t] = E[word] / (1 - p)
    return out


def one_hot(E, ids, type_mask, p):
    if p == 1:
        return np.zeros((*ids.shape, E.shape[1]), dtype=E.dtype)
    hot = np.eye(len(E), dtype=E.dtype)[ids] * type_mask[:, None, :]
    return hot @ E / np.asarray(1 - p, E.dtype)


IDIOMS = [{"embedding_dropout": f} for f in (masked_tables, looped, one_hot)]
