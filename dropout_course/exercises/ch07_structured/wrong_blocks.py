"""What people write instead of 7.3 dropblock: rates, masks and factors."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.mistakes import Mistakes, overwriting, upcasting
from dropout_course.exercises.ch07_structured import grown


def apply_form(scale=lambda mask: mask.size / (mask.sum() or 1), chosen=lambda mask: mask):
    def dropblock_apply(x, mask):
        return (x * chosen(mask) * scale(mask)).astype(x.dtype)

    return dropblock_apply


def gamma_form(
    per_block=lambda b: 1 / b**2,
    places=lambda b, H, W: H * W / ((H - b + 1) * (W - b + 1)),
    p_of=lambda p: p,
):
    def dropblock_gamma(p, block, H, W):
        return p_of(p) * per_block(block) * places(block, H, W)

    return dropblock_gamma


def mask_form(
    centers_of=lambda c: c,
    side=lambda b: b,
    shift=lambda b: 0,
    wider=lambda b: b - 1,
    kept=lambda m: m,
):
    def dropblock_mask(centers, block):
        n, c, rows, columns = centers.shape
        more = wider(block)
        mask = np.ones((n, c, rows + more, columns + more), bool)
        for a, b, i, j in np.argwhere(centers_of(centers)):
            top, left = max(i - shift(block), 0), max(j - shift(block), 0)
            bottom, right = (k - shift(block) + side(block) for k in (i, j))
            mask[a, b, top : max(bottom, 0), left : max(right, 0)] = False
        return kept(mask)

    return dropblock_mask


mistakes = Mistakes(
    dropblock_mask=mask_form, dropblock_gamma=gamma_form, dropblock_apply=apply_form
)
mistakes.row("float32-becomes-float64", of="dropblock_apply", wrap=upcasting)
mistakes.row("writes-to-its-input", of="dropblock_apply", wrap=overwriting)
mistakes.row(
    "centres-kept",
    "Blocks grow where no centre is",
    "True in centers is where a block begins that is dropped; yours begin where it is False.",
    of="dropblock_mask",
    centers_of=lambda c: ~c,
)
mistakes.row(
    "division-by-zero-if-nothing-is-kept",
    "Division by zero if nothing is kept",
    "If the mask keeps nothing you divide 0 by 0, which is NaN; the result is 0 there.",
    of="dropblock_apply",
    scale=lambda mask: np.float64(mask.size) / np.float64(mask.sum()),
)
mistakes.row(
    "factor-missing",
    "Factor missing",
    "Kept entries are not scaled at all; DropBlock multiplies them by size/kept.",
    of="dropblock_apply",
    scale=lambda mask: 1.0,
)
mistakes.row(
    "multiplied-by-realised-share",
    "Share upside down",
    "Kept entries are multiplied by kept/size, which shrinks them once more; divide by this share.",
    of="dropblock_apply",
    scale=lambda mask: mask.mean(),
)
mistakes.row(
    "share-for-each-example",
    "A share for each example",
    "You count kept entries for each example; DropBlock has one count for the whole tensor.",
    of="dropblock_apply",
    scale=lambda mask: 1 / np.maximum(mask.mean(axis=(1, 2, 3), keepdims=True), 1e-12),
)
mistakes.row(
    "share-for-each-channel",
    "A share for each channel",
    "You count kept entries for each channel; DropBlock has one count for the whole tensor.",
    of="dropblock_apply",
    scale=lambda mask: 1 / np.maximum(mask.mean(axis=(2, 3), keepdims=True), 1e-12),
)
mistakes.row(
    "mask-exchanged",
    "Kept and dropped exchanged",
    "The entries that the mask keeps are dropped, and the others kept; True means kept.",
    of="dropblock_apply",
    chosen=lambda mask: ~mask,
)
mistakes.row(
    "block-area-missing",
    "Area of a block missing",
    "Each centre drops block² entries, so its rate must be smaller by that factor; yours drops "
    "nearly everything.",
    of="dropblock_gamma",
    per_block=lambda b: 1.0,
)
mistakes.row(
    "block-side-for-area",
    "Side in place of area",
    "A square of side b has b² entries; you divide by b.",
    of="dropblock_gamma",
    per_block=lambda b: 1 / b,
)
mistakes.row(
    "places-missing",
    "Places not counted",
    "p/block² alone drops too little: centres stand only where a block fits, so multiply by HW "
    "over (H - block + 1)(W - block + 1).",
    of="dropblock_gamma",
    places=lambda b, H, W: 1.0,
)
mistakes.row(
    "places-upside-down",
    "Places upside down",
    "There are fewer places than entries, so their factor is larger than 1; yours is its inverse.",
    of="dropblock_gamma",
    places=lambda b, H, W: (H - b + 1) * (W - b + 1) / (H * W),
)
mistakes.row(
    "places-off-by-one",
    "Places off by one",
    "A block of side b fits at H - b + 1 rows, not at H - b.",
    of="dropblock_gamma",
    places=lambda b, H, W: H * W / ((H - b) * (W - b)),
)
mistakes.row(
    "p-read-as-keep",
    "p read as keep",
    "You use 1 - p; the paper's formula has 1 - keep_prob, and that is p here.",
    of="dropblock_gamma",
    p_of=lambda p: 1 - p,
)
mistakes.row(
    "true-for-dropped",
    "True for dropped",
    "Your mask is True where a block was drawn; a mask is True where an entry is kept.",
    kept=lambda mask: ~mask,
)
mistakes.row(
    "centres-not-grown",
    "Centres not grown",
    "Each centre drops one entry only; it drops block rows and block columns.",
    side=lambda b: 1,
)
mistakes.row(
    "end-of-the-slice",
    "Blocks one too small",
    "Your blocks have sides of block - 1; the end of a slice is outside, so it is i + block.",
    side=lambda b: b - 1,
)
mistakes.row(
    "block-in-the-middle",
    "Blocks around the index",
    "Your blocks reach block // 2 to both sides of the index; the block begins at index (i, j), so "
    "every block lies inside the map.",
    shift=lambda b: b // 2,
)
mistakes.row(
    "size-of-the-centres",
    "Size of the centres",
    "The mask has the size of the map, block - 1 more than that of the centres on either axis.",
    wider=lambda b: 0,
)
mistakes.row(
    "one-mask-for-all-channels",
    "One mask for all channels",
    "All channels of an example share the blocks; each has its own.",
    centers_of=lambda c: np.broadcast_to(c.any(axis=1, keepdims=True), c.shape),
)


@mistakes.whole(
    "even-sides-too-large",
    "Even sides one too large",
    "With an even side your mask is one row and column too large: block // 2 on both sides is "
    "right for odd sides only.",
)
def even_sides(centers, block):
    return grown(centers, block + (block % 2 == 0))


@mistakes.whole(
    "pooled-over-kept",
    "Kept entries grown",
    "You let the kept entries grow, so a single centre vanishes; what is dropped must grow.",
)
def pooled_over_kept(centers, block):
    return ~grown(~centers, block)


@mistakes.whole(
    "offsets-overwritten",
    "Each offset overwrites the others",
    "Each shift of the centres is assigned to the mask and wipes out what the shifts before it "
    "dropped; combine them, with &= for what is kept.",
)
def overwritten(centers, block):
    n, c, rows, columns = centers.shape
    mask = np.ones((n, c, rows + block - 1, columns + block - 1), bool)
    for i, j in np.ndindex(block, block):
        mask[:, :, i : i + rows, j : j + columns] = ~centers
    return mask


@mistakes.whole(
    "kept-again-in-two-blocks",
    "Kept again where blocks overlap",
    "Where two blocks overlap an entry is kept again: the blocks are added up or toggled. An entry "
    "is dropped if any block holds it.",
)
def toggled(centers, block):
    n, c, rows, columns = centers.shape
    held = np.zeros((n, c, rows + block - 1, columns + block - 1), int)
    for i, j in np.ndindex(block, block):
        held[:, :, i : i + rows, j : j + columns] += centers
    return held != 1
