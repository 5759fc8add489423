"""Receptive fields against the pixels themselves: a NaN reaches exactly those who can see it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minidl import nn
from minidl.visualization import field_slices, receptive_field, visible
from minidl.zoo import layers as zoo_layers
from tests.generated import repeatable

CONV = {1: nn.Conv1D, 2: nn.Conv2D, 3: nn.Conv3D}
UP = {1: nn.ConvTranspose1D, 2: nn.ConvTranspose2D, 3: nn.ConvTranspose3D}
MAX = {1: nn.MaxPool1D, 2: nn.MaxPool2D, 3: nn.MaxPool3D}
AVG = {1: nn.AvgPool1D, 2: nn.AvgPool2D, 3: nn.AvgPool3D}


@st.composite
def networks(draw):
    """A small network of any rank, with branches, holes, strides and every kind of padding."""
    rank = draw(st.integers(1, 3))
    sizes = tuple(draw(st.integers(6, (40, 13, 7)[rank - 1])) for _ in range(rank))
    layers = []
    for _ in range(draw(st.integers(1, 3))):
        layers.append(draw(layer(rank)))
    return nn.Sequential(layers, input_shape=(*sizes, 1), dtype=np.float64, seed=1)


def layer(rank):
    padding = st.sampled_from(["valid", "same", 1])
    conv = st.builds(
        lambda size, stride, p, dilation: CONV[rank](
            1, size, stride=stride, padding=p, dilation=dilation, init="glorot"
        ),
        st.integers(1, 3),
        st.integers(1, 2),
        padding,
        st.integers(1, 2),
    )
    pool = st.builds(
        lambda kind, stride, ceil: kind[rank](2, stride=stride, ceil_mode=ceil),
        st.sampled_from([MAX, AVG]),
        st.integers(1, 2),
        st.booleans(),
    )
    block = st.builds(
        lambda dilation, short: nn.Residual(
            [CONV[rank](1, 3, padding="same", dilation=dilation)],
            [CONV[rank](1, 1)] if short else None,
        ),
        st.integers(1, 2),
        st.booleans(),
    )
    up = st.builds(lambda s: UP[rank](1, 2, stride=s), st.integers(1, 2))
    return st.one_of(conv, pool, block, up)


def seen_by_perturbation(network, name, position):
    """Which pixels turn the unit into NaN when they are NaN themselves."""
    shape = network.input_shape[:-1]
    seen = np.zeros(shape, bool)
    for pixel in np.ndindex(shape):
        x = np.ones((1, *shape, 1))
        x[(0, *pixel, 0)] = np.nan
        seen[pixel] = np.isnan(network.forward(x, taps=(name,))[name][(0, *position, 0)])
    return seen


def buildable(make):
    try:
        return make()
    except ValueError:  # a kernel has outgrown the input, or behind it fields differ in size
        return None


@repeatable(60)
@given(st.data())
def test_fields_are_what_perturbation_finds(data):
    network = buildable(lambda: data.draw(networks()))
    if network is None:
        return
    name = network.output_name
    sizes = network.shapes[name][:-1]
    position = tuple(data.draw(st.integers(0, s - 1)) for s in sizes)
    seen = seen_by_perturbation(network, name, position)
    rows = visible(network, name, position)
    for axis, row in enumerate(rows):
        others = tuple(a for a in range(seen.ndim) if a != axis)
        np.testing.assert_array_equal(row, seen.any(axis=others))
    box = field_slices(network, name, position)
    inside = np.zeros_like(seen)
    inside[box] = True
    assert not (seen & ~inside).any()
    field = buildable(lambda: receptive_field(network, name))
    if field and seen.any():
        axes = zip(box, position, field.size, field.step, field.offset, seen.shape, strict=True)
        for span, p, size, step, offset, length in axes:
            first, stop = p * step + offset, p * step + offset + size
            assert max(first, 0) <= span.start
            assert span.stop <= min(stop, length)
            if first >= 0 and stop <= length:  # nothing is clipped: the formula is exact
                assert (span.start, span.stop) == (first, stop)


def test_the_formula_agrees_with_the_exact_field_away_from_the_border():
    network = nn.Sequential(
        [
            nn.Conv2D(1, 5, stride=2, padding=2, name="a"),
            nn.MaxPool2D(3, stride=2, name="b"),
            nn.Residual([nn.Conv2D(1, 3, padding=1, dilation=2 - 1)], name="c"),
        ],
        input_shape=(64, 64, 1),
    )
    for name in ("a", "b", "c"):
        field = receptive_field(network, name)
        middle = tuple(s // 2 for s in network.shapes[name][:-1])
        want = tuple(
            slice(p * step + offset, p * step + offset + size)
            for p, step, offset, size in zip(
                middle, field.step, field.offset, field.size, strict=True
            )
        )
        assert field_slices(network, name, middle) == want


def test_known_fields():
    network = nn.Sequential(
        [nn.Conv1D(1, 3, name="a"), nn.Conv1D(1, 3, stride=2, name="b"), nn.Conv1D(1, 3, name="c")],
        input_shape=(30, 1),
    )
    assert receptive_field(network, "a").size == (3,)
    assert receptive_field(network, "b").size == (5,)
    field = receptive_field(network, "c")
    assert (field.size, field.step, field.offset) == ((9,), (2,), (0,))
    assert "9 pixels" in str(field)


def test_a_unit_may_see_nothing_but_padding():
    network = nn.Sequential([nn.Conv2D(1, 1, padding=1)], input_shape=(5, 6, 1))
    assert field_slices(network, "conv1", (0, 3)) == (slice(0, 0), slice(0, 0))
    assert field_slices(network, "conv1", (1, 3)) == (slice(0, 1), slice(2, 3))


def test_units_without_a_position_see_everything():
    network = nn.Sequential([nn.Conv2D(1, 3), nn.Flatten(), nn.Dense(2)], input_shape=(5, 6, 1))
    with pytest.raises(ValueError, match="sees the whole input"):
        receptive_field(network, "dense1")
    assert field_slices(network, "dense1", ()) == (slice(0, 5), slice(0, 6))


@pytest.mark.parametrize(
    ("name", "position", "words"),
    [
        ("conv9", (0, 0), "no layer is called 'conv9'"),
        ("conv1", (3, 0), "positions below"),
        ("conv1", (0,), "positions below"),
    ],
)
def test_bad_questions(name, position, words):
    network = nn.Sequential([nn.Conv2D(1, 3)], input_shape=(5, 6, 1))
    with pytest.raises(ValueError, match=words):
        field_slices(network, name, position)


def test_a_size_must_be_known():
    network = nn.Sequential([nn.Conv2D(1, 3)], input_shape=(None, None, 1))
    with pytest.raises(ValueError, match="input_shape"):
        field_slices(network, "conv1", (0, 0))
    assert field_slices(network, "conv1", (1, 1), (8, 8, 1)) == (slice(1, 4), slice(1, 4))


def branches(short):
    """A block whose short way takes other steps than its long one, or none."""
    join = zoo_layers.PadAdd()
    return nn.Residual([nn.Conv2D(1, 3, stride=2, padding=1)], short, join=join)


@pytest.mark.parametrize(
    ("layers", "shape", "words"),
    [
        ([nn.Dense(2)], (5,), "sees the whole input"),
        ([nn.Conv3D(1, 2), nn.GlobalAvgPool()], (4, 4, 4, 1), "sees the whole input"),
        ([nn.Conv1D(1, 2), nn.Flatten(), nn.L2Normalize()], (6, 1), "sees the whole input"),
        ([nn.ConvTranspose1D(1, 2, stride=2), nn.Conv1D(1, 3)], (6, 1), "transposed convolution"),
        ([branches(None)], (8, 8, 1), "different steps have no common field"),
    ],
)
def test_fields_that_no_formula_gives(layers, shape, words):
    network = nn.Sequential(layers, input_shape=shape)
    with pytest.raises(ValueError, match=words):
        receptive_field(network, network.output_name)
    middle = tuple(size // 2 for size in network.shapes[network.output_name][:-1])
    assert (
        len(field_slices(network, network.output_name, middle)) == len(shape) - 1
    )  # one unit's is known


@pytest.mark.parametrize("ask", [receptive_field, lambda *a: field_slices(*a[:2], (0, 0), *a[2:])])
def test_what_no_field_can_be_asked_of(ask):
    part = nn.Sequential([nn.Conv2D(1, 3)])
    for other in (part, None, nn.Conv2D(1, 3)):
        with pytest.raises(TypeError, match=r"network must be an nn\.Sequential with its"):
            ask(other, "conv1")
    network = nn.Sequential([nn.Conv2D(1, 3)], input_shape=(None, None, 1))
    for shape in ((8, 8), (8, 8, 8, 1), (8, 1), (2, 8, 1), 8, "8"):
        with pytest.raises(ValueError, match=r"conv1|input_shape"):
            ask(network, "conv1", shape)
