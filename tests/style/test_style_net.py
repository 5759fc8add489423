"""The small network: what it is made of, how it is trained, and that one can paint with it."""

import numpy as np
import pytest

from minidl import nn
from minidl.datasets import painting, resize
from minidl.style import RECIPES, transfer
from minidl.style.style_network import LAYERS, new_style_net, style_net
from minidl.zoo import photo
from scripts import train_style_network
from scripts.patches import random_patches, source_pictures
from tests.style.recognise import likeness


@pytest.fixture(scope="module")
def x():
    images = [painting(name, (80, 80)) for name in ("woodcut", "pointillism")]
    return random_patches(images, 12, np.random.default_rng(0))[0]


def test_evening_out_keeps_the_scores_and_gives_each_channel_a_mean_square_of_one(x):
    net = new_style_net(seed=3)
    before = net.forward(x)
    train_style_network.even_out(net, x)
    np.testing.assert_allclose(net.forward(x), before, rtol=1e-3, atol=1e-4)
    for name in LAYERS:
        square = np.square(net.forward(x, (name,))[name]).mean((0, 1, 2))
        assert square.max() < 1.001
        assert np.median(square) == pytest.approx(1, abs=1e-3)


def test_recoloured_patches_are_patches(x):
    new = train_style_network.recoloured(x, np.random.default_rng(0))
    assert new.dtype == np.float32 and new.shape == x.shape
    assert new.min() >= 0 and new.max() <= 255
    assert np.abs(new - x).mean() > 5


def test_training_learns_and_gives_the_same_bits_again(monkeypatch):
    for name, value in {"STEPS": 6, "BATCH": 8, "TEST": 40}.items():
        monkeypatch.setattr(train_style_network, name, value)
    stripes = np.zeros((96, 96, 3), np.uint8)
    stripes[np.arange(96) // 4 % 2 == 0] = 220
    images = [stripes, stripes.transpose(1, 0, 2)]
    runs = [train_style_network.train(images, epochs=3, progress=False) for _ in range(2)]
    assert runs[0][1] == runs[1][1] > 0.9
    for name, value in runs[0][0].state().items():
        np.testing.assert_array_equal(value, runs[1][0].state()[name])


def test_the_stored_weights_load_for_either_pooling():
    for pooling in ("max", "average"):
        net = style_net(pooling)
        assert isinstance(net, nn.Sequential)
        assert not any(p.trainable for p in net.parameters.values())
        assert set(RECIPES["small"].lambdas) <= set(net.graph.nodes)
    with pytest.raises(ValueError, match="pooling must be one of max, average"):
        style_net("mean")


def test_one_can_paint_with_it_and_nothing_is_fetched(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIDL_CACHE", str(tmp_path))
    portrait = resize(photo("grace_hopper")[:512], 96)  # part of matplotlib
    result = transfer(
        portrait, painting("woodcut", (96, 96)), network="small", steps=60, progress=False
    )
    style = result.history["style"]
    assert style[-1] < 0.02 * style[0]
    assert likeness(result.image, portrait) > 0.3
    other = painting("mosaic", (96, 96))
    assert likeness(result.image, portrait) > likeness(result.image, other) + 0.2
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_stored_weights_tell_pictures_apart_by_parts_that_they_never_saw():
    x, labels = random_patches(source_pictures(), 1000, np.random.default_rng(1), test=True)
    assert train_style_network.accuracy(style_net(), x, labels) > 0.6
