"""Gradients of a batch that never runs at once equal those of one that does."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from minidl import datasets, faces, nn


def encoder(*extra, dtype=np.float64):
    return nn.Sequential(
        [
            nn.Conv2D(4, 3, stride=2, activation="relu", name="conv"),
            nn.MaxPool2D(2, name="pool"),
            *extra,
            nn.Flatten(name="flat"),
            nn.Dense(6, name="encoding"),
            nn.L2Normalize(name="unit"),
        ],
        input_shape=(12, 12, 3),
        dtype=dtype,
        seed=2,
    ).train()


def batch(dtype=np.float64, number=23):
    rng = np.random.default_rng(0)
    return rng.standard_normal((number, 12, 12, 3)).astype(dtype), rng.integers(0, 5, number)


def triplet_loss(encodings, labels):
    d = faces.squared_distances(encodings)
    chosen = faces.batch_hard(d, labels, 0.2, np.random.default_rng(0))
    return faces.triplet_cost(encodings, chosen, 0.2, distances=d)[:2]


def gradients(network):
    return {name: p.grad.copy() for name, p in network.parameters.items()}


def at_once(network, x, labels):
    value, gradient = triplet_loss(network.forward(x), labels)
    network.backward(gradient, need_input=False)
    return value


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("part", [1, 4, 22, 23, 100])
def test_the_gradient_is_that_of_the_whole_batch(part, dtype):
    x, labels = batch(dtype)
    whole, parted = encoder(dtype=dtype), encoder(dtype=dtype)
    wanted = at_once(whole, x, labels)
    value = faces.part_by_part(parted, x, labels, triplet_loss, part=part)
    tolerance = {"rtol": 1e-9, "atol": 1e-12} if dtype == np.float64 else {"rtol": 0, "atol": 1e-6}
    assert_allclose(value, wanted, rtol=1e-5 if dtype == np.float32 else 1e-12)
    for name, gradient in gradients(whole).items():
        assert np.abs(gradient).max() > 1e-3
        assert parted.parameters[name].grad.dtype == dtype
        assert_allclose(parted.parameters[name].grad, gradient, **tolerance, err_msg=name)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_the_bits_do_not_depend_on_the_workers(workers):
    x, labels = batch(np.float32, 60)
    here, there = encoder(dtype=np.float32), encoder(dtype=np.float32)
    faces.part_by_part(here, x, labels, triplet_loss, part=7)
    with ThreadPoolExecutor(workers) as executor:
        faces.part_by_part(there, x, labels, triplet_loss, part=7, executor=executor)
    for name, gradient in gradients(here).items():
        assert_array_equal(there.parameters[name].grad, gradient)


def test_gradients_add_up_and_the_network_is_otherwise_as_it_was():
    x, labels = batch()
    network = encoder()
    before = pickle.dumps(network.state())
    faces.part_by_part(network, x, labels, triplet_loss, part=5)
    once = gradients(network)
    faces.part_by_part(network, x, labels, triplet_loss, part=5)
    for name, gradient in gradients(network).items():
        assert_allclose(gradient, 2 * once[name])
    assert pickle.dumps(network.state()) == before


def test_frozen_layers_get_no_gradient():
    x, labels = batch()
    network = encoder()
    network.freeze("conv")
    faces.part_by_part(network, x, labels, triplet_loss, part=5)
    assert not network.parameters["conv/w"].grad.any()
    assert network.parameters["encoding/w"].grad.any()


@pytest.mark.parametrize("layer", [nn.BatchNorm, lambda name: nn.Dropout(0.5, name=name)])
def test_layers_that_look_at_the_batch_are_refused_while_they_train(layer):
    x, labels = batch()
    network = encoder(nn.Residual([layer(name="mixing")], name="inside"))
    with pytest.raises(ValueError, match=r"mixing .* cannot be cut into parts"):
        faces.part_by_part(network, x, labels, triplet_loss)
    network.eval()
    assert faces.part_by_part(network, x, labels, triplet_loss, part=9) > 0


def test_training_part_by_part_is_training():
    images, labels, _ = datasets.faces(8, 4, size=16, seed=0)
    images = images[:, 2:14, 2:14]
    settings = {"epochs": 3, "people": 8, "pictures": 4, "progress": False, "lr": 1e-2}
    whole, parted, threaded = (encoder(dtype=np.float32) for _ in range(3))
    wanted = faces.train_with_triplets(whole, images, labels, **settings)
    history = faces.train_with_triplets(parted, images, labels, part=5, **settings)
    assert_allclose(history.curves["loss"], wanted.curves["loss"], rtol=1e-3)
    with ThreadPoolExecutor(2) as executor:
        faces.train_with_triplets(threaded, images, labels, part=5, executor=executor, **settings)
    for name, array in threaded.state().items():
        assert_array_equal(array, parted.state()[name])
    with pytest.raises(ValueError, match="say how many pictures"):
        faces.train_with_triplets(whole, images, labels, executor=executor, **settings)


def test_what_is_sent_has_not_run():
    network = encoder()
    size = len(pickle.dumps(network))
    network.forward(batch()[0])
    assert network.forward(batch()[0]).nbytes + len(pickle.dumps(network)) < size + 2000
