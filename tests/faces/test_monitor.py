import numpy as np
import pytest

from minidl.faces import Monitor, squared_distances

LABELS = np.array([0, 0, 1, 1])


def test_numbers_of_a_batch():
    monitor = Monitor(0.2)
    f = np.array([[0.0], [1.0], [3.0], [5.0]])
    monitor.add(0.1, 0.25, squared_distances(f), LABELS)
    got = {name: values[0] for name, values in monitor.curves.items()}
    pairs = [1, 4, 9, 25, 4, 16]
    assert got["near"] == pytest.approx((1 + 4) / 2)
    assert got["far"] == pytest.approx((9 + 25 + 4 + 16) / 4)
    assert got["spread"] == pytest.approx(np.std(pairs))
    assert (got["loss"], got["active"]) == (0.1, 0.25)


def test_collapse_is_seen_and_learning_is_not_mistaken_for_it():
    for margin in (0.2, 0.0):
        monitor = Monitor(margin)
        assert not monitor.collapsed
        monitor.add(0.0, 1.0, squared_distances(np.eye(4)), LABELS)
        assert not monitor.collapsed
        monitor.add(margin, 1.0, squared_distances(np.ones((4, 3)) + 0.01 * np.eye(4, 3)), LABELS)
        assert monitor.collapsed


def test_an_epochs_means_are_those_since_the_last_time():
    monitor, d = Monitor(0.2), squared_distances(np.eye(4))
    for active in (0.2, 0.4):
        monitor.add(0.0, active, d, LABELS)
    assert monitor.epoch()["active"] == pytest.approx(0.3)
    monitor.add(0.0, 0.9, d, LABELS)
    assert monitor.epoch()["active"] == pytest.approx(0.9)


def test_a_watcher_sees_every_batch():
    seen = []
    monitor = Monitor(0.2, watch=lambda: seen.append(len(monitor.curves["loss"])))
    for _ in range(3):
        monitor.add(0.0, 0.5, squared_distances(np.eye(4)), LABELS)
    assert seen == [1, 2, 3]
