"""What people write instead of 11.2: a right function with parts replaced."""

from __future__ import annotations

from dropout_course.engine.mistakes import Mistakes


def own_generator(x, p, seed):
    """Draw a mask from a generator of its own."""
    import torch

    return torch.rand(x.shape, generator=torch.Generator().manual_seed(seed)) >= p


def form_of(
    draw=own_generator,
    draw_back=None,
    scale=lambda p: 1 / (1 - p) if p < 1 else 0.0,
    scale_back=None,
    product=lambda x, mask, scale: x * (mask.to(x.dtype) * scale),
    keep=lambda x, mask: (),
):
    def seeded_dropout(x, p, seed):
        import torch

        class Seeded(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                mask = draw(x, p, seed)
                ctx.save_for_backward(*keep(x, mask))
                return product(x, mask, scale(p))

            @staticmethod
            def backward(ctx, g):
                return product(g, (draw_back or draw)(g, p, seed), (scale_back or scale)(p))

        return Seeded.apply(x)

    return seeded_dropout


def global_generator(x, p, seed):
    """Seed torch itself."""
    import torch

    torch.manual_seed(seed)
    return torch.rand(x.shape) >= p


def unseeded(x, p, seed):
    """Draw what comes next, from a generator that is never the same."""
    import torch

    rng = torch.Generator()
    rng.seed()
    return torch.rand(x.shape, generator=rng) >= p


mistakes = Mistakes(seeded_dropout=form_of)
mistakes.row(
    "mask-kept-in-memory",
    "The mask is kept",
    "A mask waits in memory for backward; make it again there, from the seed.",
    keep=lambda x, mask: (mask,),
)
mistakes.row(
    "input-kept-in-memory",
    "The input is kept",
    "x waits in memory for backward, which needs its gradient and the seed alone.",
    keep=lambda x, mask: (x,),
)


@mistakes.whole(
    "autograd-keeps-the-factor",
    "autograd keeps the factor",
    "A product keeps both factors for backward; write forward and backward yourself, in a "
    "torch.autograd.Function.",
)
def plain_product(x, p, seed):
    factor = own_generator(x, p, seed).to(x.dtype) / (1 - p) if p < 1 else 0 * x.detach()
    return x * factor


mistakes.row(
    "global-generator-seeded",
    "The global generator is seeded",
    "torch.manual_seed moves the generator of everybody else; make a torch.Generator of your own.",
    draw=global_generator,
)


@mistakes.whole(
    "fresh-mask-in-backward",
    "Fresh mask in backward",
    "backward draws a new mask; it must make the one of its forward pass again.",
)
def next_numbers(x, p, seed):
    import torch

    rng = torch.Generator().manual_seed(seed)

    def draw(x, p, seed):
        return torch.rand(x.shape, generator=rng) >= p

    return form_of(draw=draw)(x, p, seed)


def in_its_own_layout(x, p, seed):
    """Fill memory in its own order."""
    import torch

    rng = torch.Generator().manual_seed(seed)
    return torch.empty_like(x).uniform_(generator=rng) >= p


mistakes.row(
    "mask-follows-memory",
    "The mask follows the memory layout",
    "The mask is filled in the order of memory, and a gradient may lie otherwise than x; draw by "
    "shape, `torch.rand(x.shape, …)`.",
    draw=in_its_own_layout,
)
mistakes.row(
    "seed-ignored",
    "Seed ignored",
    "Two seeds give one mask: yours is made from a fixed number.",
    draw=lambda x, p, seed: own_generator(x, p, 0),
)
mistakes.row(
    "p-read-as-keep",
    "p read as keep",
    "Units are kept with probability p; p is for dropping.",
    draw=lambda x, p, seed: ~own_generator(x, p, seed),
)
mistakes.row(
    "factor-missing",
    "Factor missing",
    "Kept units are not divided by 1 - p, neither in forward nor in backward.",
    scale=lambda p: 1.0,
)
mistakes.row(
    "backward-without-factor",
    "Factor missing in backward",
    "forward divides kept units by 1 - p and backward does not, so the gradient is too small.",
    scale_back=lambda p: 1.0,
)
mistakes.row(
    "one-mask-for-the-batch",
    "One mask for the batch",
    "All rows share one mask; each example needs its own thinned network.",
    draw=lambda x, p, seed: own_generator(x[:1] if x.ndim > 1 else x, p, seed).expand(x.shape),
)


@mistakes.whole(
    "gradient-passes-unmasked",
    "The gradient passes unmasked",
    "The mask is applied where autograd does not look, so backward sends the gradient on as it is.",
)
def through_data(x, p, seed):
    y = x * 1
    y.data.mul_(own_generator(x, p, seed).to(x.dtype) / (1 - p) if p < 1 else 0.0)
    return y


mistakes.row(
    "division-by-zero-at-one",
    scale=lambda p: 1 / (1 - p) if p < 1 else float("nan"),
)
mistakes.row(
    "mask-decides-the-dtype",
    "The mask decides the dtype",
    "A float64 mask turns float32 into float64; make the factor in the dtype of x.",
    product=lambda x, mask, scale: x * mask.double() * scale,
)
