"""The network that paints in one pass: its layers, its training, and its pictures."""

import numpy as np
import pytest

from minidl import nn
from minidl.datasets import painting, resize
from minidl.style import Objective
from minidl.style.painter import InstanceNorm, new_painter, paint, painter
from minidl.zoo import photo
from scripts import train_painter
from tests.style.examples import make_network, picture


def test_instance_norm_is_batch_norm_of_one_picture_at_any_time():
    layer, batch = InstanceNorm(), nn.BatchNorm()
    x = np.random.default_rng(0).normal(3, 2, (1, 5, 6, 4)).astype(np.float32)
    for norm in (layer, batch):
        norm.build(x.shape, rng=np.random.default_rng(0), dtype=np.dtype(np.float32))
    expected, _ = batch.forward(x, training=True)
    for training in (True, False, False):
        np.testing.assert_array_equal(layer.forward(x, training=training)[0], expected)
    with pytest.raises(ValueError, match="one picture at a time, got 2"):
        layer.forward(np.concatenate([x, x]))


def test_the_gradient_reaches_every_weight():
    net = new_painter(seed=1, dtype=np.float64).train()
    x = picture(20, 24).astype(np.float64)[None]
    direction = np.random.default_rng(0).normal(size=x.shape)

    def loss(values):
        for parameter, value in zip(net.parameters.values(), values, strict=True):
            parameter.value = value
        return float((net.forward(x) * direction).sum())

    start = [p.value for p in net.parameters.values()]
    loss(start)
    net.backward(direction)
    gradients = [p.grad.copy() for p in net.parameters.values()]
    rng = np.random.default_rng(1)
    move = [1e-6 * rng.normal(size=v.shape) for v in start]
    ends = [loss([v + s * m for v, m in zip(start, move, strict=True)]) for s in (1, -1)]
    slope = sum(float((g * m).sum()) for g, m in zip(gradients, move, strict=True))
    assert (ends[0] - ends[1]) / 2 == pytest.approx(slope, rel=1e-4)
    assert all(g.any() for g in gradients if g.ndim == 4)


def test_training_lowers_j_and_gives_the_same_bits_again(monkeypatch):
    net = make_network()
    content = {"two": 0.1}
    gram = {"one": np.eye(6, dtype=np.float32)}

    def objectives(crops, style):
        base = Objective(net, {}, gram, {"one": 1.0}, alpha=0.0, beta=1e3, tv=content["two"])
        return [base] * len(crops)

    monkeypatch.setattr(train_painter, "objectives", objectives)
    crops = [picture(32, 32, seed=s).astype(np.float32)[None] for s in range(3)]
    runs = [train_painter.train(crops, None, steps=30, progress=False) for _ in range(2)]
    history = runs[0][1]
    assert np.mean(history[-5:]) < 0.7 * np.mean(history[:5])
    for name, value in runs[0][0].state().items():
        np.testing.assert_array_equal(value, runs[1][0].state()[name])


def test_crops_are_pieces_of_photographs(monkeypatch):
    monkeypatch.setattr(train_painter, "PHOTOGRAPHS", ("grace_hopper",))  # part of matplotlib
    crops = train_painter.random_crops(3, 32, np.random.default_rng(0))
    assert [c.shape for c in crops] == [(1, 32, 32, 3)] * 3
    assert all(c.dtype == np.float32 and c.flags.c_contiguous for c in crops)
    assert np.abs(crops[0] - crops[1]).mean() > 5


@pytest.mark.parametrize("size", [(40, 56), (41, 58), (9, 30)])
def test_a_painting_has_the_photographs_size(size):
    photograph = resize(photo("grace_hopper"), size)
    before = photograph.copy()
    painted = paint(photograph)
    assert painted.shape == photograph.shape and painted.dtype == np.uint8
    np.testing.assert_array_equal(photograph, before)


def test_the_stored_painter_paints_in_the_style_it_learned():
    """Its colours are nearer to the style picture's than the photograph's are."""
    photograph = resize(photo("grace_hopper")[:512], 128)
    style = painting(*train_painter.STYLE)
    painted = paint(photograph)

    def colours(image):
        return (
            np.histogramdd(image.reshape(-1, 3), bins=4, range=[(0, 256)] * 3)[0]
            / image[..., 0].size
        )

    def apart(a, b):
        return np.abs(colours(a) - colours(b)).sum() / 2

    assert apart(painted, style) < 0.8 * apart(photograph, style)
    assert not any(p.trainable for p in painter().parameters.values())
