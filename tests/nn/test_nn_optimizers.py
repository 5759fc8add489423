"""Optimisers: three steps by hand, by formula, their state, and their refusals."""

import numpy as np
import pytest

from minidl import nn

START = np.array([1.0, -2.0, 3.0])
GRADIENTS = np.array([[0.5, -1.0, 2.0], [0.25, 1.0, -4.0], [0.0, 3.0, 1.0]])


def parameter(dtype=np.float64) -> nn.Parameter:
    return nn.Parameter(START.astype(dtype))


def run(make, gradients=GRADIENTS, **settings) -> list[np.ndarray]:
    """Return the parameter after each of the steps with these gradients."""
    p = parameter()
    optimizer = make({"p": p}, **settings)
    seen = []
    for g in gradients:
        p.add_gradient(g.copy())
        optimizer.step()
        assert (p.grad == 0).all(), "a step clears the gradients"
        seen.append(p.value.copy())
    return seen


# -- formulas, written again in their plainest form ----------------------------------------------


def gradient_descent(theta, g, t, m, lr=0.1):
    return theta - lr * g


def momentum(theta, g, t, m, lr=0.1, beta=0.9):
    m["v"] = beta * m.get("v", 0) + g
    return theta - lr * m["v"]


def rmsprop(theta, g, t, m, lr=0.1, beta=0.9, epsilon=1e-8):
    m["s"] = beta * m.get("s", 0) + (1 - beta) * g**2
    return theta - lr * g / (np.sqrt(m["s"]) + epsilon)


def adam(theta, g, t, m, lr=0.1, beta1=0.9, beta2=0.999, epsilon=1e-8):
    m["m"] = beta1 * m.get("m", 0) + (1 - beta1) * g
    m["s"] = beta2 * m.get("s", 0) + (1 - beta2) * g**2
    m_hat, s_hat = m["m"] / (1 - beta1**t), m["s"] / (1 - beta2**t)
    return theta - lr * m_hat / (np.sqrt(s_hat) + epsilon)


KINDS = [
    (nn.GradientDescent, gradient_descent, {}),
    (nn.Momentum, momentum, {}),
    (nn.Momentum, momentum, {"beta": 0.5}),
    (nn.RMSProp, rmsprop, {}),
    (nn.RMSProp, rmsprop, {"beta": 0.99, "epsilon": 1e-3}),
    (nn.Adam, adam, {}),
    (nn.Adam, adam, {"beta1": 0.8, "beta2": 0.9, "epsilon": 1e-4}),
]
KIND = pytest.mark.parametrize(
    ("make", "formula", "settings"), KINDS, ids=lambda v: getattr(v, "__name__", str(v))
)
MAKE = pytest.mark.parametrize("make", (nn.GradientDescent, nn.Momentum, nn.RMSProp, nn.Adam))


@KIND
def test_steps_follow_the_formula(make, formula, settings):
    theta, memory = START, {}
    got = run(make, lr=0.1, **settings)
    for t, (g, value) in enumerate(zip(GRADIENTS, got, strict=True), start=1):
        theta = formula(theta, g, t, memory, **settings)
        assert value == pytest.approx(theta, rel=1e-13)


def test_three_steps_by_hand():
    """One number, θ = 1, gradients 2, 2, −1, rate ½."""

    def path(make, **settings):
        p = nn.Parameter(np.array([1.0]))
        optimizer = make({"p": p}, lr=0.5, **settings)
        seen = []
        for g in (2.0, 2.0, -1.0):
            p.add_gradient(np.array([g]))
            optimizer.step()
            seen.append(p.value.item())
        return seen

    assert path(nn.GradientDescent) == [0, -1, -0.5]
    assert path(nn.Momentum, beta=0.5) == [0, -1.5, -1.75]  # v = 2, 3, 0.5
    s = [2.0, 3.0, 2.0]  # s = ½·s + ½·g²
    want = [1 - 1 / s[0] ** 0.5]
    want.append(want[0] - 1 / s[1] ** 0.5)
    want.append(want[1] + 0.5 / s[2] ** 0.5)
    assert path(nn.RMSProp, beta=0.5) == pytest.approx(want, rel=1e-7)
    # m/(1−β₁ᵗ): 2, 2, (0.5·1.5 − 0.5)/0.875;  s/(1−β₂ᵗ): 4, 4, (0.5·3 + 0.5)/0.875
    want = [0.5, 0, 0 - 0.5 * (0.25 / 0.875) / (2 / 0.875) ** 0.5]
    assert path(nn.Adam, beta1=0.5, beta2=0.5) == pytest.approx(want, abs=1e-7)


@KIND
def test_weight_decay_shrinks_beside_the_step(make, formula, settings):
    """θ := (1 − lr·λ)·θ − lr·direction; the decay never enters the direction."""
    theta, memory = START, {}
    got = run(make, lr=0.1, weight_decay=0.3, **settings)
    for t, (g, value) in enumerate(zip(GRADIENTS, got, strict=True), start=1):
        theta = formula(theta, g, t, memory, **settings) - 0.1 * 0.3 * theta
        assert value == pytest.approx(theta, rel=1e-12)


@MAKE
@pytest.mark.parametrize("dtype", (np.float32, np.float64))
def test_values_and_memory_keep_their_dtype_and_place(make, dtype):
    p = parameter(dtype)
    place = p.value
    optimizer = make({"p": p}, lr=0.1, weight_decay=0.1)
    for g in GRADIENTS:
        p.add_gradient(g.astype(dtype))
        optimizer.step()
    assert p.value is place
    assert p.value.dtype == dtype
    assert all(
        v.dtype == dtype for k, v in optimizer.state().items() if not k.endswith(("age", "steps"))
    )


@MAKE
def test_float32_follows_float64(make):
    narrow, wide = parameter(np.float32), parameter()
    pair = [make({"p": p}, lr=0.01) for p in (narrow, wide)]
    for g in np.random.default_rng(0).standard_normal((50, 3)):
        narrow.add_gradient(g.astype(np.float32))
        wide.add_gradient(g.astype(np.float32).astype(np.float64))
        for optimizer in pair:
            optimizer.step()
    assert np.abs(narrow.value - wide.value).max() < 1e-5


@MAKE
def test_a_saved_state_goes_on_with_the_same_bits(make, tmp_path):
    gradients = np.random.default_rng(0).standard_normal((8, 3))

    def steps(p, optimizer, rows):
        for g in rows:
            p.add_gradient(g.copy())
            optimizer.step()

    schedule = nn.cosine(0.1, 8, warmup=2)
    whole = parameter()
    steps(whole, make({"p": whole}, lr=schedule, weight_decay=0.01), gradients)
    half = parameter()
    optimizer = make({"p": half}, lr=schedule, weight_decay=0.01)
    steps(half, optimizer, gradients[:3])
    nn.write_arrays(tmp_path / "state.npz", optimizer.state())
    rest = nn.Parameter(half.value.copy())
    again = make({"p": rest}, lr=schedule, weight_decay=0.01)
    again.load_state(nn.read_arrays(tmp_path / "state.npz"))
    assert again.steps == 3
    steps(rest, again, gradients[3:])
    assert rest.value.tobytes() == whole.value.tobytes()


@MAKE
def test_a_state_that_was_taken_over_is_a_copy(make):
    first, second = make({"p": parameter()}), make({"p": parameter()})
    for optimizer in (first, second):
        optimizer.parameters["p"].add_gradient(np.ones(3))
        optimizer.step()
    second.load_state(first.state())
    kept = {name: array.tobytes() for name, array in first.state().items()}
    second.parameters["p"].add_gradient(np.ones(3))
    second.step()
    assert {name: array.tobytes() for name, array in first.state().items()} == kept


def test_a_state_of_another_optimiser_is_refused_and_nothing_is_changed():
    def stepped(make, names=("p",), dtype=np.float64, shape=(3,)):
        parameters = {n: nn.Parameter(np.ones(shape, dtype)) for n in names}
        optimizer = make(parameters)
        for p in parameters.values():
            p.add_gradient(np.ones(shape, dtype))
        optimizer.step()
        return optimizer

    adam = stepped(nn.Adam)
    before = {name: array.tobytes() for name, array in adam.state().items()}
    for other, words in (
        (stepped(nn.GradientDescent), "lacks the array 'p/mean'"),
        (stepped(nn.RMSProp), "lacks the array 'p/mean'"),
        (stepped(nn.Momentum), "lacks the array 'p/mean'"),
        (stepped(nn.Adam, ("q",)), "holds 'q/age', which has no place here"),
        (stepped(nn.Adam, shape=(4,)), "'p/mean' is float64 (4,), float64 (3,) is needed"),
        (stepped(nn.Adam, dtype=np.float32), "'p/mean' is float32 (3,), float64 (3,) is needed"),
    ):
        with pytest.raises(ValueError) as caught:
            adam.load_state(other.state())
        assert words in str(caught.value)
    for state in (
        {},
        {"steps": np.array(-1)},
        {"steps": np.array(1.5)},
        adam.state() | {"p/age": np.array(-1)},
    ):
        with pytest.raises(ValueError, match="the optimiser's state"):
            adam.load_state(state)
    with pytest.raises(ValueError, match="holds 'p/mean'"):
        stepped(nn.GradientDescent).load_state(adam.state())
    assert {name: array.tobytes() for name, array in adam.state().items()} == before


def test_a_parameter_that_thaws_late_begins_like_a_new_one():
    """Adam corrects for having begun at zero from the parameter's own first step on."""
    early, late = parameter(), parameter()
    late.freeze()
    optimizer = nn.Adam({"early": early, "late": late}, 0.1)
    for _ in range(50):
        early.add_gradient(np.ones(3))
        optimizer.step()
    assert (late.value == START).all()
    late.unfreeze()
    late.add_gradient(np.ones(3))
    optimizer.step()
    assert late.value == pytest.approx(START - 0.1, rel=1e-6)
    fresh = nn.Adam({"early": parameter(), "late": parameter()}, 0.1)
    fresh.load_state(optimizer.state())
    assert fresh.state()["late/age"] == 1


def test_a_parameter_given_under_two_names_takes_one_step():
    p = parameter()
    optimizer = nn.GradientDescent({"one/w": p, "two/w": p}, 1.0, weight_decay=0.5)
    p.add_gradient(np.ones(3))
    optimizer.step()
    assert p.value == pytest.approx(0.5 * START - 1)


# -- schedules -----------------------------------------------------------------------------------


def test_a_schedule_is_asked_with_the_number_of_steps_done():
    asked = []
    p = parameter()
    optimizer = nn.GradientDescent({"p": p}, lambda step: asked.append(step) or 0.1 * (step + 1))
    for _ in range(3):
        p.add_gradient(np.ones(3))
        optimizer.step()
    assert asked == [0, 1, 2]
    assert p.value == pytest.approx(START - 0.1 - 0.2 - 0.3)


def test_cosine_rises_then_falls_then_stays():
    rate = nn.cosine(1.0, 10, warmup=4, final=0.2)
    got = [rate(step) for step in range(14)]
    assert got[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert got[7] == pytest.approx(0.6)
    assert got[10:] == pytest.approx([0.2] * 4)
    assert (np.diff(got[4:11]) < 0).all()
    assert nn.cosine(1.0, 10)(0) == 1


# -- refusals ------------------------------------------------------------------------------------

NAN, INF = np.nan, np.inf
P = {"p": nn.Parameter(np.ones(2))}
REFUSED = [
    (lambda: nn.Adam([P["p"]]), TypeError, "parameters must be a network's .parameters, got list"),
    (lambda: nn.Adam(nn.Sequential([nn.ReLU()], input_shape=(2,))), TypeError, "got Sequential"),
    (lambda: nn.Adam({"p": np.ones(2)}), TypeError, "'p' must be a Parameter, got ndarray"),
    (lambda: nn.Adam({}), ValueError, "there are no parameters to train"),
    (
        lambda: nn.Adam(nn.Sequential([nn.ReLU()], input_shape=(2,)).parameters),
        ValueError,
        "no parameters",
    ),
    (lambda: nn.Adam(P, -1e-3), ValueError, "lr must be a number in [0, inf), got -0.001"),
    (lambda: nn.Adam(P, NAN), ValueError, "lr must be a number in [0, inf), got nan"),
    (lambda: nn.Adam(P, INF), ValueError, "lr must be a number in [0, inf), got inf"),
    (lambda: nn.Adam(P, "0.1"), ValueError, "lr must be a number in [0, inf), got '0.1'"),
    (lambda: nn.Adam(P, None), ValueError, "lr must be a number in [0, inf), got None"),
    (
        lambda: nn.Adam(P, lambda step: NAN).step(),
        ValueError,
        "lr must be a number in [0, inf), got nan",
    ),
    (lambda: nn.Adam(P, lambda step: None).step(), ValueError, "lr must be a number"),
    (lambda: nn.Adam(P, beta1=1), ValueError, "beta1 must be a number in [0, 1), got 1"),
    (lambda: nn.Adam(P, beta2=NAN), ValueError, "beta2 must be a number in [0, 1)"),
    (lambda: nn.Adam(P, epsilon=0), ValueError, "epsilon must be a number in"),
    (lambda: nn.Adam(P, epsilon=NAN), ValueError, "epsilon must be a number in"),
    (lambda: nn.RMSProp(P, epsilon=-1), ValueError, "epsilon must be a number in"),
    (lambda: nn.RMSProp(P, beta=1.5), ValueError, "beta must be a number in [0, 1)"),
    (lambda: nn.Momentum(P, beta=-0.1), ValueError, "beta must be a number in [0, 1)"),
    (
        lambda: nn.Momentum(P, weight_decay=-1),
        ValueError,
        "weight_decay must be a number in [0, inf)",
    ),
    (lambda: nn.GradientDescent(P, weight_decay=NAN), ValueError, "weight_decay must be a number"),
    (lambda: nn.cosine(0.1, 0), ValueError, "steps must be at least 1, got 0"),
    (
        lambda: nn.cosine(0.1, 5, warmup=5),
        ValueError,
        "warmup must be less than steps",
    ),
    (lambda: nn.cosine(0.1, 5.0), TypeError, "steps must be an int of 1 or more, got 5.0"),
    (lambda: nn.cosine(NAN, 5), ValueError, "lr must be a number in [0, inf)"),
    (lambda: nn.cosine(0.1, 5, final=-1), ValueError, "final must be a number in [0, inf)"),
    (
        lambda: P["p"].add_gradient(np.ones(3)),
        ValueError,
        "a gradient must be float64 (2,) like its parameter",
    ),
    (lambda: P["p"].add_gradient(np.ones(2, "f4")), ValueError, "got float32 (2,)"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[2])
def test_is_refused_in_words(case):
    call, kind, words = case
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    assert words in str(caught.value)
