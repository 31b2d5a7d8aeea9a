"""11.4 find_eval_leaks: who tosses coins although the model is in evaluation mode."""

from __future__ import annotations

from dropout_course.engine.features import value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question

CLEAN = ["linear", "dropout", "norm", "guarded"]
NESTED = ["linear", ["norm", ["relu", "leaky"]], ["linear", "leaky attention"], "linear"]


def run(student, parts, seed, mode="mixed"):
    """Ask for the leaks of a model of these parts."""
    return student.play("eval_leaks_run", parts=parts, seed=seed, mode=mode)


def require_names(case, asked):
    """Require the names of each ``(answer, names)``."""
    for answer, want in asked:
        got = answer.value["leaks"]
        text = "the result must be a list of names"
        case.that(isinstance(got, list), text, received=got, kind="type")
        case.that(got == sorted(want), "these are not the leaks of the model",
                  expected=sorted(want), received=got)  # fmt: skip


def require_found(student, case, models):
    """Require the names of each ``(parts, names)``."""
    seed = case.integers(0, 10_000)
    require_names(case, [(run(student, parts, seed), want) for parts, want in models])


def require_left_alone(student, case, part, models):
    """Require that modes, hooks or the input are as before."""
    words = {"modes": "modes of modules", "hooks": "hooks", "x": "numbers of the input"}
    seed = case.integers(0, 10_000)
    asked = [run(student, parts, seed, mode) for parts in models
             for mode in ("train", "eval", "mixed")]  # fmt: skip
    for answer in asked:
        case.that(answer.value[part], f"afterwards, {words[part]} are not as before")


# What is true of every right answer ------------------------------------------------------------


@law("Modules that are random in evaluation mode are found, and no others", weight=4, core=True)
def found(student, case):
    models = [(["linear", "leaky"], ["1"]), (CLEAN, []), (["leaky", "linear", "leaky"], ["0", "2"])]
    require_found(student, case, models)


@law("Only the innermost module is named", weight=2)
def innermost(student, case):
    require_found(student, case, [([["leaky"]], ["0.0"]), (NESTED, ["1.1.1", "2.1"])])


@law("Who passes a changed input on is not named", weight=2)
def passing_on(student, case):
    require_found(student, case, [(["leaky", "linear", "relu", "norm"], ["0"])])


@law('The model itself has the name ""', weight=1)
def root(student, case):
    require_found(student, case, [("leaky", [""]), ("leaky attention", [""]), ("linear", [])])


@law("Modes are left as they were", weight=1)
def modes(student, case):
    require_left_alone(student, case, "modes", [CLEAN, ["leaky", "linear"]])


@law("Hooks are left as they were, and so is the input", weight=1)
def hooks(student, case):
    for part in ("hooks", "x"):
        require_left_alone(student, case, part, [["relu", "leaky", "linear"]])


# By what a wrong answer is recognised ----------------------------------------------------------


def leaks(student, *parts, mode="mixed"):
    """Give the names that are found."""
    return value_of(run(student, list(parts), 3, mode))["leaks"]


@question("What is found in a model without leaks?")
def of_clean(student, case):
    return leaks(student, *CLEAN, mode="train")


@question("Is a leak found at all?")
def of_one(student, case):
    return bool(leaks(student, "linear", "leaky"))


@question("How much is named of two leaks side by side, from the second one on?")
def of_two(student, case):
    return [name for name in leaks(student, "leaky", "linear", "leaky") if name == "2"]


@question("Are containers of leaks named?")
def containers(student, case):
    return [name in leaks(student, ["linear", "leaky"]) for name in ("", "0")]


@question("Is a leak found two levels down?")
def deep(student, case):
    return "0.0.1" in leaks(student, [["linear", "leaky"]])


@question("Is it named who passes on?")
def behind(student, case):
    return "1" in leaks(student, "leaky", "linear")


@question("What is said of a model that is a leak itself?")
def of_root(student, case):
    return value_of(run(student, "leaky", 3))["leaks"]


@question("Which modes are as before?")
def modes_after(student, case):
    asked = [run(student, ["linear", "norm"], 3, mode) for mode in ("train", "eval", "mixed")]
    return [value_of(answer)["modes"] for answer in asked]


@question("Are hooks as before?")
def hooks_after(student, case):
    return value_of(run(student, ["linear", "norm"], 3))["hooks"]


@question("Is the input as before, behind a module that writes to it?", edge=True)
def input_after(student, case):
    return value_of(run(student, ["relu", "linear"], 3))["x"]


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
    "You put back the mode of the model itself to all modules; each has its own.",
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
