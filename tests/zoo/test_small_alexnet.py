"""The network that the course trained itself: its weights are there, and know what they should."""

import numpy as np
import pytest

from minidl import zoo
from minidl.zoo.small_alexnet import CLASSES, untrained_small_alexnet
from scripts import train_small_alexnet
from scripts.patches import random_patch, random_patches, source_pictures


def test_the_kept_weights_load_and_are_frozen():
    network = zoo.small_alexnet()
    assert not any(p.trainable for p in network.parameters.values())
    x = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)
    assert network.forward(x).shape == (2, CLASSES)


def test_patches_are_cut_apart_for_training_and_test():
    image = np.zeros((200, 300, 3), np.uint8)
    image[150:] = 255
    rng = np.random.default_rng(0)
    for _ in range(20):
        assert random_patch(image, rng).mean() < 128
        assert random_patch(image, rng, test=True).mean() > 128
    x, labels = random_patches([image, image], 5, rng)
    assert x.shape == (5, 64, 64, 3)
    assert x.dtype == np.float32
    assert set(labels) <= {0, 1}


@pytest.mark.slow
def test_it_tells_pictures_apart_by_parts_that_it_never_saw():
    pictures = source_pictures()
    assert len(pictures) == CLASSES
    test = random_patches(pictures, 600, np.random.default_rng(99), test=True)
    assert (
        train_small_alexnet.accuracy(zoo.small_alexnet(), *test) > 0.5
    )  # of twenty pictures: chance is 0.05


@pytest.mark.slow
def test_training_learns_and_writes_weights(monkeypatch, tmp_path):
    lying = np.zeros((160, 160, 3), np.uint8)
    lying[np.arange(160) // 4 % 2 == 0] = 220
    monkeypatch.setattr(
        train_small_alexnet, "source_pictures", lambda: [lying, lying.transpose(1, 0, 2)]
    )
    network, accuracy = train_small_alexnet.train(epochs=1, steps=20, batch_size=8)
    assert accuracy > 0.9  # which way do the stripes run?
    network.save(tmp_path / "w.npz")
    again = untrained_small_alexnet()
    again.load(tmp_path / "w.npz")
    for name, value in network.state().items():
        np.testing.assert_array_equal(again.state()[name], value)
