import numpy as np
import pytest

from minidl.faces import identification_rates

LABELS = np.repeat(np.arange(12), 3)


def test_perfect_encodings_are_always_right():
    rates = identification_rates(np.eye(12)[LABELS], LABELS, [1, 5, 12], probes=50)
    assert rates.tolist() == [1, 1, 1]


def test_nobody_is_compared_with_their_own_enrolment_picture():
    # every picture is its own best match by far, and of no use for any other picture
    rates = identification_rates(np.eye(36), LABELS, [12], probes=300)
    assert rates[0] < 0.25  # with the enrolment picture it would be 1; by chance 1 in 12


def test_it_becomes_harder_with_more_people():
    rng = np.random.default_rng(0)
    people = rng.standard_normal((12, 4))[LABELS]
    noisy = people + 0.9 * rng.standard_normal((36, 4))
    rates = identification_rates(noisy, LABELS, [2, 12], probes=600)
    assert rates[0] > rates[1] + 0.1


def test_two_people_by_hand():
    """A probe that is nearer to the other person in two of four draws."""
    encodings = np.array([[0.0], [1.0], [1.9], [3.0]])
    rates = identification_rates(encodings, np.array([0, 0, 1, 1]), [2], probes=4000)
    wrong = 0
    for a, b in ((0, 1), (1, 0)):  # enrolled, probe of the first
        for c, d in ((2, 3), (3, 2)):
            wrong += abs(encodings[b, 0] - encodings[c, 0]) < abs(encodings[b, 0] - encodings[a, 0])
            wrong += abs(encodings[d, 0] - encodings[a, 0]) < abs(encodings[d, 0] - encodings[c, 0])
    assert 0 < wrong < 8
    assert rates[0] == pytest.approx(1 - wrong / 8, abs=0.03)


def test_people_with_one_picture_do_not_count():
    with pytest.raises(ValueError, match="sizes must be 1 … 2, as many people"):
        identification_rates(np.eye(5), np.array([0, 0, 1, 1, 2]), [3])
