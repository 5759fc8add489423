"""The gradient check itself: it passes what is right, and names what is wrong."""

import numpy as np
import pytest

from minidl import nn

X = np.random.default_rng(0).standard_normal((3, 4))


def cubes(x):
    return (x**3).sum()


@pytest.mark.parametrize("how", ({}, {"elements": 5}, {"directions": 3}))
@pytest.mark.parametrize("scale", (1e-9, 1.0, 1e9))
def test_a_right_gradient_passes_at_any_scale(how, scale):
    report = nn.gradient_check(lambda x: scale * cubes(x), X, scale * 3 * X**2, **how)
    assert report.passed is True
    assert bool(report)
    assert report.error < 1e-7
    assert report.checked == {"elements": 5, "directions": 3}.get(next(iter(how), ""), X.size)


@pytest.mark.parametrize("how", ({}, {"directions": 3}))
@pytest.mark.parametrize("scale", (1e-9, 1.0, 1e9))
@pytest.mark.parametrize(
    "wrong",
    (
        lambda g: 1.00001 * g,
        lambda g: -g,
        lambda g: 0 * g,
        lambda g: g + np.roll(g, 1),
        lambda g: g / 2,
    ),
)
def test_a_wrong_gradient_fails_at_any_scale(how, scale, wrong):
    gradient = wrong(scale * 3 * X**2)
    assert not nn.gradient_check(lambda x: scale * cubes(x), X, gradient, **how)


def test_one_wrong_element_is_found_and_named():
    gradient = 3 * X**2
    gradient[1, 2] += 1e-4
    report = nn.gradient_check(cubes, X, gradient, name="w")
    assert not report
    assert report.index == (1, 2)
    assert report.got == gradient[1, 2]
    assert report.expected == pytest.approx(3 * X[1, 2] ** 2, abs=1e-8)
    text = str(report)
    assert text.startswith("FAIL: gradient for w, 12 checked, worst relative error")
    assert f"at w[1, 2]: expected {report.expected:.6g}, got {report.got:.6g}" in text
    report = nn.gradient_check(cubes, X, gradient, directions=2)
    assert not report
    assert report.index is None
    assert "at a random direction" in str(report)


@pytest.mark.parametrize("value", (np.nan, np.inf, -np.inf))
@pytest.mark.parametrize("how", ({}, {"directions": 2}))
def test_a_gradient_that_is_not_finite_fails_and_is_named(value, how):
    gradient = 3 * X**2
    gradient[2, 1] = value
    with np.errstate(invalid="ignore"):
        report = nn.gradient_check(cubes, X, gradient, **how)
    assert not report
    assert report.error == np.inf
    assert report.index == (None if how else (2, 1))


def test_a_function_that_is_not_finite_fails():
    with np.errstate(invalid="ignore", divide="ignore"):
        assert not nn.gradient_check(lambda x: np.log(-np.abs(x)).sum(), X, X)


def test_a_gradient_that_is_exactly_zero_passes_in_spite_of_rounding():
    """Batch norm takes out what a bias adds: its gradient is 0, differences show rounding alone."""
    layers = [nn.Conv2D(3, 2), nn.BatchNorm(), nn.ReLU(), nn.Flatten(), nn.Dense(4)]
    net = nn.Sequential(layers, input_shape=(5, 5, 2), dtype=np.float64).train()
    x, labels = np.random.default_rng(0).standard_normal((6, 5, 5, 2)), np.arange(6) % 4
    b = net.parameters["conv1/b"]

    def loss(value):
        b.value = value
        return nn.softmax_cross_entropy(net.forward(x), labels)[0]

    _, dlogits = nn.softmax_cross_entropy(net.forward(x), labels)
    net.backward(dlogits)
    assert np.abs(b.grad).max() < 1e-15
    assert nn.gradient_check(loss, b.value, b.grad)
    assert not nn.gradient_check(loss, b.value, b.grad + 1e-8)


def test_nothing_to_check_passes_and_says_so():
    report = nn.gradient_check(cubes, np.zeros((0, 3)), np.zeros((0, 3)))
    assert report
    assert report.checked == 0


def test_the_same_seed_checks_the_same_elements():
    seen = []

    def f(x):
        seen.append(tuple(np.flatnonzero(x != X)))
        return cubes(x)

    for seed in (1, 1, 2):
        nn.gradient_check(f, X, 3 * X**2, elements=4, seed=seed)
    assert seen[:8] == seen[8:16]
    assert seen[8:16] != seen[16:]


def test_x_and_the_gradient_are_left_alone():
    x, gradient = X.copy(), 3 * X**2
    before = x.tobytes(), gradient.tobytes()
    nn.gradient_check(cubes, x, gradient)
    assert (x.tobytes(), gradient.tobytes()) == before


BAD = [
    (lambda: nn.gradient_check(cubes, X.astype("f4"), X), TypeError, "x must be a float64 array"),
    (
        lambda: nn.gradient_check(cubes, X, X.tolist()),
        TypeError,
        "gradient must be a float64 array",
    ),
    (
        lambda: nn.gradient_check(cubes, X, X[0]),
        ValueError,
        "the gradient must have x's shape (3, 4)",
    ),
    (
        lambda: nn.gradient_check(lambda x: x**2, X, X),
        TypeError,
        "f must return a number, got ndarray",
    ),
    (
        lambda: nn.gradient_check(lambda x: (1.0, x), X, X),
        TypeError,
        "got tuple: return the loss alone",
    ),
    (
        lambda: nn.gradient_check(lambda x: None, X, X),
        TypeError,
        "f must return a number, got NoneType",
    ),
    (lambda: nn.gradient_check(cubes, X, X, elements=0), ValueError, "elements must be at least 1"),
    (
        lambda: nn.gradient_check(cubes, X, X, directions=-1),
        ValueError,
        "directions must be at least 0",
    ),
    (lambda: nn.gradient_check(cubes, X, X, step=0), ValueError, "step must be a number in (0, 1]"),
    (
        lambda: nn.gradient_check(cubes, X, X, tolerance=np.nan),
        ValueError,
        "tolerance must be a number",
    ),
]


@pytest.mark.parametrize(("call", "kind", "words"), BAD)
def test_wrong_arguments(call, kind, words):
    with pytest.raises(kind) as caught:
        call()
    assert words in str(caught.value)
