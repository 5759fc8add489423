"""Every convention equals its text's formula; restated weights give the same picture."""

import numpy as np
import pytest

from minidl.style import CONVENTIONS, content_cost, gram_matrix, style_cost, transfer

H, W, C = 5, 7, 3
SETTINGS = {"optimizer": "adam", "steps": 6, "start": "content"}


def pair(seed=0, size=(H, W)):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((1, *size, C)), rng.standard_normal((1, H, W, C))


def squared_gram_difference(a_S, a_G):
    return ((gram_matrix(a_S) - gram_matrix(a_G)) ** 2).sum()


def published(name, a, b):
    """(content cost, style cost) exactly as the texts print them."""
    n = H * W
    content, style = ((a - b) ** 2).sum(), squared_gram_difference(a, b)
    return {
        "lecture": (content / 2, style / (2 * H * W * C) ** 2),
        "gatys": (content / 2, style / (4 * C**2 * n**2)),
        "coursera": (content / (4 * H * W * C), style / (4 * C**2 * (H * W) ** 2)),
        "johnson": (
            content / (C * H * W),
            ((gram_matrix(a) / (C * H * W) - gram_matrix(b) / (C * H * W)) ** 2).sum(),
        ),
    }[name]


@pytest.mark.parametrize("name", CONVENTIONS)
def test_a_convention_equals_its_published_formula(name):
    a, b = pair()
    content, style = published(name, a, b)
    alpha, beta = CONVENTIONS[name].to_lecture(1, 1, a.size)
    assert alpha * content_cost(a, b)[0] == pytest.approx(content, rel=1e-12)
    assert beta * style_cost(a, b)[0] == pytest.approx(style, rel=1e-12)


def test_johnson_divides_each_gram_matrix_by_its_own_size():
    a, b = pair(size=(4, 9))
    expected = ((gram_matrix(a) / (C * 36) - gram_matrix(b) / (C * H * W)) ** 2).sum()
    _, beta = CONVENTIONS["johnson"].to_lecture(1, 1, a.size)
    assert beta * style_cost(a, b)[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", ["gatys", "coursera", "johnson"])
def test_weights_restated_in_the_lectures_convention_give_the_same_picture(
    name, network64, settings, content, style
):
    settings |= SETTINGS | {"network": network64}
    alpha, beta = {"gatys": (1, 1e3), "coursera": (10, 40), "johnson": (1, 5)}[name]
    theirs = transfer(
        content, style, **settings | {"convention": name, "alpha": alpha, "beta": beta}
    )
    values = 12 * 16 * 8  # n_H · n_W · n_C of layer "two" for the content's 24 × 32
    alpha, beta = CONVENTIONS[name].to_lecture(alpha, beta, values)
    ours = transfer(content, style, **settings | {"alpha": alpha, "beta": beta})
    assert theirs.history["total"] == ours.history["total"]
    np.testing.assert_array_equal(theirs.pixels, ours.pixels)


def test_the_same_numbers_in_another_convention_give_another_picture(settings, content, style):
    pictures = [
        transfer(content, style, **settings | SETTINGS | {"convention": name}).image
        for name in ("lecture", "coursera")
    ]
    assert (pictures[0] != pictures[1]).any()
