"""Running a notebook's cells, with a process that can be told when to die."""

from __future__ import annotations

import pytest

from autograder.referee import session as session_module
from autograder.referee.limits import Limits, our_limits
from autograder.referee.session import Session
from autograder.sandbox import Stopped
from dropout_course.engine.student import Lost


class Fake:
    """A process that ends at a cell whose source says how."""

    log: list[tuple[int, str]] = []
    made = 0

    def __init__(self):
        Fake.made += 1
        self.number = Fake.made

    def cell(self, source, seconds, idle_seconds, grace):
        Fake.log.append((self.number, source))
        if source in ("timeout", "died", "broken"):
            raise Stopped(source, "the process ended" if source == "died" else source)
        error = {"kinds": ["NameError"], "message": "x", "line": 2} if source == "error" else None
        shown = [{"stream": "stdout", "text": f"ran {source}\x1b[2J"}]
        return {"outputs": shown, "error": error}

    def ask(self, request, seconds):
        if request == b"die":
            raise Stopped("died", "the process ended")
        return request + b"!"

    def clock(self):
        return 0.0

    def seed(self, seed):
        pass

    def close(self):
        Fake.log.append((self.number, "closed"))


@pytest.fixture
def session():
    Fake.log, Fake.made = [], 0
    return Session(Fake, seed=1, limits=Limits(cell_seconds=2, calls_seconds=5))


def test_cells_run_in_order_in_one_process(session):
    session.run("a", "1")
    session.run("b", "2")
    assert Fake.log == [(1, "1"), (1, "2")]
    assert session.trouble == {}
    assert session.outputs["a"][0]["text"] == "ran 1\N{REPLACEMENT CHARACTER}[2J"


def test_a_cell_that_raises_is_reported_and_the_next_runs(session):
    session.run("a", "error")
    session.run("b", "2")
    assert session.trouble == {"a": "the cell raised NameError: x (line 2)"}
    assert Fake.made == 1


@pytest.mark.parametrize(
    ("how", "words"),
    [("timeout", "did not finish in 2 seconds"), ("died", "ended the Python"), ("broken", "plain")],
)
def test_a_cell_that_ends_the_process_is_left_out_and_the_earlier_ones_run_again(
    session, how, words
):
    session.run("a", "1")
    session.run("b", how)
    session.run("c", "3")
    assert words in session.trouble["b"]
    assert Fake.log == [(1, "1"), (1, how), (2, "1"), (2, "3")]


def test_a_call_that_ends_the_process_costs_that_call(session):
    session.run("a", "1")
    with pytest.raises(Lost, match="ended the Python process"):
        session.transport()(b"die")
    assert session.transport()(b"hello") == b"hello!"
    assert Fake.log == [(1, "1"), (2, "1")]


def test_after_three_restarts_it_is_left(session):
    for name in "abcd":
        session.run(name, "died")
    assert Fake.made == 4
    session.run("e", "5")
    assert "too often" in session.trouble["e"]
    with pytest.raises(Lost, match="too often"):
        session.transport()(b"hello")
    assert Fake.made == 4


def test_a_cell_that_dies_only_when_run_again_is_left_out_too(session, monkeypatch):
    session.run("a", "1")
    session.run("b", "2")
    real = Fake.cell

    def dies_again(self, source, *limits):
        if source == "2" and self.number == 2:
            Fake.log.append((self.number, source))
            raise Stopped("died", "the process ended")
        return real(self, source, *limits)

    monkeypatch.setattr(Fake, "cell", dies_again)
    session.run("c", "died")
    session.run("d", "4")
    assert Fake.log[-4:] == [(2, "1"), (2, "2"), (3, "1"), (3, "4")]
    assert "b" in session.trouble
    session.close()
    assert Fake.log[-1] == (3, "closed")


def test_all_calls_of_an_exercise_share_one_budget_of_processor_time(session, monkeypatch):
    asked = []
    monkeypatch.setattr(Fake, "clock", lambda self: 2.0 * len(asked))
    monkeypatch.setattr(Fake, "ask", lambda self, request, seconds: asked.append(seconds) or b"")
    send = session.transport()
    for _ in range(3):
        send(b"hello")
    assert asked == [5, 3, 1]


def test_names_of_replaced_code_are_few_short_and_clean(session, monkeypatch):
    names = ["a.b", "\x1b[2Jc\nd" + "e" * 1000, 7, None, *map(str, range(100))]
    monkeypatch.setattr(Fake, "seed", lambda self, seed: names, raising=False)
    monkeypatch.setattr(Fake, "replaced", lambda self: {"no": "list"}, raising=False)
    session.ask_for_replaced()
    assert Fake.made == 0  # no process is started for it
    session.reseed(1)
    session.ask_for_replaced()
    assert "a.b" in session.replaced
    assert len(session.replaced) == session_module.NAMES - 2
    assert all(len(name) <= session_module.NAME for name in session.replaced)
    assert not any(set("\x1b\n") & set(name) for name in session.replaced)


def test_a_process_that_ends_when_it_is_asked_for_replaced_code_does_no_harm(session, monkeypatch):
    def replaced(self):
        raise Stopped("died", "the process ended")

    monkeypatch.setattr(Fake, "replaced", replaced, raising=False)
    session.run("a", "1")
    session.ask_for_replaced()
    assert session.replaced == set()


def worked(session, monkeypatch, seconds, exercises):
    """What comes of one call for each exercise, each of which would take so many seconds."""
    now, left, told = [0.0], [], {}

    def ask(self, request, allowed):
        left.append(allowed)
        now[0] += min(seconds, allowed)
        if seconds > allowed:
            raise Stopped("timeout", "late")
        return b""

    monkeypatch.setattr(Fake, "clock", lambda self: now[0])
    monkeypatch.setattr(Fake, "ask", ask)
    for exercise in exercises:
        try:
            session.transport(exercise)(b"hello")
        except Lost as lost:
            told[exercise] = str(lost)
    return left, told


def test_all_exercises_together_have_a_budget_too(session, monkeypatch):
    """Then each has a little: what is slow costs itself, and no answer that is quick."""
    limits = Limits(calls_seconds=20, judging_seconds=50, spent_calls_seconds=2, restarts=9)
    session = Session(Fake, seed=1, limits=limits)
    asked, told = worked(session, monkeypatch, 30, "abcde")
    assert asked == [20, 20, 20, 2, 2]
    assert told["a"] == "it did not finish in 20 seconds (is there a loop without an end?)"
    assert told["d"] == (
        "it did not finish in 2 seconds, and had no more: the 50 seconds for all exercises were "
        "used up by a, b, c"
    )
    assert worked(session, monkeypatch, 1.9, "fgh")[1] == {}


# seconds of the slowest reference's calls, as `python -m bench checks` measures them, twice over:
# visible laws and hidden ones
@pytest.mark.parametrize(
    ("stem", "slowest"), [("08-weights-and-rates", 3.4), ("11-gpu-pytorch", 0.5)]
)
def test_answers_ten_times_slower_than_the_reference_lose_nothing(monkeypatch, stem, slowest):
    Fake.log, Fake.made = [], 0
    session = Session(Fake, seed=1, limits=our_limits(stem))
    assert worked(session, monkeypatch, 10 * slowest, "a")[1] == {}
    assert worked(session, monkeypatch, 1.0, "bcdef")[1] == {}


class Clocks:
    """The wall's clock and the processor's, moved on by cells and calls."""

    def __init__(self, monkeypatch):
        self.wall = self.processor = 0.0
        self.step = (0.0, 0.0)
        monkeypatch.setattr(session_module.time, "monotonic", lambda: self.wall)
        monkeypatch.setattr(Fake, "clock", lambda _: self.processor)
        monkeypatch.setattr(Fake, "ask", lambda _, request, seconds: self.go() or b"")
        real = Fake.cell
        monkeypatch.setattr(Fake, "cell", lambda *args: self.go() or real(*args))

    def go(self):
        self.wall += self.step[0]
        self.processor += self.step[1]


def test_a_notebook_that_sleeps_in_each_cell_is_left(session, monkeypatch):
    Clocks(monkeypatch).step = (7.0, 0.1)
    for number in range(20):
        session.run(f"c{number}", str(number))
    ran = [source for _, source in Fake.log if source != "closed"]
    assert ran == [str(number) for number in range(10)]  # 6.5 seconds idle in each
    assert "60 seconds in all without computing" in session.trouble["c19"]
    with pytest.raises(Lost, match="was left"):
        session.transport()(b"hello")


def test_a_busy_machine_is_not_idleness(monkeypatch):
    session = Session(Fake, seed=1, limits=Limits(calls_seconds=100))
    Clocks(monkeypatch).step = (7.0, 1.5)
    for number in range(50):
        session.run(f"c{number}", str(number))
    send = session.transport()
    for _ in range(50):
        send(b"hello")
    assert session.trouble == {}


def test_an_answer_that_sleeps_in_each_call_costs_its_exercise_alone(session, monkeypatch):
    clocks = Clocks(monkeypatch)
    clocks.step = (2.0, 0.0)
    send = session.transport()
    for _ in range(8):
        send(b"hello")
    with pytest.raises(Lost, match="15 seconds in all without computing"):
        send(b"hello")
    clocks.step = (0.1, 0.1)
    assert session.transport()(b"hello") == b""
    assert Fake.made == 1


def test_a_cell_that_waits_until_it_is_ended_costs_that_cell(session, monkeypatch):
    clocks = Clocks(monkeypatch)
    for name, step in (("1", 1.0), ("timeout", 65.0), ("3", 1.0)):
        clocks.step = (step, 0.0)
        session.run(name, name)
    assert list(session.trouble) == ["timeout"]


def test_why_a_process_was_ended_is_said(session, monkeypatch):
    def ask(self, request, seconds):
        raise Stopped("died", "it used more memory than it may")

    monkeypatch.setattr(Fake, "ask", ask)
    with pytest.raises(Lost, match="more memory than it may"):
        session.transport()(b"hello")
