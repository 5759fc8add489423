"""``transfer``: what each argument does, determinism, and errors in words."""

import numpy as np
import pytest

from minidl import nn
from minidl.style import CONVENTIONS, RECIPES, Recipe, transfer
from minidl.style.images import recolour
from minidl.style.objective import Problem
from tests.style.examples import make_network, picture


def assert_same(a, b):
    np.testing.assert_array_equal(a.pixels, b.pixels)
    assert a.history == b.history
    assert a.evaluations == b.evaluations
    assert a.frames.keys() == b.frames.keys()


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam", "gradient_descent"])
@pytest.mark.parametrize("start", ["noise", "content"])
def test_every_optimiser_lowers_the_cost(settings, content, style, optimizer, start):
    settings |= {"optimizer": optimizer, "start": start, "steps": 30}
    result = transfer(content, style, **settings)
    total = result.history["total"]
    assert min(total) < (0.1 if start == "noise" else 0.5) * total[0]
    assert result.image.dtype == np.uint8 and result.image.shape == content.shape
    assert result.pixels.dtype == np.float32
    np.testing.assert_array_equal(result.image, np.rint(result.pixels))
    assert result.stopped == "finished" and result.steps == 30
    evaluations = result.history["evaluations"]
    assert evaluations[0] == 1 and evaluations[-1] == result.evaluations
    assert (np.diff(evaluations) >= 1).all()


def test_the_history_holds_every_cost_at_the_start_and_after_each_step(settings, content, style):
    result = transfer(content, style, **settings, tv=0.5, steps=7)
    names = {
        "total",
        "content",
        "style",
        "style/one",
        "style/two",
        "total_variation",
        "level",
        "evaluations",
    }
    assert set(result.history) == names
    assert all(len(values) == 8 for values in result.history.values())
    h = {name: np.array(values) for name, values in result.history.items()}
    np.testing.assert_allclose(h["style"], h["style/one"] + 0.1 * h["style/two"])
    total = h["content"] + 1000 * h["style"] + 0.5 * h["total_variation"]
    np.testing.assert_allclose(h["total"], total)


def test_the_best_picture_is_returned_not_the_last(settings, content, style):
    settings |= {"optimizer": "adam", "lr": 60, "start": "content", "steps": 12}
    result = transfer(content, style, **settings)
    total = result.history["total"]
    assert min(total) < total[-1], "with so large a step Adam should jump about"
    again = transfer(content, style, **settings | {"steps": int(np.argmin(total))})
    np.testing.assert_array_equal(again.pixels, result.pixels)


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam", "gradient_descent"])
def test_the_same_call_gives_the_same_bits(settings, content, style, optimizer):
    settings |= {"optimizer": optimizer, "steps": 6, "seed": 3, "frames": (2, 5)}
    assert_same(transfer(content, style, **settings), transfer(content, style, **settings))


def test_another_seed_gives_another_picture(settings, content, style):
    first, second = (transfer(content, style, **settings, steps=2, seed=s) for s in (0, 1))
    assert (first.image != second.image).any()


def test_arguments_are_not_changed(settings, content, style):
    before = content.copy(), style.copy()
    transfer(content, style, **settings, steps=2, start="content", keep_colours=True)
    np.testing.assert_array_equal(content, before[0])
    np.testing.assert_array_equal(style, before[1])


@pytest.mark.parametrize("shape", [(9, 61), (61, 9), (8, 8), (33, 17)])
@pytest.mark.parametrize("style_shape", [(12, 40), (31, 10)])
def test_any_aspect_ratio(settings, shape, style_shape):
    result = transfer(picture(*shape), picture(*style_shape), **settings, steps=2)
    assert result.image.shape == (*shape, 3)


@pytest.mark.parametrize(("size", "expected"), [(16, (12, 16)), ((20, 10), (20, 10))])
def test_size_is_free(settings, content, style, size, expected):
    assert transfer(content, style, **settings, size=size, steps=1).image.shape == (*expected, 3)


def test_coarse_to_fine(settings, content, style):
    result = transfer(content, style, **settings, levels=3, steps=(5, 4, 3), frames=(0, 5, 9, 12))
    assert result.history["level"] == [0] * 6 + [1] * 5 + [2] * 4
    assert result.steps == 12
    assert [f.shape[:2] for f in result.frames.values()] == [(6, 8), (12, 16), (24, 32), (24, 32)]
    assert result.image.shape == content.shape
    total = result.history["total"]
    assert total[14] == min(total[11:])
    direct = transfer(content, style, **settings, steps=3)
    assert total[-1] < direct.history["total"][-1]


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("left_out", ["alpha", "beta"])
def test_content_and_style_each_weigh_the_same_at_every_level(settings, convention, left_out):
    """A flat picture against flat ones costs the same at every size, whatever the convention."""
    content, style, start = (np.full((64, 64, 3), v, np.uint8) for v in (60, 200, 120))
    settings |= {"convention": convention, "style_layers": ["one"], left_out: 0}
    result = transfer(content, style, **settings, start=start, levels=2, steps=0)
    coarse, fine = result.history["total"]
    assert fine > 0
    # equal but for the border, where a layer sees zeros: relatively more of it when coarser
    assert coarse == pytest.approx(fine, rel=0.15)


def test_sums_over_positions_weigh_more_where_there_are_fewer_positions(settings):
    content, style, start = (picture(32, 32, seed=seed) for seed in range(3))
    settings |= {"alpha": 0, "beta": 0, "tv": 2.0, "start": start, "levels": 2, "steps": 0}
    result = transfer(content, style, **settings)
    weights = np.divide(result.history["total"], result.history["total_variation"])
    np.testing.assert_allclose(weights, [4 * 2.0, 2.0])


def test_content_alone_and_style_alone(settings, content, style):
    alone = transfer(content, None, **settings, steps=40)
    assert set(alone.history) == {"total", "content", "level", "evaluations"}
    assert min(alone.history["total"]) < 1e-2 * alone.history["total"][0]
    texture = transfer(None, style, **settings, size=(16, 24), steps=40)
    assert set(texture.history) == {
        "total",
        "style",
        "style/one",
        "style/two",
        "level",
        "evaluations",
    }
    assert texture.image.shape == (16, 24, 3)
    assert min(texture.history["total"]) < 1e-2 * texture.history["total"][0]


def test_a_weight_of_zero_leaves_its_cost_out(settings, content, style):
    assert "style" not in transfer(content, style, **settings | {"beta": 0}, steps=1).history
    assert "content" not in transfer(content, style, **settings | {"alpha": 0}, steps=1).history


def test_styles_are_mixed_by_weight(settings, content, style):
    other = picture(18, 18, seed=7)
    settings |= {"steps": 4, "optimizer": "adam"}

    def mix(*weights):
        return transfer(content, [style, other], style_weights=weights, **settings)

    np.testing.assert_array_equal(mix(2, 0).pixels, transfer(content, style, **settings).pixels)
    np.testing.assert_array_equal(mix(0, 1).pixels, transfer(content, other, **settings).pixels)
    np.testing.assert_array_equal(mix(1, 3).pixels, mix(0.25, 0.75).pixels)
    assert (mix(1, 1).image != mix(1, 3).image).any()


def test_a_mix_has_the_gradient_of_the_weighted_sum_of_costs(network64, content, style):
    other = picture(18, 18, seed=7)
    pixels = content.astype(np.float64)[None]

    def gradient(styles, shares):
        problem = Problem(
            network=network64, size=(24, 32), content=None, content_layer=None,
            styles=[s.astype(np.float64)[None] for s in styles], shares=shares,
            lambdas={"one": 1.0, "two": 0.1}, alpha=0.0, beta=10.0, tv=0.0,
            margin=0, convention=CONVENTIONS["lecture"], recipe=Recipe(None, {}, 1.0),
        )  # fmt: skip
        return problem.objective((24, 32))(pixels).gradient

    mixed = gradient([style, other], [0.3, 0.7])
    separate = 0.3 * gradient([style], [1.0]) + 0.7 * gradient([other], [1.0])
    np.testing.assert_allclose(mixed, separate, rtol=1e-9, atol=1e-9 * np.abs(mixed).max())


def test_keep_colours_recolours_the_style_first(settings, content, style):
    kept = transfer(content, style, **settings, keep_colours=True, steps=3)
    recoloured = recolour(style.astype(np.float32)[None], like=content.astype(np.float32)[None])
    by_hand = transfer(content, recoloured[0], **settings, steps=3)
    np.testing.assert_array_equal(kept.pixels, by_hand.pixels)


def test_start_may_be_a_picture_and_going_on_costs_nothing(settings, content, style):
    first = transfer(content, style, **settings, steps=5)
    second = transfer(content, style, **settings, start=first.pixels, steps=0)
    assert second.history["total"] == [min(first.history["total"])]
    np.testing.assert_array_equal(first.image, second.image)


def test_frames_are_the_pictures_on_the_way(settings, content, style):
    result = transfer(content, style, **settings, steps=4, frames=[0, 3, 99])
    assert list(result.frames) == [0, 3]
    third = transfer(content, style, **settings, steps=3)
    np.testing.assert_array_equal(result.frames[3], third.image)


def test_a_run_that_cannot_get_lower_says_converged(settings, content):
    result = transfer(content, None, **settings, start="content", steps=50)
    assert result.stopped == "converged" and result.steps < 50
    np.testing.assert_array_equal(result.image, content)


def test_total_variation_smooths(settings, content, style):
    def roughness(image):
        return np.abs(np.diff(image.astype(float), axis=0)).mean()

    plain, smooth = (transfer(content, style, **settings, tv=tv, steps=25) for tv in (0.0, 50.0))
    assert roughness(smooth.image) < 0.8 * roughness(plain.image)


def test_equal_lambdas_for_names_and_a_single_name(settings, content, style):
    settings |= {"steps": 2}
    named = transfer(content, style, **settings | {"style_layers": ["one", "two"]})
    weighted = transfer(content, style, **settings | {"style_layers": {"one": 0.5, "two": 0.5}})
    np.testing.assert_array_equal(named.pixels, weighted.pixels)
    single = transfer(content, style, **settings | {"style_layers": "one"})
    assert "style/one" in single.history and "style/two" not in single.history


def test_progress_shows_the_costs(settings, content, style, terminal):
    transfer(content, style, **settings | {"progress": True}, steps=3)
    shown = terminal.readouterr().err
    assert "24×32" in shown and "3/3" in shown and "style=" in shown and "content=" in shown


def test_a_network_in_float64_works_in_float64(network64, settings, content, style):
    result = transfer(content, style, **settings | {"network": network64}, steps=2)
    assert result.pixels.dtype == np.float64


def test_nan_in_the_cost_is_reported(settings, content, style):
    net = make_network(seed=1)
    net.unfreeze()
    net.parameters["two/w"].value[:] = np.nan
    with pytest.raises(FloatingPointError, match="J became nan"):
        transfer(content, style, **settings | {"network": net.freeze()}, steps=2)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"alpha": -1}, "alpha"),
        ({"beta": float("nan")}, "beta"),
        ({"tv": float("inf")}, "tv"),
        ({"lr": -4}, "lr"),
        ({"content_layer": "conv9_9"}, "content_layer must be one of one, pool, two"),
        ({"style_layers": ["conv9_9"]}, "style_layers must be one of one, pool, two"),
        ({"style_layers": {"one": -1}}, "style_layers"),
        ({"style_layers": {}}, "which layers"),
        ({"style_layers": {"one": 0}}, "which layers"),
        ({"content_layer": None}, "content_layer=name"),
        ({"steps": -1}, "steps"),
        ({"steps": (1, 2)}, "one for each level"),
        ({"steps": 2.5}, "steps"),
        ({"levels": 0}, "levels"),
        ({"levels": 6}, "too small"),
        ({"size": (1, 40)}, "too small"),
        ({"optimizer": "sgd"}, "lbfgs, adam, gradient_descent"),
        ({"convention": "keras"}, "lecture, gatys, coursera, johnson"),
        ({"start": "random"}, "noise, content"),
        ({"start": np.zeros((4, 4))[None]}, "start"),
        ({"style_weights": (1, 2)}, "1 style pictures need as many style_weights"),
        ({"network": "vgg16"}, "vgg19, small"),
        ({"network": 3}, "nn.Sequential"),
        ({"pooling": "max"}, "pools it has"),
        ({"network": nn.Sequential([nn.ReLU()], input_shape=(None, None, 3)).train()}, "eval"),
    ],
)
def test_wrong_arguments_are_refused_in_words(settings, content, style, changes, words):
    with pytest.raises((TypeError, ValueError), match=words):
        transfer(content, style, **settings | {"steps": 1} | changes)


def test_pictures_that_are_missing_are_refused_in_words(settings, content, style):
    with pytest.raises(ValueError, match="a content picture, a style picture, or both"):
        transfer(None, None, **settings)
    with pytest.raises(ValueError, match="empty list"):
        transfer(content, [], **settings)
    with pytest.raises(ValueError, match=r"style\[1\]"):
        transfer(content, [style, np.zeros((3, 3, 4))], **settings)
    with pytest.raises(ValueError, match="all 0"):
        transfer(content, [style, style], style_weights=(0, 0), **settings)
    with pytest.raises(ValueError, match="size="):
        transfer(None, style, **settings)
    with pytest.raises(ValueError, match="needs a content picture"):
        transfer(None, style, size=(16, 16), start="content", **settings)
    with pytest.raises(ValueError, match="whose colours"):
        transfer(None, style, size=(16, 16), keep_colours=True, **settings)


def test_recipes_name_layers_and_weights():
    for recipe in RECIPES.values():
        assert recipe.content_layer and all(weight > 0 for weight in recipe.lambdas.values())
