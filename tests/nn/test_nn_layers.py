"""Layers of every rank: shapes, parameters, gradients, first weights, modes, and their costs."""

import numpy as np
import pytest

import minidl.functional as F
from minidl import nn
from tests.nn.network_checks import bits, check_gradients, close, shake

S1, S2, S3 = (9,), (7, 6), (5, 4, 4)
SIZES = {1: S1, 2: S2, 3: S3}


def of_rank(name: str, rank: int):
    return getattr(nn, f"{name}{rank}D")


LAYERS = [
    *(
        (
            f"{kind}{rank}D {options}",
            lambda k=kind, r=rank, a=args, o=options: of_rank(k, r)(*a, **o),
            (*SIZES[rank], 4),
        )
        for rank in (1, 2, 3)
        for kind, args, options in (
            ("Conv", (6, 3), {}),
            ("Conv", (6, 2), {"stride": 2, "padding": "same", "groups": 2}),
            ("Conv", (3, 2), {"dilation": 2, "padding": 1, "bias": False}),
            ("Conv", (5, 3), {"activation": "relu", "padding": "same"}),
            ("ConvTranspose", (6, 3), {}),
            (
                "ConvTranspose",
                (6, 3),
                {"stride": 2, "padding": 1, "output_padding": 1, "groups": 2},
            ),
            ("ConvTranspose", (3, 2), {"stride": 2, "padding": "same", "bias": False}),
            ("MaxPool", (2,), {}),
            ("MaxPool", (3,), {"stride": 2, "padding": 1, "ceil_mode": True}),
            ("AvgPool", (2,), {"dilation": 2, "stride": 1}),
            ("AvgPool", (3,), {"stride": 2, "padding": 1, "count_padding": True}),
        )
    ),
    ("Conv1D causal", lambda: nn.Conv1D(3, 3, padding="causal", dilation=2), (9, 2)),
    *(
        (f"{make.__name__} {shape}", make, shape)
        for shape in ((5,), (9, 3), (7, 6, 2), (5, 4, 4, 2))
        for make in (
            nn.Affine,
            nn.BatchNorm,
            nn.Flatten,
            nn.L2Normalize,
            nn.LeakyReLU,
            nn.ReLU,
            nn.Sigmoid,
            nn.Softmax,
            nn.Tanh,
        )
    ),
    *((f"Dense {s}", lambda: nn.Dense(3), s) for s in ((5,), (9, 3), (7, 6, 2))),
    *((f"Dropout {s}", lambda: nn.Dropout(0.3), s) for s in ((5,), (7, 6, 2))),
    *((f"GlobalAvgPool {s}", nn.GlobalAvgPool, s) for s in ((9, 3), (7, 6, 2), (5, 4, 4, 2))),
]
EVERY = pytest.mark.parametrize(
    ("make", "shape"), [c[1:] for c in LAYERS], ids=[c[0] for c in LAYERS]
)


def separated(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    """Return numbers between −1 and 1 that keep away from each other and from zero."""
    size = int(np.prod(shape))
    numbers = (np.random.default_rng(seed).permutation(size) - (size - 1) / 2 + 0.25) / size
    return 2 * numbers.reshape(shape)


@EVERY
def test_gradients_for_input_and_parameters(make, shape):
    net = shake(nn.Sequential([make()], input_shape=shape, dtype=np.float64))
    x = separated((2, *shape))
    dy = np.random.default_rng(1).standard_normal(net.forward(x).shape)
    check_gradients(net, x, {net.output_name: dy})


@EVERY
def test_the_promised_shape_is_the_real_one_for_fixed_and_open_sizes(make, shape):
    net = nn.Sequential([make()], input_shape=shape)
    x = np.zeros((3, *shape), np.float32)
    y = net.forward(x)
    assert y.shape == (3, *net.shapes[net.output_name])
    assert y.dtype == np.float32
    assert net.forward(x[:0]).shape == (0, *y.shape[1:])
    if isinstance(net.layers[0], nn.Flatten):
        return
    spatial = len(shape) - 1
    free = nn.Sequential([make()], input_shape=(*(None,) * spatial, shape[-1]))
    assert free.forward(x).shape == y.shape
    want = free.shapes[free.output_name]
    assert all(w in (None, s) for w, s in zip(want, y.shape[1:], strict=True))
    assert want.count(None) == (0 if isinstance(net.layers[0], nn.GlobalAvgPool) else spatial)


@EVERY
def test_an_empty_batch_goes_both_ways(make, shape):
    net = nn.Sequential([make()], input_shape=shape)
    x = np.zeros((0, *shape), np.float32)
    dx = net.backward(net.forward(x))
    assert dx.shape == x.shape
    assert all(
        (p.grad == 0).all() and p.grad.shape == p.value.shape for p in net.parameters.values()
    )


@EVERY
def test_without_need_of_the_input_the_parameters_learn_the_same(make, shape):
    net = shake(nn.Sequential([make()], input_shape=shape, dtype=np.float64))
    x = separated((2, *shape))
    y = net.forward(x)
    assert net.backward(np.ones_like(y)) is not None
    want = bits({name: p.grad for name, p in net.parameters.items()})
    net.zero_grad()
    assert net.backward(np.ones_like(y), need_input=False) is None
    assert bits({name: p.grad for name, p in net.parameters.items()}) == want


def test_a_layer_is_thin_over_its_operation():
    layer = nn.Conv2D(4, 3, stride=2, padding="same", dilation=1)
    net = nn.Sequential([layer], input_shape=(8, 7, 3))
    x = separated((2, 8, 7, 3)).astype(np.float32)
    w, b = (net.parameters[f"conv1/{k}"].value for k in "wb")
    assert net.forward(x).tobytes() == F.conv(x, w, b, stride=2, padding="same")[0].tobytes()


def test_the_shape_of_a_kernel_is_taps_then_channels_of_a_group_then_filters():
    def kernel(layer, channels):
        net = nn.Sequential([layer], input_shape=(9, 9, channels))
        return net.parameters[f"{layer.kind}1/w"].value.shape

    assert kernel(nn.Conv2D(6, (3, 2)), 4) == (3, 2, 4, 6)
    assert kernel(nn.Conv2D(6, 3, groups=2), 4) == (3, 3, 2, 6)
    assert kernel(nn.ConvTranspose2D(6, 3), 4) == (3, 3, 6, 4)
    assert kernel(nn.ConvTranspose2D(6, 3, groups=2), 4) == (3, 3, 3, 4)


# -- first weights -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "shape", "fan_in", "fan_out"),
    (
        (nn.Conv2D(64, 3, init="he"), (8, 8, 32), 9 * 32, 9 * 64),
        (nn.Conv2D(64, 3, init="glorot"), (8, 8, 32), 9 * 32, 9 * 64),
        (nn.Conv2D(64, 3, groups=4), (8, 8, 32), 9 * 8, 9 * 16),
        (nn.Conv2D(64, 3, groups=4, init="glorot"), (8, 8, 32), 9 * 8, 9 * 16),
        (nn.Conv1D(64, 5), (20, 32), 5 * 32, 5 * 64),
        (nn.ConvTranspose2D(16, 4, stride=2), (8, 8, 64), 16 * 64 / 4, 16 * 16),
        (nn.ConvTranspose2D(16, 4, stride=2, init="glorot"), (8, 8, 64), 16 * 64 / 4, 16 * 16),
        (nn.Dense(50), (400,), 400, 50),
        (nn.Dense(50, init="he"), (400,), 400, 50),
    ),
    ids=str,
)
def test_first_weights_have_the_spread_of_their_paper(layer, shape, fan_in, fan_out):
    net = nn.Sequential([layer], input_shape=shape, seed=3)
    w = net.parameters[f"{layer.kind}1/w"].value.astype(np.float64)
    normal = layer.init.__name__ == "he"
    variance = 2 / fan_in if normal else 2 / (fan_in + fan_out)
    spread = np.sqrt(variance / w.size)
    assert abs(w.mean()) < 5 * spread
    kurtosis = 3 if normal else 1.8
    assert abs(w.var() / variance - 1) < 5 * np.sqrt((kurtosis - 1) / w.size)
    if not normal:
        assert np.abs(w).max() <= np.sqrt(3 * variance) * 1.0001
    assert (net.parameters[f"{layer.kind}1/b"].value == 0).all()


@pytest.mark.parametrize(
    "make",
    (
        lambda: nn.Conv2D(48, 3, padding="same"),
        lambda: nn.ConvTranspose2D(48, 4, stride=2, padding="same"),
    ),
    ids=("conv", "transposed"),
)
def test_he_keeps_the_signals_power_through_relus(make):
    layers = [layer for _ in range(3) for layer in (make(), nn.ReLU())]
    net = nn.Sequential(layers, input_shape=(12, 12, 48), seed=0)
    x = np.random.default_rng(0).standard_normal((2, 12, 12, 48)).astype(np.float32)
    power = float((net.forward(x) ** 2).mean())
    assert 0.4 < power < 1.6  # a little is lost at borders


def test_zeros_are_zeros_and_seeds_settle_the_rest():
    def weights(seed, init="he"):
        net = nn.Sequential([nn.Conv2D(4, 3, init=init)], input_shape=(8, 8, 3), seed=seed)
        return net.parameters["conv1/w"].value

    assert weights(1).tobytes() == weights(1).tobytes()
    assert weights(1).tobytes() != weights(2).tobytes()
    assert (weights(1, "zeros") == 0).all()


# -- batch norm and dropout ----------------------------------------------------------------------


def test_batch_norm_keeps_running_statistics_and_uses_them_for_inference():
    net = nn.Sequential([nn.BatchNorm(momentum=0.8)], input_shape=(5, 4, 3), dtype=np.float64)
    rng = np.random.default_rng(0)
    mean, var = np.zeros(3), np.ones(3)
    for _ in range(4):
        x = rng.normal(3, 2, (6, 5, 4, 3))
        net.train().forward(x)
        mean = 0.8 * mean + 0.2 * x.mean(axis=(0, 1, 2))
        var = 0.8 * var + 0.2 * x.var(axis=(0, 1, 2))
    close(net.state()["norm1/mean"], mean)
    close(net.state()["norm1/var"], var)
    before = bits(net.state())
    y = net.eval().forward(x)
    close(y, (x - mean) / np.sqrt(var + 1e-5))
    assert bits(net.state()) == before


def test_batch_norm_in_training_has_the_right_gradients():
    layers = [nn.Conv2D(3, 2, bias=False), nn.BatchNorm(), nn.Tanh()]
    net = shake(nn.Sequential(layers, input_shape=(4, 4, 2), dtype=np.float64)).train()
    x = separated((3, 4, 4, 2))
    dy = np.random.default_rng(1).standard_normal((3, 3, 3, 3))
    check_gradients(net, x, {net.output_name: dy})


def dropout_net() -> nn.Sequential:
    return nn.Sequential([nn.Dropout(0.4), nn.Dropout(0.4)], input_shape=(50,), seed=5)


def test_dropout_draws_anew_each_time_the_same_in_every_run_and_differently_in_each_layer():
    ones = np.ones((20, 50), np.float32)
    net, twin = dropout_net().train(), dropout_net().train()
    runs = [net.trace(ones, ("dropout1", "dropout2")) for _ in range(3)]
    assert len({r["dropout1"].tobytes() for r in runs}) == 3
    again = [twin.trace(ones, ("dropout1", "dropout2")) for _ in range(3)]
    assert [r.output.tobytes() for r in runs] == [r.output.tobytes() for r in again]
    second = runs[0]["dropout2"] / np.maximum(runs[0]["dropout1"], 1)
    assert ((second > 0) != (runs[0]["dropout1"] > 0)).any()


def test_dropout_goes_on_where_a_saved_network_stopped(tmp_path):
    ones = np.ones((20, 50), np.float32)
    net = dropout_net().train()
    net.forward(ones)
    net.save(tmp_path / "net.npz")
    want = [net.forward(ones).tobytes() for _ in range(3)]
    other = dropout_net().train()
    other.load(tmp_path / "net.npz")
    assert [other.forward(ones).tobytes() for _ in range(3)] == want


def test_dropout_is_silent_in_inference_and_keeps_the_expected_value():
    net = nn.Sequential([nn.Dropout(0.25)], input_shape=(1000,), seed=0)
    x = np.ones((100, 1000), np.float32)
    assert net.forward(x).tobytes() == x.tobytes()
    y = net.train().forward(x)
    assert abs(y.mean() - 1) < 5 * np.sqrt(0.25 / 0.75 / y.size)
    assert set(np.unique(y)) == {0, np.float32(1 / 0.75)}
    assert net.predict(x).tobytes() == x.tobytes()
    assert net.training


# -- what a network costs ------------------------------------------------------------------------


def test_the_summarys_numbers_are_those_counted_by_hand():
    net = nn.Sequential(
        [
            nn.Conv2D(16, 5, name="conv1"),
            nn.ReLU(),
            nn.MaxPool2D(2),
            nn.Conv2D(32, 3, padding="same", groups=2, bias=False, name="conv2"),
            nn.BatchNorm(),
            nn.ConvTranspose2D(8, 2, stride=2, name="up"),
            nn.Affine(),
            nn.GlobalAvgPool(),
            nn.Dense(10),
            nn.Softmax(),
        ],
        input_shape=(28, 28, 3),
    )
    summary = net.summary()
    rows = {row.name: (row.shape, row.parameters, row.multiplications) for row in summary.rows}
    assert rows == {
        "conv1": ((24, 24, 16), 5 * 5 * 3 * 16 + 16, 24 * 24 * 5 * 5 * 3 * 16),
        "relu1": ((24, 24, 16), 0, 0),
        "pool1": ((12, 12, 16), 0, 0),
        "conv2": ((12, 12, 32), 3 * 3 * 8 * 32, 12 * 12 * 3 * 3 * 8 * 32),
        "norm1": ((12, 12, 32), 64, 12 * 12 * 32),
        "up": ((24, 24, 8), 2 * 2 * 8 * 32 + 8, 12 * 12 * 2 * 2 * 8 * 32),
        "affine1": ((24, 24, 8), 16, 24 * 24 * 8),
        "pool2": ((8,), 0, 0),
        "dense1": ((10,), 90, 80),
        "softmax1": ((10,), 0, 0),
    }
    assert summary.parameters == sum(p.value.size for p in net.parameters.values())
    assert summary.multiplications == sum(r[2] for r in rows.values())
    text = str(summary).splitlines()
    assert text[0].split() == ["layer", "kind", "output", "parameters", "multiplications"]
    assert f"{24 * 24 * 5 * 5 * 3 * 16:,}" in text[3]
    assert text[-1].split() == ["total", f"{summary.parameters:,}", f"{summary.multiplications:,}"]


def test_the_summary_of_open_sizes_counts_them_as_one_until_a_shape_is_given():
    net = nn.Sequential([nn.Conv2D(4, 3, padding="same")], input_shape=(None, None, 2))
    assert net.summary().multiplications == 3 * 3 * 2 * 4
    assert "· × · × 4" in str(net.summary())
    assert net.summary((10, 20, 2)).multiplications == 10 * 20 * 3 * 3 * 2 * 4


def test_the_lectures_one_and_three_dimensional_layers():
    for rank in (1, 3):
        conv = of_rank("Conv", rank)
        net = nn.Sequential([conv(16, 5), conv(32, 5)], input_shape=(*(14,) * rank, 1))
        assert net.shapes["conv1"] == (*(10,) * rank, 16)
        assert net.shapes["conv2"] == (*(6,) * rank, 32)


def test_a_window_is_known_before_the_sizes_are():
    window = nn.Conv2D(8, 3, stride=2, padding=1, dilation=2).window((None, None))
    assert (window.kernel, window.stride) == ((3, 3), (2, 2))
    assert (window.before, window.dilation) == ((1, 1), (2, 2))
