"""The helpers of chapter 09's demonstrations, on small cases."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dropout_course.lab import sequences_lstm as recurrent
from dropout_course.lab import sequences_text as texts
from solutions.ch09_sequences import lstm_forward, rnn_masks, zoneout_backward, zoneout_forward

MINE = recurrent.Functions(rnn_masks, zoneout_forward, zoneout_backward)


def small(kind, dtype=np.float64):
    """A model of two replicas, a few short lines, and the noise of one step."""
    params = {name: a.astype(dtype) for name, a in recurrent.init([0, 1]).items()}
    lines = texts.text(3, [0, 1])
    lines = texts.Lines(lines.ids[..., :9], lines.counted[..., :8])
    noise = recurrent.draw(kind, (8, 2, 3, recurrent.HIDDEN), 0.4, MINE, np.random.default_rng(0))
    return params, lines, noise


def test_without_noise_it_is_the_lstm_of_the_exercise():
    params, lines, noise = small("no dropout")
    steps = recurrent.forward(params, lines.ids, noise, MINE)
    for r in range(2):
        one = {"Wx": params["Wx"][r], "Wh": params["Wh"][r], "b": params["b"][r, 0]}
        x = np.eye(recurrent.V)[lines.ids[r].T]
        zx, zh = np.ones((3, recurrent.V), bool), np.ones((3, recurrent.HIDDEN), bool)
        want = lstm_forward(x, one, zx, zh, "none", 0.0)
        for step, h in zip(steps, want, strict=True):
            np.testing.assert_allclose(step[0][r], h, atol=1e-12)


def test_one_mask_on_the_state_is_gals():
    params, lines, noise = small("state, one mask")
    kept = noise.state[0] > 0
    assert (noise.state == noise.state[0]).all()
    one = {"Wx": params["Wx"][0], "Wh": params["Wh"][0], "b": params["b"][0, 0]}
    x = np.eye(recurrent.V)[lines.ids[0, :, :8].T] * 0.6  # what 'gal' divides by
    want = lstm_forward(x, one, np.ones((3, recurrent.V), bool), kept[0], "gal", 0.4)
    steps = recurrent.forward(params, lines.ids[..., :8], noise, MINE)
    np.testing.assert_allclose(steps[-1][0][0], want[-1], atol=1e-6)


@pytest.mark.parametrize("kind", recurrent.KINDS)
def test_gradients_are_finite_differences(kind):
    params, lines, noise = small(kind)
    _, grads = recurrent.loss_grads(params, lines, noise, MINE)
    rng, step = np.random.default_rng(1), 1e-5
    for name, grad in grads.items():
        places = [tuple(rng.integers(0, n) for n in grad.shape) for _ in range(3)]
        if name == "Wx":
            places = [(1, lines.ids[1, 0, t], 5) for t in range(3)]
        for at in places:
            ends = []
            for sign in (1, -1):
                moved = {n: a.copy() for n, a in params.items()}
                moved[name][at] += sign * step
                ends.append(recurrent.loss_grads(moved, lines, noise, MINE)[0][at[0]])
            assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(grad[at], abs=1e-7)


def test_a_line_agrees_and_its_entropy_is_that_of_the_choices():
    rng = np.random.default_rng(0)
    for _ in range(50):
        line = texts.line_of_text(rng)
        assert len(line) < texts.LENGTH
        assert line.endswith("\n")
        verb = next(w for w in line.split() if w.rstrip("s") in texts.VERBS)
        subject = line.split(verb)[0].split()[-1]
        assert subject.endswith("s") != verb.endswith("s")
    # 6 nouns with one of 5 adjectives or none, of unequal probability; 2 numbers, 4 verbs.
    phrase = [1 / 12] * 6 + [1 / 48] * 24
    entropy = -sum(p * math.log(p) for p in phrase)
    assert 2 * entropy + math.log(8) == pytest.approx(texts.NATS_A_LINE)


def test_recall_counts_the_last_letter_alone():
    lines = texts.recall(3, 2)
    assert lines.ids.shape == (2, 4, 5)
    assert (lines.ids[..., 0] == lines.ids[..., -1]).all()
    assert lines.counted.sum(-1).tolist() == [[1] * 4] * 2


def test_training_learns_and_repeats():
    lines = texts.recall(1, 2)
    runs = [recurrent.train("zoneout", 0.2, MINE, lines, [3, 4], 60) for _ in range(2)]
    scores = [recurrent.score(params, "zoneout", 0.2, MINE, lines) for params in runs]
    assert (scores[0].nll == scores[1].nll).all()
    assert (scores[0].right == 100).all()
    assert (scores[0].nll < math.log(4) / 2).all()
