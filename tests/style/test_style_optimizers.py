"""The optimisers: how they descend, where they end, and that saved ones go on unchanged."""

import numpy as np
import pytest
from scipy.optimize import fmin_l_bfgs_b

from minidl.style.objective import Point
from minidl.style.optimizers import LBFGS, Adam, GradientDescent, line_search, projected_gradient

SHAPE = (1, 4, 5, 3)


class Problem:
    """A function of pixels with its gradient, counting calls."""

    def __init__(self, f):
        self.f, self.calls = f, 0

    def __call__(self, x):
        self.calls += 1
        value, gradient = self.f(x.ravel())
        return Point(x, float(value), gradient.reshape(x.shape).astype(x.dtype), {})


def bowl(centre, spread=1e4, seed=0):
    """A quadratic with condition number ``spread`` around ``centre``, its axes not the pixels'."""
    rng = np.random.default_rng(seed)
    size = int(np.prod(SHAPE))
    axes = np.linalg.qr(rng.standard_normal((size, size)))[0]
    hessian = axes * np.geomspace(1, spread, size) @ axes.T
    centre = np.broadcast_to(centre, (size,)).astype(float)
    return Problem(lambda x: (0.5 * (x - centre) @ hessian @ (x - centre), hessian @ (x - centre)))


def rosenbrock(x):
    """The banana valley, in units of 100 grey levels; its lowest point is 100 everywhere."""
    z = x / 100
    value = (100 * (z[1:] - z[:-1] ** 2) ** 2 + (1 - z[:-1]) ** 2).sum()
    gradient = np.zeros_like(z)
    gradient[:-1] = -400 * z[:-1] * (z[1:] - z[:-1] ** 2) - 2 * (1 - z[:-1])
    gradient[1:] += 200 * (z[1:] - z[:-1] ** 2)
    return value, gradient / 100


def descend(optimizer, problem, x, steps):
    points = [problem(x)]
    for _ in range(steps):
        points.append(optimizer.step(points[-1], problem))
    return points


def start(seed=0):
    return np.random.default_rng(seed).uniform(20, 235, SHAPE)


def test_lbfgs_finds_the_bottom_of_a_narrow_bowl():
    points = descend(LBFGS(), bowl(100.0, spread=1e3), start(), 200)
    np.testing.assert_allclose(points[-1].pixels, 100, atol=1e-2)


def test_lbfgs_follows_the_banana_valley():
    points = descend(LBFGS(), Problem(rosenbrock), start(), 400)
    np.testing.assert_allclose(points[-1].pixels, 100, atol=0.01)


@pytest.mark.parametrize("centre", [100.0, np.tile([-60.0, 100.0, 300.0], 20)])
def test_lbfgs_is_as_good_as_scipys_at_the_same_number_of_evaluations(centre):
    ours, theirs = bowl(centre, 1e3), bowl(centre, 1e3)
    points = descend(LBFGS(), ours, start(), 60)
    _, value, _ = fmin_l_bfgs_b(
        lambda v: theirs.f(v), start().ravel(), m=10, bounds=[(0, 255)] * 60, maxfun=ours.calls,
        factr=0, pgtol=0,
    )  # fmt: skip
    first = points[0].value
    assert points[-1].value - value < 1e-4 * (first - value)


def test_with_the_lowest_point_out_of_range_lbfgs_ends_at_the_border():
    centre = np.tile([-60.0, 100.0, 300.0], 20)
    points = descend(LBFGS(), bowl(centre, spread=30), start(), 120)
    problem = bowl(centre, spread=30)
    best, value, _ = fmin_l_bfgs_b(problem.f, start().ravel(), bounds=[(0, 255)] * 60, maxfun=5000)
    assert points[-1].value == pytest.approx(value, rel=1e-5)
    np.testing.assert_allclose(points[-1].pixels.ravel(), best, atol=0.1)


@pytest.mark.parametrize("optimizer", [LBFGS, GradientDescent, Adam])
def test_pixels_stay_in_range_and_points_carry_their_own_values(optimizer):
    problem = bowl(np.tile([-300.0, 100.0, 600.0], 20), spread=10)
    for point in descend(optimizer(), problem, start(), 30):
        assert point.pixels.min() >= 0 and point.pixels.max() <= 255
        assert problem(point.pixels).value == point.value


@pytest.mark.parametrize("optimizer", [LBFGS, GradientDescent])
def test_a_search_never_goes_up(optimizer):
    values = [p.value for p in descend(optimizer(), Problem(rosenbrock), start(), 100)]
    assert (np.diff(values) <= 0).all()


def test_gradient_descent_gets_down_a_bowl():
    points = descend(GradientDescent(), bowl(100.0, spread=10), start(), 150)
    assert points[-1].value < 1e-6 * points[0].value


def test_adam_gets_down_a_bowl():
    points = descend(Adam(lr=8), bowl(100.0, spread=10), start(), 300)
    assert points[-1].value < 1e-4 * points[0].value


@pytest.mark.parametrize("optimizer", [LBFGS, GradientDescent])
@pytest.mark.parametrize("lr", [None, 0.5])
def test_the_first_step_moves_pixels_by_lr_on_average(optimizer, lr):
    first, second = descend(optimizer(lr), bowl(100.0, spread=1.01), start(), 1)
    moved = np.abs(second.pixels - first.pixels).mean()
    assert moved == pytest.approx(4.0 if lr is None else lr, rel=1e-6)


def test_at_the_bottom_there_is_no_lower_point_and_the_same_one_comes_back():
    problem = bowl(100.0)
    here = problem(np.full(SHAPE, 100.0))
    for optimizer in (LBFGS(), GradientDescent()):
        assert optimizer.step(here, problem) is here


def test_a_search_along_a_wrong_gradient_gives_up():
    here = bowl(100.0)(start())
    wrong = Point(here.pixels, here.value, -here.gradient, {})
    there, length = line_search(wrong, here.gradient * 1e-3, bowl(100.0))
    assert there is wrong and length == 0


def test_nan_is_never_a_lower_point():
    def cliff(x):
        return (np.nan if x.max() > 200 else float((x**2).sum())), -np.ones_like(x)

    problem = Problem(cliff)
    here = problem(np.full(SHAPE, 199.0))
    assert LBFGS(lr=50).step(here, problem).value <= here.value


def test_the_projected_gradient_leaves_out_pixels_that_would_go_out_of_range():
    x = np.zeros(SHAPE)
    x[0, 0] = 255
    gradient = np.ones(SHAPE)
    gradient[0, :, 0] = -1
    free = projected_gradient(Point(x, 0.0, gradient, {}))
    assert (free[0, 0, 0] == 0).all() and (free[0, 0, 1:] == 1).all()
    assert (free[0, 1:, 0] == -1).all() and (free[0, 1:, 1:] == 0).all()


@pytest.mark.parametrize("optimizer", [LBFGS, GradientDescent, Adam])
@pytest.mark.parametrize("before", [0, 1, 4, 15])
def test_a_saved_optimiser_goes_on_with_the_same_bits(optimizer, before):
    first = optimizer()
    here = descend(first, Problem(rosenbrock), start().astype(np.float32), before)[-1]
    state = {name: array.copy() for name, array in first.state().items()}
    second = optimizer()
    second.load_state(state)
    there = [here, here]
    for _ in range(5):
        there = [
            o.step(p, Problem(rosenbrock)) for o, p in zip((first, second), there, strict=True)
        ]
    np.testing.assert_array_equal(there[0].pixels, there[1].pixels)


@pytest.mark.parametrize("optimizer", [LBFGS, GradientDescent, Adam])
def test_steps_change_no_array_in_place(optimizer):
    problem, o = bowl(100.0), optimizer()
    here = problem(start())
    for _ in range(4):
        here.pixels.flags.writeable = here.gradient.flags.writeable = False
        here = o.step(here, problem)
