import numpy as np
import pytest

from minidl.faces import dyadic_variance, interval, interval_by_people


def pairs_of(people, count, rng):
    """Pairs of two people drawn at random, each person in many of them."""
    first = rng.integers(0, people, count)
    return first, (first + rng.integers(1, people, count)) % people


def measured(seed, spread, people=150, count=2000):
    """Pairs of new people, of whom some are easily confused; which are wrong, about 1 in 10.

    spread: how much people differ; with 0, errors are independent of each other
    """
    rng = np.random.default_rng(seed)
    first, second = pairs_of(people, count, rng)
    ease = spread * rng.standard_normal(people) - 1.15 * (1 + spread**2) ** 0.5 * 2**-0.5
    wrong = ease[first] + ease[second] + rng.standard_normal(count) * 2**0.5 > 0
    return wrong, first, second


def test_it_is_the_sum_over_all_pairs_that_share_a_person():
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 6, (2, 40))  # couples in both orders, and pairs of one person
    values = rng.standard_normal(40)
    e = values - values.mean()
    total = sum(
        e[p] * e[q]
        for p in range(40)
        for q in range(40)
        if {first[p], second[p]} & {first[q], second[q]}
    )
    assert total > 0 and dyadic_variance(values, first, second) == pytest.approx(total / 40**2)
    assert dyadic_variance(values, second, first) == dyadic_variance(values, first, second)


@pytest.mark.parametrize("spread", [0, 0.7])
def test_it_is_the_variance_over_other_people(spread):
    """Estimated from one group of people, and known from many groups."""
    runs = [measured(seed, spread) for seed in range(600)]
    true = np.var([wrong.mean() for wrong, _, _ in runs])
    estimates = [dyadic_variance(*run) for run in runs[:200]]
    assert 0.8 < np.mean(estimates) / true < 1.25
    by_pairs = np.mean([wrong.var() / len(wrong) for wrong, _, _ in runs])
    assert true > 2 * by_pairs if spread else 0.8 < true / by_pairs < 1.25


@pytest.mark.parametrize("spread", [0, 0.7])
def test_it_covers_the_true_rate_as_often_as_it_says(spread):
    """The interval over pairs does so only where errors are independent."""
    runs = [measured(seed, spread) for seed in range(600)]
    rate = np.mean([wrong.mean() for wrong, _, _ in runs])
    ends = np.array([interval_by_people(*run) for run in runs[:300]])
    inside = np.mean((ends[:, 0] <= rate) & (rate <= ends[:, 1]))
    assert 0.9 <= inside <= 0.985
    ends = np.array([interval(int(wrong.sum()), len(wrong)) for wrong, _, _ in runs[:300]])
    inside_pairs = np.mean((ends[:, 0] <= rate) & (rate <= ends[:, 1]))
    assert inside_pairs < 0.85 if spread else inside_pairs > 0.9


def test_it_covers_the_rate_of_single_people_too():
    """Pairs of one person each: people differ in how often they are wrong."""
    rng, inside, inside_pairs = np.random.default_rng(2), 0, 0
    people = np.repeat(np.arange(80), 15)
    for _ in range(300):
        rate = rng.beta(0.5, 2, 80)  # mean 0.2
        wrong = rng.random(1200) < rate[people]
        low, high = interval_by_people(wrong, people, people)
        inside += low <= 0.2 <= high
        low, high = interval(int(wrong.sum()), 1200)
        inside_pairs += low <= 0.2 <= high
    assert 0.89 <= inside / 300 <= 0.985 and inside_pairs / 300 < 0.75


def test_errors_thrown_at_random_are_as_uncertain_as_pairs():
    """No wider for the people in them, if the errors have nothing to do with people."""
    rng = np.random.default_rng(1)
    first, second = pairs_of(200, 3000, rng)
    low, high = interval(30, 3000)
    for _ in range(10):
        thrown = rng.permutation(np.arange(3000) < 30)
        assert 0.7 < np.ptp(interval_by_people(thrown, first, second)) / (high - low) < 1.2


def test_pairs_of_their_own_people_are_independent():
    """Then it agrees with the exact interval for independent trials."""
    people, wrong = np.arange(400), np.arange(400) < 80
    exact = interval(80, 400)
    for second in (people, people + 400):
        assert interval_by_people(wrong, people, second) == pytest.approx(exact, abs=5e-3)


def test_errors_that_gather_on_few_people_widen_it():
    rng = np.random.default_rng(1)
    first = np.repeat(np.arange(100), 20)
    second = (first + rng.integers(1, 100, len(first))) % 100
    gathered = first < 5  # five people of a hundred make all the errors
    spread = rng.permutation(gathered)
    widths = [np.ptp(interval_by_people(w, first, second)) for w in (gathered, spread)]
    assert widths[0] > 2 * widths[1]


def test_it_surrounds_the_mean_narrows_with_confidence_and_stays_within_what_is_averaged():
    rng = np.random.default_rng(0)
    first, second = pairs_of(60, 1200, rng)
    wrong = rng.random(1200) < 0.2
    wide = interval_by_people(wrong, first, second, confidence=0.99)
    narrow = interval_by_people(wrong, first, second, confidence=0.5)
    assert wide[0] < narrow[0] < wrong.mean() < narrow[1] < wide[1]
    assert interval_by_people(np.arange(1200) < 1, first, second)[0] == 0
    assert interval_by_people(-1.0 * wrong, first, second) == pytest.approx(
        tuple(-end for end in reversed(interval_by_people(wrong, first, second)))
    )


def test_names_do_for_labels_and_faults_are_told():
    names = np.array(["ada", "bo", "cy", "ada"])
    wrong = np.array([1, 0, 1, 0])
    numbers = np.array([0, 1, 2, 0])
    ends = interval_by_people(wrong, names, names[[0, 1, 2, 1]])
    assert ends == interval_by_people(wrong, numbers, numbers[[0, 1, 2, 1]])
    with pytest.raises(ValueError, match="labels must be 4"):
        interval_by_people(wrong, names[:3], names)
    with pytest.raises(ValueError, match="confidence"):
        interval_by_people(wrong, names, names, confidence=1)
