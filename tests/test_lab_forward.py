"""The helpers of chapter 03's demonstrations."""

from __future__ import annotations

import numpy as np

from dropout_course import lab
from dropout_course.lab import forward


def straight(slope: float, networks: int = 1) -> dict[str, np.ndarray]:
    """Networks whose logits differ by x - slope * y: their boundary is a line through 0."""
    W1 = np.array([[1.0, -1.0], [-slope, slope]], np.float32)
    W2 = np.array([[-1.0, 1.0], [1.0, -1.0]], np.float32)
    one = {"W1": W1, "b1": np.zeros(2, np.float32), "W2": W2, "b2": np.zeros(2, np.float32)}
    return {name: np.stack([w] * networks) for name, w in one.items()}


def test_half_moons_are_shaped_like_digits_and_flip_exactly_what_was_asked():
    data = forward.half_moons([3, 4], n_train=40, flipped=0.15, n_test=10)
    assert data.X_train.shape == (2, 40, 2)
    assert data.X_test.shape == (2, 10, 2)
    assert data.X_train.dtype == np.float32
    assert [(data.y_train != data.y_train_clean)[k].sum() for k in (0, 1)] == [6, 6]
    assert not np.array_equal(data.X_train[0], data.X_train[1])
    again = forward.half_moons([3], n_train=40, flipped=0.15, n_test=10)
    np.testing.assert_array_equal(again.X_train[0], data.X_train[0])


def test_the_moons_can_be_told_apart_only_by_a_curve():
    data = forward.half_moons([0], n_train=400, flipped=0.0)
    for k in (0, 1):  # the upper moon is an arch around (0, 0), the lower one a bowl around (1, ½)
        points = data.X_train[0][data.y_train[0] == k]
        centre = np.array([[0.0, 0.0], [1.0, 0.5]])[k]
        radius = np.linalg.norm(points - centre, axis=1)
        assert abs(radius.mean() - 1) < 0.1


def test_the_length_of_a_vertical_boundary_is_the_height_of_the_window():
    length = forward.boundary_length(straight(0.0, networks=2))
    np.testing.assert_allclose(length, forward.TOP - forward.BOTTOM, atol=2 * forward.STEP)


def test_a_slanted_boundary_counts_longer_by_less_than_root_two():
    length = forward.boundary_length(straight(1.0))[0]
    straight_line = np.sqrt(2) * (forward.TOP - forward.BOTTOM)
    assert straight_line < length < np.sqrt(2) * straight_line + 2 * forward.STEP


def test_boundaries_draws_a_panel_for_each_rate():
    data = forward.half_moons([0, 1], n_train=30, flipped=0.1)
    nets = {0.0: straight(0.0, 2), 0.5: straight(1.0, 2)}
    forward.boundaries(data, nets, "title")
    import matplotlib.pyplot as plt

    figure = plt.gcf()
    assert [ax.get_xlabel() for ax in figure.axes] == ["p = 0", "p = 0.5"]
    assert figure.get_suptitle() == "title"
    plt.close(figure)
    assert lab.error_rate(nets[0.0], data.X_test, data.y_test).shape == (2,)
