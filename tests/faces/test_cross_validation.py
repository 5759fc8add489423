import numpy as np
import pytest

from minidl.faces import best_threshold, cross_validate


def test_the_threshold_comes_from_the_other_folds():
    rng = np.random.default_rng(0)
    fold, same = np.repeat(np.arange(10), 20), np.tile([1, 0], 100).astype(bool)
    d = rng.normal(np.where(same, 1, 2), 0.5)
    result = cross_validate(d, same, fold)
    for k in range(10):
        mine = fold == k
        tau = best_threshold(d[~mine], same[~mine])
        assert result.thresholds[k] == tau
        assert result.accuracies[k] == np.mean((d[mine] < tau) == same[mine])
    assert result.mean == np.mean(result.accuracies)
    assert result.standard_error == pytest.approx(np.std(result.accuracies, ddof=1) / 10**0.5)
    assert f"{result.mean:.2%}" in str(result) and "10 folds" in str(result)


def test_a_fold_that_contradicts_the_others_is_judged_by_their_threshold():
    same = np.tile([1, 0], 10).astype(bool)
    d = np.where(same, 0.2, 0.8)
    d[:4] += 10  # fold 0 lies elsewhere: its own best threshold would be perfect
    result = cross_validate(d, same, np.repeat([0, 1, 2], [4, 8, 8]))
    assert result.thresholds == pytest.approx([0.5] * 3)
    assert result.accuracies.tolist() == [0.5, 1, 1]


def test_folds_must_be_several_and_fit():
    d, same = np.arange(4.0), np.array([1, 0, 1, 0])
    with pytest.raises(ValueError, match="two"):
        cross_validate(d, same, np.zeros(4))
    with pytest.raises(ValueError, match=r"\(4,\)"):
        cross_validate(d, same, np.zeros(3))
