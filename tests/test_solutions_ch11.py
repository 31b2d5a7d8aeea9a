"""The references of chapter 11 against torch's own, finite differences, and closed forms."""

from __future__ import annotations

import copy
import gc
import weakref

import numpy as np
import pytest
import torch
from torch import nn

from dropout_course.scenes.ch11_gpu_pytorch.coins import seeded_dropout_kept, torch_dropout_run
from solutions.ch11_gpu_pytorch import (
    TorchDropout,
    checkpoint_gradients,
    find_eval_leaks,
    mc_mode,
    seeded_dropout,
)

FLOATS = [torch.float64, torch.float32, torch.bfloat16, torch.float16]
RATES = [0.0, 0.1, 0.5, 0.9, 1.0]


# 11.1 -----------------------------------------------------------------------------------------


def test_torchs_own_dropout_is_seen_where_its_overrides_are_switched_off():
    class Hidden(nn.Dropout):
        def forward(self, x):
            with torch._C.DisableTorchFunction():
                return super().forward(x)

    steps = [("forward", np.ones(4, np.float32))]
    for layer, seen in ((Hidden, True), (nn.Dropout, True), (TorchDropout, False)):
        made = torch_dropout_run({"TorchDropout": layer}, 0.5, 1, steps)
        assert bool(made["used"]) == seen


@pytest.mark.parametrize("p", RATES)
@pytest.mark.parametrize("dtype", FLOATS)
def test_on_the_cpu_the_module_gives_torchs_bits(p, dtype):
    x = torch.randn(7, 11, dtype=dtype)
    outputs = []
    for layer in (TorchDropout(p), nn.Dropout(p)):
        torch.manual_seed(3)
        outputs.append(layer(x))
    assert torch.equal(*outputs)
    assert outputs[0].dtype == dtype


@pytest.mark.parametrize("p", RATES)
def test_infinities_and_gradients_are_those_of_torch(p):
    x = torch.tensor([float("inf"), -float("inf"), float("nan"), 1.0]).repeat(20)
    told = []
    for layer in (TorchDropout(p), nn.Dropout(p)):
        torch.manual_seed(3)
        leaf = x.clone().requires_grad_()
        y = layer(leaf)
        y.backward(torch.arange(80.0))
        told.append((y.detach(), leaf.grad))
    for ours, theirs in zip(*told, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0, equal_nan=True)


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan"), float("inf")])
def test_bad_rates_are_refused(p):
    with pytest.raises(ValueError, match="between 0 and 1"):
        TorchDropout(p)


def test_in_place_text_and_modes_are_those_of_torch():
    assert repr(TorchDropout(0.2, inplace=True)) == "TorchDropout(p=0.2, inplace=True)"
    for ours, theirs in ((TorchDropout(0.2), nn.Dropout(0.2)), (TorchDropout(), nn.Dropout())):
        assert repr(ours) == f"Torch{theirs!r}"
    x = torch.ones(50)
    assert TorchDropout(0.5, inplace=True)(x) is x
    assert 0 < int((x == 0).sum()) < 50
    model = nn.Sequential(TorchDropout(0.5)).eval()
    assert model(x) is x


# 11.2 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", RATES)
def test_seeded_dropout_passes_gradcheck_twice(p):
    x = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: seeded_dropout(x, p, 7), x)
    assert torch.autograd.gradgradcheck(lambda x: seeded_dropout(x, p, 7), x)


@pytest.mark.parametrize("dtype", FLOATS)
def test_seeded_dropout_is_inverted_dropout_under_one_mask(dtype):
    x = torch.rand(200, 50).to(dtype) + 1
    y = seeded_dropout(x, 0.25, 5)
    kept = y != 0
    assert y.dtype == dtype
    torch.testing.assert_close(y[kept], (x / 0.75)[kept])
    assert abs(kept.double().mean() - 0.75) < 0.03
    assert torch.equal(seeded_dropout(x, 0.25, 5), y)
    assert not torch.equal(seeded_dropout(x, 0.25, 6), y)


def test_a_transposed_gradient_meets_the_same_mask():
    x = torch.ones(6, 8, requires_grad=True)
    y = seeded_dropout(x, 0.5, 1)
    y.backward(torch.ones(8, 6).T)
    assert torch.equal(x.grad, y.detach())


def test_seeded_dropout_keeps_nothing_and_moves_no_generator():
    x = torch.ones((), requires_grad=True) + torch.zeros(1000)
    input_lives, state = weakref.ref(x), torch.get_rng_state()
    y = seeded_dropout(x, 0.5, 1)
    del x
    gc.collect()
    assert input_lives() is None
    y.sum().backward()
    assert torch.equal(state, torch.get_rng_state())


def test_what_holds_on_to_itself_is_not_counted_as_kept_and_what_others_hold_is():
    held = []

    def beside(x, p, seed, holder):
        holder.append(torch.rand(x.shape, generator=torch.Generator().manual_seed(seed)))
        holder.append(holder)  # a circle, which no count of references ends
        return seeded_dropout(x, p, seed)

    for holder, elements in ((None, 0), (held, 100)):
        answer = lambda x, p, seed, h=holder: beside(x, p, seed, [] if h is None else h)
        kept = seeded_dropout_kept({"seeded_dropout": answer}, 100, 0.3, 1)
        assert kept["elements"] == elements
        assert gc.isenabled()


# 11.3 and 11.4 --------------------------------------------------------------------------------


def model():
    return nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Dropout1d(0.5))


def modes(model):
    return [module.training for module in model.modules()]


def test_mc_mode_drops_and_leaves_the_batch_norm_alone():
    net = model().eval()
    before, x = copy.deepcopy(net.state_dict()), torch.randn(30, 4)
    with mc_mode(net) as same:
        assert same is net
        assert not torch.equal(net(x), net(x))
    assert modes(net) == [False] * 5
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_mc_mode_puts_modes_back_after_an_exception():
    net = model()
    net[0].eval()
    before = modes(net)

    def fail():
        with mc_mode(net):
            net.eval()
            raise KeyError("inside")

    with pytest.raises(KeyError, match="inside"):
        fail()
    assert modes(net) == before


class Leaky(nn.Module):
    def forward(self, x):
        return nn.functional.dropout(x, 0.5)


def test_leaks_are_found_where_they_are():
    net = nn.Sequential(model(), nn.Sequential(nn.ReLU(inplace=True), Leaky()), nn.Linear(4, 4))
    before, x = modes(net), torch.randn(30, 4)
    given = x.clone()
    assert find_eval_leaks(net, x) == ["1.1"]
    assert find_eval_leaks(Leaky(), x) == [""]
    assert find_eval_leaks(model(), x) == []
    assert modes(net) == before
    assert torch.equal(x, given)
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())


def test_hooks_and_modes_are_put_back_if_the_model_fails():
    net = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5))
    with pytest.raises(RuntimeError):
        find_eval_leaks(net, torch.randn(3, 5))
    assert modes(net) == [True] * 3
    assert not any(m._forward_pre_hooks for m in net.modules())


# 11.5 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("preserve", [True, False])
def test_checkpointed_gradients_are_those_of_the_run_that_they_belong_to(preserve):
    torch.manual_seed(2)
    x, masks = torch.randn(40, dtype=torch.float64), []

    def fn(x):
        masks.append((torch.rand(x.shape) >= 0.5).double())
        return ((x * masks[-1] * 2) ** 2).sum() / 2

    loss, grad = checkpoint_gradients(fn, x, preserve)
    assert len(masks) == 2
    assert torch.equal(*masks) is preserve
    torch.testing.assert_close(loss, ((2 * x * masks[0]) ** 2).sum() / 2)
    torch.testing.assert_close(grad, 4 * x * masks[1])
    assert not x.requires_grad
    assert not loss.requires_grad
