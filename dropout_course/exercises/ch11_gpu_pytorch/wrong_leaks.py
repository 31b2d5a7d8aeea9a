"""What people write instead of 11.4 find_eval_leaks: parts of a right one replaced."""

from __future__ import annotations

from dropout_course.engine.mistakes import Mistakes


def through_modules(model, x):
    """Give for each module its input, as a pass through the model brings it."""
    seen = {}

    def remember(module, args):
        seen[module] = tuple(arg.clone() for arg in args)

    handles = [module.register_forward_pre_hook(remember) for module in model.modules()]
    model(x.clone())
    for handle in handles:
        handle.remove()
    return seen


def differs(module, args, again=None):
    """Call a module twice, and compare."""
    one, other = (module(*(a.clone() for a in given)) for given in (args, again or args))
    one, other = (y if isinstance(y, tuple) else (y,) for y in (one, other))
    return any(not bool((a == b).all()) for a, b in zip(one, other, strict=True))


def inner(names):
    """Leave out who contains another."""
    return [n for n in names if not any(o != n and o.startswith(n and n + ".") for o in names)]


def put_back(model, modes):
    """Put modes back."""
    for module, mode in modes.items():
        module.training = mode


def form(
    enter=lambda model: model.eval(),
    named=lambda model: model.named_modules(),
    leaky=lambda model, module, x, seen: module in seen and differs(module, seen[module]),
    chosen=inner,
    leave=put_back,
    inputs=through_modules,
    spelled=lambda names: names,
):
    def find_eval_leaks(model, x):
        import torch

        before = {module: module.training for module in model.modules()}
        enter(model)
        with torch.no_grad():
            seen = inputs(model, x)
            names = [name for name, module in named(model) if leaky(model, module, x, seen)]
        leave(model, before)
        return spelled(chosen(names))

    return find_eval_leaks


def in_the_model(model, module, x, seen):
    """Compare the module's outputs of two passes through the whole model."""
    return module in seen and (differs(module, seen[module], through_modules(model, x)[module]))


def hooks_left(model, x):
    """Forget to remove the hooks."""
    for module in model.modules():
        module.register_forward_pre_hook(lambda module, args: None)
    return through_modules(model, x)


def handed_on(model, x):
    """Hand x itself to a model whose modules may write to their input."""
    seen = through_modules(model, x)
    model(x)
    return seen


def of_the_model(model, x):
    """Hand the model's own input to every module that takes it."""
    seen = {}
    for module in model.modules():
        try:
            module(x.clone())
        except Exception:
            continue
        seen[module] = (x,)
    return seen


def leaf_leaks(model, module, x, seen):
    """Compare modules that hold no others."""
    return module in seen and not list(module.children()) and differs(module, seen[module])


def is_dropout(model, module, x, seen):
    """Look at the kind of a module alone."""
    from torch.nn.modules.dropout import _DropoutNd

    return isinstance(module, _DropoutNd)


def reseeded(model, module, x, seen):
    """Seed torch before each of the two calls."""
    import torch

    outputs = []
    for _ in range(2):
        torch.manual_seed(0)
        outputs.append(module(*seen[module]) if module in seen else None)
    one, other = outputs
    return one is not None and not isinstance(one, tuple) and not torch.equal(one, other)


mistakes = Mistakes(find_eval_leaks=form)
mistakes.row(
    "eval-forgotten",
    "Never in evaluation mode",
    "The modules are compared in the mode that they came in, so plain dropout in training is named "
    "as well; call eval() first.",
    enter=lambda model: None,
)
mistakes.row(
    "containers-named-too",
    "Containers named too",
    "You name a module and all that contain it; leave out whoever contains another leak.",
    chosen=lambda names: names,
)
mistakes.row(
    "outermost-named",
    "Outermost for innermost",
    "You name the container of a leak instead of the leak; go on to the innermost module.",
    chosen=lambda names: [n for n in names if not any(n != o and n.startswith(o and o + ".")
                                                      for o in names)],
)  # fmt: skip
mistakes.row(
    "prefix-without-its-dot",
    "Prefix without its dot",
    "drop1 is left out where drop10 leaks as well; the name of a part goes on with a dot.",
    chosen=lambda names: [n for n in names if not any(o != n and o.startswith(n) for o in names)],
)
mistakes.row(
    "leaves-alone",
    "Modules without others alone",
    "You look only at modules that hold no others; one that does may be random in its own forward.",
    leaky=leaf_leaks,
)
mistakes.row(
    "input-of-the-model-for-all",
    "The model's input for all",
    "Your modules get the input of the model, which some can't take; give each the input that it "
    "has in a pass, from a pre-hook.",
    inputs=of_the_model,
)
mistakes.row(
    "passers-on-named",
    "Who passes on is named",
    "You compare two passes through the whole model, so whatever stands behind a leak differs too; "
    "give each module the same input twice.",
    leaky=in_the_model,
)
mistakes.row(
    "seeded-between-calls",
    "Seeded between the calls",
    "You seed torch before each call, so two calls never differ, leak or not.",
    leaky=reseeded,
)
mistakes.row(
    "dropout-modules-listed",
    "Dropout modules listed",
    "You list dropout modules, whether anything is random or not; the leaks are modules of other "
    "kinds, and they show only in two calls on one input.",
    leaky=is_dropout,
)
mistakes.row(
    "writes-to-its-input",
    inputs=handed_on,
)
mistakes.row(
    "first-leak-alone",
    "The first leak alone",
    "You stop at the first leak; a model may have several.",
    chosen=lambda names: inner(names)[:1],
)
mistakes.row(
    "left-in-evaluation",
    "Left in evaluation mode",
    "The model is in evaluation mode afterwards; put the mode of every module back.",
    leave=lambda model, modes: None,
)
mistakes.row(
    "one-mode-for-all",
    "One mode for all",
    "All modules get the mode of the model itself; each has its own, and train(mode) reaches all "
    "that is inside.",
    leave=lambda model, modes: model.train(modes[model]),
)
mistakes.row(
    "hooks-left-behind",
    "Hooks left behind",
    "Your hooks stay on the model; keep what register_forward_hook returns, and call remove().",
    inputs=hooks_left,
)
mistakes.row(
    "children-alone",
    "Children alone",
    "You look at the first level alone; named_modules() goes all the way down.",
    named=lambda model: [("", model), *model.named_children()],
)
mistakes.row(
    "model-itself-forgotten",
    "The model itself forgotten",
    'A model whose own forward is random has the name ""; you leave it out.',
    spelled=lambda names: [name for name in names if name],
)
