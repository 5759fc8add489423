"""Losses: values by hand and from SciPy, gradients by differences, and no overflow anywhere."""

import numpy as np
import pytest
from scipy import special, stats

from minidl import nn

RNG = np.random.default_rng(0)
A, P, N = RNG.standard_normal((3, 6, 5))
LOGITS = RNG.standard_normal((6, 4))
LABELS = np.array([0, 3, 1, 1, 2, 0])
SOFT = special.softmax(RNG.standard_normal((6, 4)), axis=1)
TARGETS = np.array([0.0, 1, 0.3, 1, 0, 0.9])
SAME = np.array([1, 0, 0, 1, 0, 1])


def check(loss, *arrays):
    """Hold the gradients for all arrays against differences."""
    value, gradients = loss(*arrays)
    assert type(value) is float
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    assert len(gradients) == len(arrays)
    for i, (array, gradient) in enumerate(zip(arrays, gradients, strict=True)):

        def f(changed, i=i):
            return loss(*arrays[:i], changed, *arrays[i + 1 :])[0]

        report = nn.gradient_check(f, array, gradient)
        assert report, str(report)
        assert report.checked == array.size
    before = [a.tobytes() for a in arrays]
    loss(*arrays)
    assert before == [a.tobytes() for a in arrays]
    narrow, small = loss(*(a.astype(np.float32) for a in arrays))
    small = small if isinstance(small, tuple) else (small,)
    assert type(narrow) is float
    assert narrow == pytest.approx(value, rel=1e-5, abs=1e-6)
    for got, want in zip(small, gradients, strict=True):
        assert got.dtype == np.float32
        assert np.abs(got - want).max() < 1e-5
    return value


# -- softmax cross-entropy -----------------------------------------------------------------------


@pytest.mark.parametrize("labels", (LABELS, LABELS.astype(np.uint8), LABELS.tolist()), ids=type)
def test_softmax_cross_entropy(labels):
    value = check(lambda x: nn.softmax_cross_entropy(x, labels), LOGITS)
    want = -special.log_softmax(LOGITS, axis=1)[np.arange(6), LABELS].mean()
    assert value == pytest.approx(want, rel=1e-12)


def test_softmax_cross_entropy_with_probabilities():
    value = check(lambda x: nn.softmax_cross_entropy(x, SOFT), LOGITS)
    entropy = stats.entropy(SOFT, axis=1)
    divergence = stats.entropy(SOFT, special.softmax(LOGITS, axis=1), axis=1)
    assert value == pytest.approx((entropy + divergence).mean(), rel=1e-12)
    hard = np.eye(4)[LABELS]
    assert nn.softmax_cross_entropy(LOGITS, hard)[0] == nn.softmax_cross_entropy(LOGITS, LABELS)[0]


def test_probabilities_that_do_not_add_up_to_1_are_refused():
    soft = SOFT.copy()
    soft[2] /= 2
    with pytest.raises(ValueError, match=r"must add up to 1 .*got 0.5 for example 2"):
        nn.softmax_cross_entropy(LOGITS, soft)


def test_softmax_cross_entropy_of_equal_scores_is_log_k():
    value, gradient = nn.softmax_cross_entropy(np.zeros((3, 10)), np.array([0, 4, 9]))
    assert value == pytest.approx(np.log(10), rel=1e-14)
    assert gradient.sum(axis=1) == pytest.approx([0, 0, 0], abs=1e-16)


@pytest.mark.parametrize("dtype", (np.float32, np.float64))
@pytest.mark.parametrize("big", (1e3, 1e30, 3e38))
def test_softmax_cross_entropy_of_huge_scores(dtype, big):
    logits = np.array([[big, 0, -big], [0, 0, big]], dtype)
    with np.errstate(all="raise", under="ignore"):
        value, gradient = nn.softmax_cross_entropy(logits, np.array([0, 2]))
    assert value == 0
    assert (gradient == 0).all()
    value, gradient = nn.softmax_cross_entropy(logits[:, :2], np.array([1, 0]))
    assert value == pytest.approx((float(dtype(big)) + np.log(2)) / 2, rel=1e-6)
    assert gradient.tolist() == [[0.5, -0.5], [-0.25, 0.25]]
    for labels in (np.array([2, 1]), np.eye(3)[[0, 2]]):
        assert not np.isnan(nn.softmax_cross_entropy(logits, labels)[0])


def test_many_classes_cost_no_square():
    import tracemalloc

    logits = np.zeros((2, 50_000), np.float32)
    tracemalloc.start()
    nn.softmax_cross_entropy(logits, np.array([3, 49_999]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * logits.nbytes


# -- binary cross-entropy ------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ((6,), (6, 1), (2, 3)))
def test_binary_cross_entropy(shape):
    logits, targets = LOGITS.ravel()[:6].reshape(shape), TARGETS.reshape(shape)
    value = check(lambda x: nn.binary_cross_entropy(x, targets), logits)
    p = special.expit(logits)
    want = -(special.xlogy(targets, p) + special.xlogy(1 - targets, 1 - p)).mean()
    assert value == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize(
    "targets", ([1, 0, 1], np.array([True, False, True]), np.array([1, 0, 1], np.int8)), ids=type
)
def test_binary_cross_entropy_takes_bools_and_ints(targets):
    x = np.array([2.0, -1, 0.5])
    assert (
        nn.binary_cross_entropy(x, targets)[0]
        == nn.binary_cross_entropy(x, np.array([1.0, 0, 1]))[0]
    )


@pytest.mark.parametrize("dtype", (np.float32, np.float64))
def test_binary_cross_entropy_of_huge_scores(dtype):
    x = np.array([1e4, -1e4, 1e30, -1e30, 3e38, -3e38], dtype)
    with np.errstate(all="raise", under="ignore"):
        value, gradient = nn.binary_cross_entropy(x, (x > 0))
        assert value == 0
        assert (gradient == 0).all()
        value, gradient = nn.binary_cross_entropy(x[:2], x[:2] < 0)
    assert value == 1e4
    assert gradient.tolist() == [0.5, -0.5]


# -- contrastive ---------------------------------------------------------------------------------


@pytest.mark.parametrize("margin", (0.5, 3.0, 10.0))
@pytest.mark.parametrize(
    "same", (SAME, SAME.astype(bool), SAME.tolist(), SAME.astype(float)), ids=type
)
def test_contrastive_loss(margin, same):
    value = check(lambda a, b: nn.contrastive_loss(a, b, same, margin), A, P)
    d = np.sqrt(((A - P) ** 2).sum(axis=1))
    want = np.where(SAME == 1, d**2, np.maximum(margin - d, 0) ** 2).mean() / 2
    assert value == pytest.approx(want, rel=1e-12)


def test_contrastive_loss_at_distance_zero_is_finite_and_pushes_nowhere():
    same = np.array([1, 0])
    with np.errstate(all="raise"):
        value, gradients = nn.contrastive_loss(A[:2], A[:2].copy(), same, 2.0)
    assert value == 0.5 * (0 + 2.0**2) / 2
    assert all((g == 0).all() for g in gradients)
    near = np.full((2, 5), 1e-30, np.float32)
    with np.errstate(all="raise", under="ignore"):
        _, gradients = nn.contrastive_loss(near, 0 * near, same, 2.0)
    assert all(np.isfinite(g).all() for g in gradients)


# -- refusals ------------------------------------------------------------------------------------

F4 = np.float32
NONE = np.zeros((0, 4))
REFUSED = [
    (
        lambda: nn.softmax_cross_entropy(LOGITS.tolist(), LABELS),
        TypeError,
        "logits must be a NumPy array",
    ),
    (
        lambda: nn.softmax_cross_entropy(LOGITS[0], LABELS),
        ValueError,
        "logits must have 2 axes (N, K)",
    ),
    (lambda: nn.softmax_cross_entropy(NONE, []), ValueError, "the mean over an empty batch"),
    (
        lambda: nn.softmax_cross_entropy(LOGITS, LABELS + 1),
        ValueError,
        "labels must lie in 0 … 3",
        "1 … 4",
    ),
    (lambda: nn.softmax_cross_entropy(LOGITS, LABELS - 1), ValueError, "labels must lie in 0 … 3"),
    (
        lambda: nn.softmax_cross_entropy(LOGITS, LABELS[:5]),
        ValueError,
        "labels must be ints of shape (6,)",
    ),
    (
        lambda: nn.softmax_cross_entropy(LOGITS, LABELS[:, None]),
        ValueError,
        "labels must be ints of shape",
    ),
    (
        lambda: nn.softmax_cross_entropy(LOGITS, LABELS.astype(float)),
        ValueError,
        "or probabilities of shape (6, 4)",
    ),
    (lambda: nn.softmax_cross_entropy(LOGITS, LABELS > 1), ValueError, "got bool of shape (6,)"),
    (
        lambda: nn.softmax_cross_entropy(LOGITS, None),
        TypeError,
        "labels must be numbers, got object (NoneType)",
    ),
    (lambda: nn.softmax_cross_entropy(LOGITS, list("abcdef")), TypeError, "labels must be numbers"),
    (
        lambda: nn.softmax_cross_entropy(LOGITS, SOFT - 1),
        ValueError,
        "probabilities must lie in [0, 1]",
    ),
    (
        lambda: nn.softmax_cross_entropy(LOGITS, SOFT * np.nan),
        ValueError,
        "probabilities must lie in [0, 1]",
    ),
    (
        lambda: nn.binary_cross_entropy(LOGITS, SOFT[:5]),
        ValueError,
        "targets must have the logits' shape (6, 4)",
    ),
    (
        lambda: nn.binary_cross_entropy(LOGITS, SOFT + 1),
        ValueError,
        "targets must lie in [0, 1]: 1 for the same",
    ),
    (
        lambda: nn.binary_cross_entropy(LOGITS, SOFT * np.nan),
        ValueError,
        "targets must lie in [0, 1]",
    ),
    (lambda: nn.binary_cross_entropy(LOGITS, None), TypeError, "targets must be numbers"),
    (
        lambda: nn.binary_cross_entropy(NONE, NONE),
        ValueError,
        "empty batch is not defined, got shape (0, 4)",
    ),
    (
        lambda: nn.binary_cross_entropy(LABELS, LABELS),
        TypeError,
        "logits must be float32 or float64, got int64",
    ),
    (lambda: nn.contrastive_loss(A, P[:5], SAME), ValueError, "second must have the shape (6, 5)"),
    (lambda: nn.contrastive_loss(A[0], P[0], SAME), ValueError, "first must have 2 axes (N, D)"),
    (
        lambda: nn.contrastive_loss(A, P, SAME[:5]),
        ValueError,
        "same must have shape (6,) and hold 1",
    ),
    (
        lambda: nn.contrastive_loss(A, P, 2 * SAME - 1),
        ValueError,
        "same must have shape (6,) and hold 1",
        "-1",
    ),
    (lambda: nn.contrastive_loss(A, P, list("yynnyn")), TypeError, "same must be numbers"),
    (
        lambda: nn.contrastive_loss(A, P, SAME, 0),
        ValueError,
        "margin must be a number in (0, inf), got 0",
    ),
    (
        lambda: nn.contrastive_loss(A, P, SAME, -1),
        ValueError,
        "margin must be a number in (0, inf), got -1",
    ),
    (
        lambda: nn.contrastive_loss(A, P, SAME, np.nan),
        ValueError,
        "margin must be a number in (0, inf)",
    ),
    (lambda: nn.contrastive_loss(NONE, NONE, []), ValueError, "the mean over an empty batch"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[2])
def test_is_refused_in_words(case):
    call, kind, *words = case
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    for part in words:
        assert part in str(caught.value)
