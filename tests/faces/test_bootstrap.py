import numpy as np
import pytest

from minidl.faces import interval, interval_by_people


def pairs_of(people, per_person, rng):
    """Pairs of two people, each person in many of them."""
    first = np.repeat(np.arange(people), per_person)
    second = (first + rng.integers(1, people, len(first))) % people
    return first, second


def test_it_surrounds_the_mean_and_narrows_with_confidence():
    rng = np.random.default_rng(0)
    first, second = pairs_of(60, 20, rng)
    wrong = rng.random(len(first)) < 0.2
    wide = interval_by_people(wrong, first, second, confidence=0.99)
    narrow = interval_by_people(wrong, first, second, confidence=0.5)
    assert wide[0] < narrow[0] < wrong.mean() < narrow[1] < wide[1]


def test_pairs_of_their_own_people_are_independent():
    """Then it agrees with the exact interval for independent trials."""
    people = np.arange(400)
    wrong = np.arange(400) < 80
    ends = interval_by_people(wrong, people, people, repeats=4000)
    assert ends == pytest.approx(interval(80, 400), abs=0.006)


def test_errors_that_gather_on_few_people_widen_it():
    rng = np.random.default_rng(1)
    first, second = pairs_of(100, 20, rng)
    gathered = first < 5  # five people of a hundred make all the errors
    spread = rng.permutation(gathered)
    widths = [np.ptp(interval_by_people(w, first, second)) for w in (gathered, spread)]
    assert widths[0] > 2 * widths[1]


def test_it_covers_the_true_rate_as_often_as_it_says():
    """People differ in how often they are wrong; the interval over pairs would be too narrow."""
    rng, inside, inside_pairs = np.random.default_rng(2), 0, 0
    for trial in range(200):
        rate = rng.beta(0.5, 2, 80)  # mean 0.2
        people = np.repeat(np.arange(80), 15)
        wrong = rng.random(1200) < rate[people]
        low, high = interval_by_people(wrong, people, people, repeats=200, seed=trial)
        inside += low <= 0.2 <= high
        low, high = interval(int(wrong.sum()), 1200)
        inside_pairs += low <= 0.2 <= high
    assert 0.88 <= inside / 200 <= 0.99 and inside_pairs / 200 < 0.75


def test_names_do_for_labels_and_faults_are_told():
    names = np.array(["ada", "bo", "cy", "ada"])
    ends = interval_by_people(np.array([1, 0, 1, 0]), names, names[[0, 1, 2, 1]])
    assert 0 <= ends[0] <= ends[1] <= 1
    with pytest.raises(ValueError, match="labels must be 4"):
        interval_by_people(np.array([1, 0, 1, 0]), names[:3], names)
    with pytest.raises(ValueError, match="confidence"):
        interval_by_people(np.array([1, 0, 1, 0]), names, names, confidence=1)
