"""J(G) is the weighted sum of its parts, and its gradient the whole derivative for the pixels."""

import numpy as np
import pytest

from minidl import nn
from minidl.style import Objective, content_cost, mean_gram_matrix, style_cost, total_variation
from tests.style.examples import make_network, picture


def pixels(seed, size=(13, 10)):
    return picture(*size, seed=seed).astype(np.float64)[None] + 0.25


@pytest.fixture
def objective(network64):
    c = network64.trace(pixels(1), ("two",)).activations
    s = network64.trace(pixels(2, (9, 14)), ("one", "two", "three")).activations
    grams = {layer: mean_gram_matrix(a) for layer, a in s.items()}
    lambdas = {"one": 1.0, "two": 0.3, "three": 0.0001}
    return Objective(network64, c, grams, lambdas, alpha=2.0, beta=500.0, tv=0.1)


def test_the_whole_gradient_passes_the_check_element_by_element(objective):
    g = pixels(3)
    report = nn.gradient_check(
        lambda x: objective(x).value, g, objective(g).gradient, elements=60, step=1e-4
    )
    assert report, str(report)


def test_the_whole_gradient_passes_the_check_along_random_directions(objective):
    g = pixels(3)
    report = nn.gradient_check(
        lambda x: objective(x).value, g, objective(g).gradient, directions=5, step=1e-3
    )
    assert report, str(report)


def test_the_value_is_the_weighted_sum_of_the_costs(objective, network64):
    g = pixels(3)
    point = objective(g)
    a = network64.trace(g, ("one", "two", "three")).activations
    s = network64.trace(pixels(2, (9, 14)), ("one", "two", "three")).activations
    styles = {layer: style_cost(s[layer], a[layer])[0] for layer in a}
    content = content_cost(network64.trace(pixels(1), ("two",))["two"], a["two"])[0]
    weighted = styles["one"] + 0.3 * styles["two"] + 0.0001 * styles["three"]
    expected = {
        "content": content,
        "style": weighted,
        "total_variation": total_variation(g)[0],
        **{f"style/{layer}": value for layer, value in styles.items()},
    }
    assert point.costs == pytest.approx(expected, rel=1e-12)
    total = 2 * content + 500 * weighted + 0.1 * expected["total_variation"]
    assert point.value == pytest.approx(total, rel=1e-12)


def test_content_and_style_may_share_a_layer(objective, network64):
    g = pixels(3)
    gradients = []
    for alpha, beta in ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0)):
        j = Objective(
            network64, objective.content, {"two": objective.style["two"]}, {"two": 1.0}, alpha, beta
        )
        gradients.append(j(g).gradient)
    np.testing.assert_allclose(gradients[0] + gradients[1], gradients[2], rtol=1e-9, atol=1e-9)


def test_costs_that_do_not_count_are_not_computed(network):
    x = np.full((1, 8, 8, 3), 100, np.float32)
    point = Objective(network, tv=1.0)(x)
    assert point.costs == {"total_variation": 0.0}
    assert not point.gradient.any()


def test_the_network_collects_no_gradients(objective):
    objective(pixels(3))
    assert all(not p.grad.any() for p in objective.network.parameters.values())


@pytest.mark.parametrize("pool", [nn.MaxPool2D, nn.AvgPool2D])
def test_the_gradient_holds_for_either_pooling(pool):
    net = make_network(np.float64, seed=5, pool=pool)
    s = net.trace(pixels(2), ("three",)).activations
    j = Objective(net, style={"three": mean_gram_matrix(s["three"])}, lambdas={"three": 1.0})
    g = pixels(3)
    assert nn.gradient_check(lambda x: j(x).value, g, j(g).gradient, directions=3, step=1e-4)
