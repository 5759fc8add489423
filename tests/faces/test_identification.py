import numpy as np
import pytest

from minidl.faces import identification_rates

LABELS = np.repeat(np.arange(12), 3)


def test_perfect_encodings_are_always_right():
    rates = identification_rates(np.eye(12)[LABELS], LABELS, [1, 5, 12], repeats=4)
    assert rates.shape == (3, 4) and (rates == 1).all()


def test_nobody_is_compared_with_their_own_enrolment_picture():
    # every picture is its own best match by far, and of no use for any other picture
    rates = identification_rates(np.eye(36), LABELS, [12], repeats=30)
    assert rates.mean() < 0.25  # with the enrolment picture it would be 1; by chance 1 in 12


def test_it_becomes_harder_with_more_people():
    rng = np.random.default_rng(0)
    people = rng.standard_normal((12, 4))[LABELS]
    noisy = people + 0.9 * rng.standard_normal((36, 4))
    rates = identification_rates(noisy, LABELS, [2, 12], repeats=60).mean(axis=1)
    assert rates[0] > rates[1] + 0.1


def test_people_with_one_picture_do_not_count():
    with pytest.raises(ValueError, match="2 people with two pictures"):
        identification_rates(np.eye(5), np.array([0, 0, 1, 1, 2]), [3])
