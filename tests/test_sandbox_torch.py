"""A jail in which torch is loaded: an answer trains, and gets the same numbers each time."""

import os

import pytest
from sandbox_support import Warm, usable_levels

from dropout_course.engine.student import Student

pytestmark = pytest.mark.slow
torch = pytest.importorskip("torch")

TRAIN = """
import torch
def train(steps):
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout(0.5), torch.nn.Linear(8, 1))
    adam = torch.optim.Adam(net.parameters())
    for _ in range(steps):
        adam.zero_grad()
        loss = net(torch.ones(16, 4)).square().mean()
        loss.backward()
        adam.step()
    return loss.detach()
def noise():
    return torch.rand(3)
"""


@pytest.fixture(scope="module", params=usable_levels())
def warm(request):
    with Warm(request.param, "torch") as warm:
        yield warm


def student_of(runner):
    assert runner.cell(TRAIN, 20)["error"] is None
    return Student(lambda request: runner.ask(request, 20))


def test_training_gives_what_it_gives_here(warm):
    names = {}
    exec(TRAIN, names)
    with warm.start() as runner:
        got = student_of(runner).train(5).value
    assert torch.allclose(got, names["train"](5), rtol=1e-5)


def test_seeds_reach_torch(warm):
    told = []
    for seed in (3, 3, 4):
        with warm.start() as runner:
            student = student_of(runner)
            runner.seed(seed)
            told.append(student.noise().value.tolist())
    assert told[0] == told[1] != told[2]


def test_workers_are_refused_and_do_not_hang(warm):
    with warm.start() as runner:
        source = "import torch.utils.data as d\nlist(d.DataLoader([1, 2], num_workers=2))"
        assert "OSError" in runner.cell(source, 20)["error"]["kinds"]


def test_the_first_step_is_not_slow(warm):
    # Without preloading, the first step of an optimiser imports for a second.
    with warm.start() as runner:
        student = student_of(runner)
        before = runner.clock()
        student.train(1).value  # noqa: B018
        assert runner.clock() - before < 0.5


def test_one_thread_before_the_fork(warm):
    warm.start().close()
    assert len(os.listdir(f"/proc/{warm._process.pid}/task")) == 1
