import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from minidl import nn
from minidl.faces import (
    MINERS,
    Monitor,
    Triplets,
    encode,
    face_encoder,
    fingerprint,
    pixels_to_input,
    shift,
    train_with_triplets,
    triplet_cost,
)
from tests.faces.plain_triplets import plain_triplet_loss

PEOPLE, EACH = 12, 6


def tiny(seed=0):
    return face_encoder(4, size=16, encoding=8, seed=seed)


def patterns(seed=0):
    """Pictures 16 × 16 of people who are patterns, under changing light."""
    rng = np.random.default_rng(seed)
    person = rng.uniform(60, 190, (PEOPLE, 1, 4, 4, 3)).repeat(4, axis=2).repeat(4, axis=3)
    light = rng.uniform(0.7, 1.3, (PEOPLE, EACH, 1, 1, 1))
    images = person * light + rng.normal(0, 12, (PEOPLE, EACH, 16, 16, 3))
    labels = np.repeat(np.arange(PEOPLE), EACH)
    return images.clip(0, 255).astype(np.uint8).reshape(-1, 16, 16, 3), labels


def run(network, epochs=4, **settings):
    images, labels = patterns()
    settings = {"people": 6, "pictures": 4, "lr": 3e-3, "progress": False, **settings}
    return train_with_triplets(network, images, labels, epochs=epochs, **settings)


@pytest.mark.parametrize("miner", MINERS)
def test_every_miner_brings_one_person_together_and_others_apart(miner):
    network = tiny()
    images, labels = patterns()
    history = run(network, epochs=10, miner=miner)
    same = labels[:, None] == labels
    d = ((f := encode(network, images))[:, None] - f) ** 2
    d = d.sum(axis=2)
    assert d[same].mean() < 0.4 * d[~same].mean()
    assert history["far"][-1] > history["near"][-1]
    assert set(history.curves) == {"loss", "active", "near", "far", "spread"}
    assert history["active"][-1] <= 1


def test_a_killed_run_goes_on_as_if_nothing_had_happened(tmp_path):
    whole, parts = tiny(), tiny()
    expected = run(whole, epochs=4, miner="semi-hard", augment=shift(1))

    class Killed(Exception):
        pass

    def kill(network, calls=[]):  # noqa: B006
        calls.append(1)
        if len(calls) == 3:
            raise Killed
        return {}

    settings = {"miner": "semi-hard", "augment": shift(1), "checkpoint": tmp_path / "run.npz"}
    with pytest.raises(Killed):
        run(parts, epochs=4, validate=kill, **settings)
    resumed = tiny(seed=5)
    history = run(resumed, epochs=4, **settings)
    assert history.curves == expected.curves
    for name, value in whole.state().items():
        assert_array_equal(resumed.state()[name], value)


def test_interrupt_keeps_what_was_learned():
    def stop(network, calls=[]):  # noqa: B006
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return {}

    network, before = tiny(), fingerprint(tiny())
    assert run(network, validate=stop).stopped == "interrupted"
    assert fingerprint(network) != before


def test_from_encodings_that_are_nearly_equal_only_a_margin_leads_out():
    for margin in (0.0, 0.5):
        network = tiny()
        network.parameters["encoding/b"].value[0] = 20  # all encodings point almost the same way
        monitor = Monitor(margin)
        run(network, epochs=15, miner="batch-all", margin=margin, monitor=monitor, lr=1e-2)
        assert monitor.collapsed == (margin == 0)
        assert margin == 0 or monitor.curves["loss"][-1] < 0.5 * margin


def test_two_branches_that_share_parameters_add_their_gradients():
    """Three runs of one network, or one run on the three in one batch: the same gradients."""
    network = nn.Sequential(
        [nn.Conv2D(3, 3), nn.ReLU(), nn.Flatten(), nn.Dense(4), nn.L2Normalize()],
        input_shape=(6, 6, 3),
        dtype=np.float64,
    )
    x = np.random.default_rng(0).standard_normal((6, 6, 6, 3))
    roles = Triplets(np.array([0, 1]), np.array([2, 3]), np.array([4, 5]))
    loss, gradient, _ = triplet_cost(network.forward(x), roles, 3.0, reduction="sum")
    network.backward(gradient)
    together = {name: p.grad.copy() for name, p in network.parameters.items()}

    network.zero_grad()
    branches = [network.trace(x[rows]) for rows in (slice(0, 2), slice(2, 4), slice(4, 6))]
    apart, gradients = plain_triplet_loss(*(b.output for b in branches), 3.0)
    for branch, dy in zip(branches, gradients, strict=True):
        branch.backward(dy)
    assert loss == pytest.approx(apart) and loss > 0
    for name, p in network.parameters.items():
        assert_allclose(p.grad, together[name], rtol=1e-9, atol=1e-12)


def test_the_encoder_gives_128_numbers_of_length_one_for_any_batch():
    network = face_encoder(2)
    images = np.random.default_rng(0).integers(0, 256, (5, 48, 48, 3), dtype=np.uint8)
    f = encode(network, images, batch_size=2)
    assert f.shape == (5, 128) and f.dtype == np.float32
    assert_allclose((f**2).sum(axis=1), 1, rtol=1e-5)
    assert_allclose(encode(network, images[:1]), f[:1], atol=1e-6)


def test_pixels_reach_the_network_between_minus_one_and_one():
    x = pixels_to_input(np.array([0, 255], np.uint8).reshape(1, 1, 2, 1))
    assert x.dtype == np.float32 and list(x.ravel()) == [-1, 1]
    for wrong in (np.zeros((1, 4, 4, 3)), np.zeros((4, 4, 3), np.uint8)):
        with pytest.raises(ValueError, match="uint8"):
            pixels_to_input(wrong)


def test_a_fingerprint_names_the_weights():
    assert fingerprint(tiny()) == fingerprint(tiny()) != fingerprint(tiny(seed=1))
    network = tiny()
    network.parameters["encoding/b"].value[0] += np.float32(1e-6)
    assert fingerprint(network) != fingerprint(tiny())
    network = tiny()
    network.train().forward(np.zeros((2, 16, 16, 3), np.float32))  # running statistics count too
    assert fingerprint(network) != fingerprint(tiny())


def test_shift_moves_pictures_and_nothing_else():
    x = np.random.default_rng(0).random((20, 6, 6, 1)).astype(np.float32)
    moved = shift(1)(x, np.random.default_rng(1))
    assert moved.shape == x.shape and moved.dtype == x.dtype
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    for picture, around in zip(moved, padded, strict=True):
        cuts = [around[i : i + 6, j : j + 6] for i in range(3) for j in range(3)]
        assert any(np.array_equal(picture, cut) for cut in cuts)
    assert len({picture.tobytes() for picture in moved}) > 10


def test_settings_that_do_not_fit_are_refused():
    images, labels = patterns()
    with pytest.raises(ValueError, match="batch-hard"):
        train_with_triplets(tiny(), images, labels, epochs=1, miner="hardest")
    with pytest.raises(ValueError, match="labels"):
        train_with_triplets(tiny(), images, labels[:-1], epochs=1)
