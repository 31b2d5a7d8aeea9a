"""Answers to chapter 11 about whole models: their modes, what leaks, checkpoints."""

import contextlib
from functools import partial

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from bench.wrong.answer import right, wrong


@wrong("mc_mode", "model.train(): batch norms learn as well")
def mode_train_all():
    @contextlib.contextmanager
    def mc_mode(model):
        before = {m: m.training for m in model.modules()}
        model.train()
        try:
            yield model
        finally:
            for m, mode in before.items():
                m.training = mode


@wrong("mc_mode", "Afterwards everything is in evaluation mode, however it was before")
def mode_ends_in_eval():
    @contextlib.contextmanager
    def mc_mode(model):
        model.eval()
        for m in model.modules():
            if isinstance(m, nn.modules.dropout._DropoutNd):
                m.train()
        try:
            yield model
        finally:
            model.eval()


@wrong("mc_mode", "No try: after an exception dropout stays on")
def mode_without_try():
    @contextlib.contextmanager
    def mc_mode(model):
        flags = [(m, m.training) for m in model.modules()]
        for m, _ in flags:
            if isinstance(m, nn.modules.dropout._DropoutNd):
                m.training = True
        yield model
        for m, flag in flags:
            m.training = flag


@right("mc_mode", "With an ExitStack of setattr")
def mode_exit_stack():
    @contextlib.contextmanager
    def mc_mode(model):
        with contextlib.ExitStack() as stack:
            for module in model.modules():
                stack.callback(setattr, module, "training", module.training)
            for module in model.modules():
                if isinstance(module, torch.nn.modules.dropout._DropoutNd):
                    module.training = True
            yield model


@wrong("find_eval_leaks", "Modules that pass a changed input on are reported too")
def leaks_downstream():
    def find_eval_leaks(model, x):
        modes = [(m, m.training) for m in model.modules()]
        model.eval()
        outs: dict = {}
        hooks = []
        for name, m in model.named_modules():
            if not list(m.children()):
                hooks.append(
                    m.register_forward_hook(
                        lambda mod, i, o, n=name: outs.setdefault(n, []).append(o.detach().clone())
                    )
                )
        with torch.no_grad():
            model(x)
            model(x)
        for h in hooks:
            h.remove()
        for m, t in modes:
            m.training = t
        found = []
        for name, values in outs.items():
            half = len(values) // 2
            if any(not torch.equal(a, b) for a, b in zip(values[:half], values[half:])):
                found.append(name)
        return found


@wrong("find_eval_leaks", "Lists dropout modules instead of measuring")
def leaks_by_type():
    def find_eval_leaks(model, x):
        names = []
        for name, m in model.named_modules():
            if isinstance(m, nn.modules.dropout._DropoutNd):
                names.append(name)
        return names


@wrong("find_eval_leaks", "Leaves the model in evaluation mode")
def leaks_leaves_eval():
    def find_eval_leaks(model, x):
        model.eval()
        seen: dict = {}
        handles = []

        def watch(name):
            def hook(module, inputs, output):
                seen.setdefault(name, []).append(
                    (inputs[0].detach().clone(), output.detach().clone())
                )

            return hook

        for name, m in model.named_modules():
            handles.append(m.register_forward_hook(watch(name)))
        with torch.no_grad():
            for _ in range(4):
                model(x.clone())
        for h in handles:
            h.remove()
        leaky = [
            n
            for n, calls in seen.items()
            if any(
                torch.equal(calls[0][0], a) and not torch.equal(calls[0][1], b) for a, b in calls
            )
        ]
        return [
            n
            for n in leaky
            if not any(o != n and (n == "" or o.startswith(n + ".")) for o in leaky)
        ]


@wrong("checkpoint_gradients", "Runs fn without checkpointing")
def checkpoint_none():
    def checkpoint_gradients(fn, x, preserve_rng_state):
        z = x.detach().clone().requires_grad_(True)
        loss = fn(z)
        (g,) = torch.autograd.grad(loss, z)
        return loss.detach(), g


@wrong("checkpoint_gradients", "preserve_rng_state isn't passed on")
def checkpoint_always_preserves():
    def checkpoint_gradients(fn, x, preserve_rng_state):
        inp = x.detach().clone()
        inp.requires_grad = True
        loss = checkpoint(fn, inp, use_reentrant=False)
        loss.backward()
        return loss.detach(), inp.grad


@wrong("checkpoint_gradients", "Works on x itself: its grad and its flag change")
def checkpoint_on_x():
    def checkpoint_gradients(fn, x, preserve_rng_state):
        x.requires_grad_(True)
        loss = checkpoint(fn, x, use_reentrant=False, preserve_rng_state=preserve_rng_state)
        loss.backward()
        return loss.detach(), x.grad


@right("checkpoint_gradients", "The reentrant form")
def checkpoint_reentrant():
    def checkpoint_gradients(fn, x, preserve_rng_state):
        leaf = torch.empty_like(x).copy_(x.detach()).requires_grad_()
        with torch.enable_grad():
            value = checkpoint(fn, leaf, use_reentrant=True, preserve_rng_state=preserve_rng_state)
            value.backward()
        return value.detach(), leaf.grad


@right("find_eval_leaks", "Calls each recorded input again")
def leaks_replayed():
    def find_eval_leaks(model, x):
        before = [(m, m.training) for m in model.modules()]
        names, handles = dict(model.named_modules()), []
        calls: dict = {}

        def differ(one, other):
            if isinstance(one, tuple):
                return any(map(differ, one, other))
            return not torch.equal(one, other)

        def keep(name, module, args):
            calls.setdefault(name, [a.clone() for a in args])

        try:
            model.eval()
            with torch.no_grad():
                for name, m in names.items():
                    handles.append(m.register_forward_pre_hook(partial(keep, name)))
                model(x.clone())
                for h in handles:
                    h.remove()
                random = set()
                for name, args in calls.items():
                    outs = [names[name](*(a.clone() for a in args)) for _ in range(4)]
                    if any(differ(outs[0], o) for o in outs[1:]):
                        random.add(name)
        finally:
            for m, t in before:
                m.training = t
        return [
            n
            for n in random
            if not any(o != n and o.startswith(n + "." if n else "") for o in random)
        ]
