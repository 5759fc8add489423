"""Pictures made by gradient ascent: every part's gradient, and that the units do answer."""

import numpy as np
import pytest

from minidl import nn
from minidl.visualization import channel, diversity, maximize_activation, position
from minidl.visualization.fourier import COLOURS, Spectrum
from minidl.visualization.resampling import resample, resampling


@pytest.fixture
def network():
    layers = [nn.Conv2D(4, 5, activation="relu", name="a"), nn.Conv2D(4, 5, name="b")]
    return nn.Sequential(layers, input_shape=(None, None, 3), seed=2)


@pytest.mark.parametrize("size", [(6, 8), (7, 5)])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_gradient_of_a_spectrum(size, channels):
    rng = np.random.default_rng(0)
    pictures = Spectrum(size, channels, -1, 3)
    z = 20 * pictures.start(2, rng)
    x, cache = pictures.picture(z)
    assert x.shape == (2, *size, channels) and x.min() > -1 and x.max() < 3
    dx = rng.standard_normal(x.shape)
    dz = pictures.backward(dx, cache)
    for _ in range(5):
        direction = rng.standard_normal(z.shape)
        up, down = (pictures.picture(z + s * 1e-3 * direction)[0] for s in (1, -1))
        slope = ((up - down) * dx).sum() / 2e-3
        assert slope == pytest.approx((dz * direction).sum(), rel=1e-3, abs=1e-3)


def test_the_spectrum_of_nothing_is_grey():
    pictures = Spectrum((8, 8), 3, 0, 255)
    x, _ = pictures.picture(np.zeros((1, 8, 5, 3, 2), np.float32))
    np.testing.assert_allclose(x, 127.5)


def test_low_frequencies_are_high_as_in_photographs():
    """The power of noise in the spectrum falls with the square of the frequency."""
    pictures = Spectrum((64, 64), 1, -1, 1)
    x, _ = pictures.picture(pictures.start(20, np.random.default_rng(0)))
    power = (np.abs(np.fft.rfft2(x[..., 0])) ** 2).mean(axis=0)
    assert power[0, 4] / power[0, 16] == pytest.approx(16, rel=0.5)


def test_the_mixing_of_colours_is_that_of_photographs():
    from minidl import zoo
    from minidl.datasets.collection import PHOTOGRAPHS

    pictures = [zoo.photo(name) for name in PHOTOGRAPHS]  # each with the same weight
    covariance = np.mean([np.cov(p.reshape(-1, 3).T.astype(float)) for p in pictures], axis=0)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors[:, ::-1] * np.sqrt(values[::-1])
    root *= np.sign(root.sum(axis=0))
    np.testing.assert_allclose(COLOURS, root / np.linalg.norm(root, axis=1).max(), atol=0.006)


def test_a_resampling_that_moves_nothing():
    x = np.random.default_rng(0).random((2, 5, 7, 3), np.float32)
    np.testing.assert_allclose(resample(resampling((5, 7), 0, 1, (0, 0)), x), x)


def test_a_shift_a_turn_and_a_change_of_size():
    rng = np.random.default_rng(0)
    x = rng.random((1, 9, 9, 2)).astype(np.float32)
    shifted = resample(resampling((9, 9), 0, 1, (2, -1)), x)
    np.testing.assert_allclose(shifted, np.roll(x, (2, -1), (1, 2)), rtol=1e-5)
    turned = resample(resampling((9, 9), np.pi / 2, 1, (0, 0)), x)
    expected = np.rot90(x, 1, (1, 2)), np.rot90(x, -1, (1, 2))
    assert any(np.allclose(turned, e, atol=1e-5) for e in expected)
    ramp = np.broadcast_to(np.arange(9.0)[:, None, None], (1, 9, 9, 1)).astype(np.float32)
    larger = resample(resampling((9, 9), 0, 2, (0, 0)), ramp)
    np.testing.assert_allclose(larger[0, :, 4, 0], 4 + (np.arange(9) - 4) / 2)


OBJECTIVES = {
    "channel": channel("b", 2),
    "weighted": channel("b", 2, 0.3),
    "position": position("b", 1),
    "a place": position("b", 1, (0, 3), 2.0),
    "diversity": diversity("b", 1.5),
}


@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
def test_the_gradient_of_an_objective(objective):
    rng = np.random.default_rng(1)
    a = rng.standard_normal((3, 4, 5, 6))
    value, gradient = objective.evaluate(a)
    assert gradient.shape == a.shape and np.isfinite(value)
    for _ in range(5):
        direction = rng.standard_normal(a.shape)
        up, down = (objective.evaluate(a + s * 1e-5 * direction)[0] for s in (1, -1))
        assert (up - down) / 2e-5 == pytest.approx((gradient * direction).sum(), rel=1e-6, abs=1e-9)


def test_diversity_is_highest_where_pictures_have_nothing_in_common():
    same = np.ones((2, 3, 3, 4))
    apart = np.zeros((2, 3, 3, 4))
    apart[0, ..., 0] = apart[1, ..., 1] = 1
    assert diversity("b").evaluate(same)[0] == pytest.approx(-2)
    assert diversity("b").evaluate(apart)[0] == pytest.approx(0)
    assert diversity("b").evaluate(same[:1])[0] == 0


def test_the_unit_answers_and_the_same_seed_gives_the_same_picture(network):
    ask = {"size": (24, 20), "steps": 20, "progress": False}
    first = maximize_activation(network, channel("b", 1), **ask)
    np.testing.assert_array_equal(first, maximize_activation(network, channel("b", 1), **ask))
    assert first.shape == (1, 24, 20, 3) and first.dtype == np.float32
    start = maximize_activation(network, channel("b", 1), **(ask | {"steps": 0}))
    answers = [network.forward(p)[..., 1].mean() for p in (start, first)]
    assert answers[1] > answers[0] + 1
    narrow = maximize_activation(network, channel("b", 1), low=-1, high=2, **ask)
    assert -1 <= narrow.min() < -0.3 and 1 < narrow.max() <= 2
    other = maximize_activation(network, channel("b", 1), seed=1, **ask)
    assert not np.array_equal(first, other)


def test_several_objectives_add_up(network):
    ask = {"size": 24, "steps": 30, "progress": False}
    both = maximize_activation(network, [channel("b", 1), channel("b", 3)], **ask)
    alone = maximize_activation(network, channel("b", 1), **ask)
    b, one = network.forward(both)[0].mean(axis=(0, 1)), network.forward(alone)[0].mean(axis=(0, 1))
    assert b[1] + b[3] > one[1] + one[3]


def test_diverse_pictures_differ_more(network):
    ask = {"size": 24, "steps": 40, "number": 3, "progress": False}
    plain = maximize_activation(network, channel("a", 1), **ask)
    diverse = maximize_activation(network, [channel("a", 1), diversity("a", 3.0)], **ask)

    def alike(pictures):
        return -diversity("a").evaluate(network.forward(pictures, ("a",))["a"])[0]

    assert alike(diverse) < alike(plain)


def test_a_unit_that_is_off_is_woken(network):
    network.parameters["a/b"].value[1] = -2.0  # more than a grey picture can raise it by
    ask = {"size": 24, "low": -1.0, "high": 1.0, "progress": False}
    start, end = (
        network.forward(maximize_activation(network, position("a", 1), steps=n, **ask), ("a",))
        for n in (0, 60)
    )
    assert start["a"][0, 10, 10, 1] == 0 < end["a"][0, ..., 1].max()


def test_an_interrupt_keeps_the_picture_so_far(network, monkeypatch):
    from minidl.visualization import activation_maximization as module

    calls = []

    def interrupt(*args):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return original(*args)

    original = module.resampling
    monkeypatch.setattr(module, "resampling", interrupt)
    made = maximize_activation(network, channel("b", 1), size=16, steps=9, progress=False)
    monkeypatch.undo()
    two = maximize_activation(network, channel("b", 1), size=16, steps=2, progress=False)
    np.testing.assert_array_equal(made, two)


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        ({"objectives": channel("b", 9)}, ValueError, "units 0 … 3"),
        ({"objectives": channel("b", -1)}, ValueError, "units 0 … 3"),
        ({"objectives": channel("z", 0)}, ValueError, "no layer is called 'z'"),
        ({"objectives": position("b", 0, (0, 40))}, ValueError, "positions below"),
        ({"objectives": "b"}, TypeError, "objectives must be"),
        ({"objectives": []}, TypeError, "objectives must be"),
        ({"size": 2}, ValueError, "larger than the input"),
        ({"steps": -1}, ValueError, "steps"),
        ({"turn": 200}, ValueError, "turn"),
        ({"low": 3, "high": 1}, ValueError, "high"),
    ],
)
def test_bad_questions(network, ask, error, words):
    with pytest.raises(error, match=words):
        maximize_activation(network, **({"objectives": channel("b", 1), "size": 16} | ask))


def test_a_network_that_takes_no_pictures_is_refused():
    network = nn.Sequential([nn.Conv1D(2, 3, name="a")], input_shape=(None, 1))
    with pytest.raises(ValueError, match="takes no pictures"):
        maximize_activation(network, channel("a", 0), size=16)
