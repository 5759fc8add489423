"""Wrong layers and networks: each is refused by type, in words that name the layer and say why."""

import numpy as np
import pytest

from minidl import nn

NAN = float("nan")
X = np.ones((2, 8, 8, 3), np.float32)


def build(*layers, shape=(8, 8, 3), **settings):
    return lambda: nn.Sequential(list(layers), input_shape=shape, **settings)


def small(shape=(8, 8, 3), dtype=np.float32) -> nn.Sequential:
    layers = [nn.Conv2D(4, 3, name="conv1"), nn.ReLU(name="relu1"), nn.Conv2D(2, 3, name="conv2")]
    return nn.Sequential(layers, input_shape=shape, dtype=dtype)


def run(x=X, shape=(8, 8, 3), **more):
    return lambda: small(shape).forward(x, **more)


def back(gradients, taps=()):
    def call():
        net = small()
        net.forward(X, taps=taps)
        net.backward(gradients)

    return call


DY = np.ones((2, 4, 4, 2), np.float32)
PART = nn.Sequential([nn.Dense(2)])
PATH = "never-written.npz"

REFUSED = [
    # -- layers by themselves --------------------------------------------------------------------
    (lambda: nn.Conv2D(0, 3), ValueError, "filters must be at least 1"),
    (lambda: nn.Conv2D(2.0, 3), TypeError, "filters must be an int"),
    (lambda: nn.Conv2D(4, 0), ValueError, "size must be at least 1 on every axis, got 0"),
    (lambda: nn.Conv2D(4, (3, 3, 3)), ValueError, "size must be an int or 2 ints"),
    (lambda: nn.Conv2D(4, 3, stride=0), ValueError, "stride must be at least 1"),
    (lambda: nn.Conv2D(4, 3, dilation=0.5), TypeError, "dilation must be an int"),
    (lambda: nn.Conv2D(4, 3, groups=0), ValueError, "groups must be at least 1"),
    (lambda: nn.Conv2D(4, 3, groups=3), ValueError, "groups=3 does not divide 4 filters"),
    (lambda: nn.Conv2D(4, 3, groups=(2, 2)), TypeError, "groups must be an int of 1 or more"),
    (
        lambda: nn.Conv2D(4, 3, padding=1.5),
        TypeError,
        "padding must be a name, an int or one entry",
    ),
    (lambda: nn.Conv2D(4, 3, padding=(1, 1, 1)), ValueError, "one entry for each of 2 axes"),
    (lambda: nn.Conv2D(4, 3, activation="tanh"), ValueError, 'activation must be None or "relu"'),
    (
        lambda: nn.Conv2D(4, 3, init="xavier"),
        ValueError,
        "init must be one of he, glorot, zeros",
    ),
    *(
        (lambda name=name: nn.Conv2D(4, 3, name=name), ValueError, "a layer's name must be text")
        for name in ("", "a/b", 3, "a\\b", "a:b", "..", ".", "a\0", "M\udcfcller", "a" * 401)
    ),
    (
        lambda: nn.Sequential(
            [nn.Sequential([nn.Dense(1, name="a" * 300)], name="b" * 300)], input_shape=(2,)
        ),
        ValueError,
        "cannot name an array in a file: give other names",
    ),
    (lambda: nn.ConvTranspose2D(3, 3, groups=2), ValueError, "groups=2 does not divide 3 filters"),
    (
        lambda: nn.ConvTranspose2D(3, 3, output_padding=-1),
        ValueError,
        "output_padding must be at least 0",
    ),
    (lambda: nn.MaxPool2D(0), ValueError, "size must be at least 1"),
    (lambda: nn.MaxPool2D(2, stride=0), ValueError, "stride must be at least 1"),
    (lambda: nn.AvgPool2D(2, padding=None), TypeError, "padding must be a name, an int"),
    (lambda: nn.Dense(0), ValueError, "units must be at least 1"),
    (lambda: nn.Dense("10"), TypeError, "units must be an int"),
    (lambda: nn.Dense(3, init=None), ValueError, "init must be one of"),
    (lambda: nn.Dropout(1.0), ValueError, "rate must be a number in [0, 1), got 1.0"),
    (lambda: nn.Dropout(NAN), ValueError, "rate must be a number in [0, 1), got nan"),
    (lambda: nn.LeakyReLU(2), ValueError, "slope must be a number in [0, 1], got 2"),
    (
        lambda: nn.BatchNorm(momentum=NAN),
        ValueError,
        "momentum must be a number in [0, 1], got nan",
    ),
    (lambda: nn.BatchNorm(epsilon=0), ValueError, "epsilon must be a number in"),
    # -- lists of layers -------------------------------------------------------------------------
    (
        lambda: nn.Sequential(nn.Dense(3)),
        TypeError,
        "Sequential takes a list of layers, got Dense()",
        "put it in [ ]",
    ),
    (lambda: nn.Sequential(None), TypeError, "Sequential takes a list of layers, got None"),
    (lambda: nn.Sequential([nn.ReLU]), TypeError, "got the class ReLU: write ReLU(…)"),
    (
        lambda: nn.Sequential([nn.Dense(3), "relu"]),
        TypeError,
        "Sequential takes layers, got str ('relu')",
    ),
    (lambda: nn.Sequential([[nn.Dense(3)]]), TypeError, "Sequential takes layers, got list"),
    (lambda: nn.Residual(nn.Dense(3)), TypeError, "Residual takes a list of layers"),
    (lambda: nn.Residual([], nn.Dense(3)), TypeError, "Residual's shortcut takes a list of layers"),
    (lambda: nn.Residual([], join="add"), TypeError, "Residual's join takes layers, got str"),
    (build(), ValueError, "a network needs at least one layer"),
    (build(nn.Sequential([])), ValueError, "a network needs at least one layer"),
    (
        build(nn.ReLU(name="a"), nn.ReLU(name="a")),
        ValueError,
        "two layers are called 'a': give each",
    ),
    (build(nn.ReLU(name="relu2"), nn.ReLU()), ValueError, "two layers are called 'relu2'"),
    (build(nn.ReLU(name="input")), ValueError, "'input' is what the network reads"),
    # -- building --------------------------------------------------------------------------------
    (
        build(nn.ReLU(), shape=48),
        ValueError,
        "input_shape must be (*S, C) of one example",
        "got 48",
    ),
    (build(nn.ReLU(), shape=()), ValueError, "such as (48, 48, 3); got ()"),
    (build(nn.ReLU(), shape=(0, 3)), ValueError, "input_shape must be (*S, C)"),
    (build(nn.ReLU(), shape=(8, -1, 3)), ValueError, "input_shape must be (*S, C)"),
    (build(nn.ReLU(), shape=(8.0, 3)), ValueError, "input_shape must be (*S, C)"),
    (build(nn.ReLU(), shape=(8, None)), ValueError, "input_shape must be (*S, C)"),
    (
        build(nn.ReLU(), dtype=np.float16),
        TypeError,
        "a network's dtype must be np.float32 or np.float64",
    ),
    (build(nn.ReLU(), dtype=int), TypeError, "a network's dtype must be np.float32 or np.float64"),
    (build(nn.ReLU(), dtype=None), TypeError, "a network's dtype must be np.float32 or np.float64"),
    (build(nn.ReLU(), seed=None), TypeError, "seed must be an int of 0 or more, got None"),
    (build(nn.ReLU(), seed=-1), ValueError, "seed must be at least 0, got -1"),
    (
        build(nn.Conv1D(4, 3)),
        ValueError,
        "layer 'conv1': Conv1D needs an input of shape (*S, C) with 1 sizes",
        "(8, 8, 3)",
    ),
    (
        build(nn.Conv2D(4, 3), shape=(8,)),
        ValueError,
        "layer 'conv1': Conv2D needs an input of shape",
    ),
    (build(nn.MaxPool3D(2)), ValueError, "layer 'pool1': MaxPool3D needs an input of shape"),
    (
        build(nn.Conv2D(4, 9, name="big")),
        ValueError,
        "layer 'big': the kernel (9, 9)",
        "larger than the input (8, 8)",
    ),
    (build(nn.MaxPool2D(9)), ValueError, "layer 'pool1': the kernel (9, 9)"),
    (
        build(nn.Conv2D(4, 3, groups=2)),
        ValueError,
        "layer 'conv1': groups=2 does not divide 3 input channels",
    ),
    (
        build(nn.Conv2D(4, 3, padding="causal")),
        ValueError,
        "layer 'conv1': padding=\"causal\" is for one axis",
    ),
    (
        build(nn.Conv2D(4, 3, padding="SAME")),
        ValueError,
        "layer 'conv1': padding must be \"valid\"",
    ),
    (
        build(nn.ConvTranspose2D(4, 3, output_padding=1)),
        ValueError,
        "output_padding (1, 1) must be less than the stride",
    ),
    (build(nn.GlobalAvgPool(), shape=(3,)), ValueError, "GlobalAvgPool needs positions to average"),
    (
        build(nn.Flatten(), shape=(None, 8, 3)),
        ValueError,
        "layer 'flatten1': Flatten needs fixed sizes",
        "GlobalAvgPool",
    ),
    (
        build(nn.Residual([nn.Conv2D(4, 3)], name="block")),
        ValueError,
        "layer 'block': Add needs inputs of one shape, got (6, 6, 4) and (8, 8, 3)",
        "give the shortcut a 1×1 convolution",
    ),
    (
        build(*[nn.Conv2D(4, 3, padding="same")] * 2),
        ValueError,
        "layer 'conv2': Conv2D has parameters for 3 channels",
    ),
    (
        build(*[nn.Dense(4)] * 2),
        ValueError,
        "layer 'dense2': Dense has parameters for 3 channels",
        "(8, 8, 4)",
    ),
    # -- running ---------------------------------------------------------------------------------
    (
        lambda: PART.forward(X),
        RuntimeError,
        "this network has no parameters yet: give it an input_shape",
    ),
    (lambda: PART.predict(X), RuntimeError, "this network has no parameters yet"),
    (lambda: PART.summary(), RuntimeError, "this network has no parameters yet"),
    (lambda: PART.save(PATH), RuntimeError, "this network has no parameters yet"),
    (lambda: small().backward(DY), RuntimeError, "backward needs a forward first"),
    (
        run(X.astype(np.float64)),
        TypeError,
        "the network takes float32 arrays, got float64",
        "astype(np.float32)",
    ),
    (run(X.astype(np.uint8)), TypeError, "the network takes float32 arrays, got uint8"),
    (run(X.tolist()), TypeError, "the network takes float32 arrays, got list: use np.asarray(x)"),
    (run(None), TypeError, "the network takes float32 arrays, got NoneType"),
    (
        run(X[0]),
        ValueError,
        "takes a batch (N, 8, 8, 3), got shape (8, 8, 3): give one example alone as x[None]",
    ),
    (run(X[:, :7]), ValueError, "takes a batch (N, 8, 8, 3), got shape (2, 7, 8, 3)"),
    (run(X[..., :1]), ValueError, "takes a batch (N, 8, 8, 3), got shape (2, 8, 8, 1)"),
    (run(X[..., :1], shape=(None, None, 3)), ValueError, "takes a batch (N, any, any, 3)"),
    (
        run(X[:, :4], shape=(None, None, 3)),
        ValueError,
        "layer 'conv2': the kernel (3, 3)",
        "the input (2, 6)",
    ),
    (
        run(taps="conv3"),
        ValueError,
        "no layer is called 'conv3'; the layers are: conv1, relu1, conv2",
    ),
    (run(taps=("conv1", "x", "y")), ValueError, "no layer is called 'x', 'y'; the layers are"),
    (run(taps=[1]), ValueError, "no layer is called 1; the layers are"),
    (run(taps=7), ValueError, "no layer is called 7; the layers are"),
    (run(taps=None), ValueError, "no layer is called None; the layers are"),
    (lambda: small().predict(X, batch_size=0), ValueError, "batch_size must be at least 1"),
    (lambda: small().predict(X, batch_size=2.5), TypeError, "batch_size must be an int"),
    (lambda: small().predict(X[0]), ValueError, "give one example alone as x[None]"),
    (lambda: small().predict(None), TypeError, "the network takes float32 arrays, got NoneType"),
    (
        lambda: small().trace(X, "conv1")["conv2"],
        KeyError,
        "'conv2' was not tapped; the taps are: conv1",
    ),
    (
        lambda: small().summary((9, 9, 4)),
        ValueError,
        "layer 'conv1': Conv2D has parameters for 3 channels",
    ),
    (lambda: small().summary((3, 3, 3)), ValueError, "layer 'conv2': the kernel (3, 3)"),
    (lambda: small().summary("8x8"), ValueError, "input_shape must be (*S, C)"),
    # -- going back ------------------------------------------------------------------------------
    (
        back(DY[:1]),
        ValueError,
        "the gradient for 'conv2' must have the output's shape (2, 4, 4, 2)",
    ),
    (
        back(DY.astype(np.float64)),
        TypeError,
        "the gradient for 'conv2' must have the input's dtype float32",
    ),
    (back({"conv2": 1.0}), TypeError, "the gradient for 'conv2' must be a NumPy array, got float"),
    (
        back({"conv2": DY, "conv3": DY}),
        ValueError,
        "no layer called 'conv3' ran; these did: conv1, relu1, conv2",
    ),
    (
        back({"conv2": DY}, taps="conv1"),
        ValueError,
        "no layer called 'conv2' ran; these did: conv1",
    ),
    (back({}), TypeError, "backward takes the output's gradient or {name: gradient}, got {}"),
    (back(None), TypeError, "backward takes the output's gradient or {name: gradient}, got None"),
    (back([DY]), TypeError, "backward takes the output's gradient or {name: gradient}"),
    # -- parameters ------------------------------------------------------------------------------
    (lambda: small().freeze("conv3"), ValueError, "no layer with parameters is called 'conv3'"),
    (lambda: small().freeze("relu1"), ValueError, "no layer with parameters is called 'relu1'"),
    (lambda: small().unfreeze("conv"), ValueError, "no layer with parameters is called 'conv'"),
    (lambda: small().load_state({}), nn.WeightFileError, "the state lacks the array 'conv1/w'"),
    (
        lambda: small().load_state(small(dtype=np.float64).state()),
        nn.WeightFileError,
        "'conv1/w' is float64",
    ),
    (
        lambda: small().load_state(small((8, 8, 1)).state()),
        nn.WeightFileError,
        "(3, 3, 1, 4), float32 (3, 3, 3, 4)",
    ),
    (lambda: nn.Layer().forward(X), NotImplementedError, ""),
]


@pytest.mark.parametrize("case", REFUSED, ids=[f"{i} {c[2][:40]}" for i, c in enumerate(REFUSED)])
def test_is_refused_in_words(case):
    call, kind, *words = case
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    for part in words:
        assert part in str(caught.value), str(caught.value)


def test_an_error_in_a_deep_layer_says_which():
    deep = [nn.Sequential([nn.Conv2D(2, 3), nn.Conv2D(2, 3)], name=f"stage{i}") for i in range(3)]
    with pytest.raises(ValueError, match=r"^layer 'stage2/conv1': the kernel \(3, 3\)"):
        nn.Sequential(deep, input_shape=(10, 10, 1))


def test_other_errors_keep_their_type():
    class Odd(nn.Layer):
        def forward(self, x, *, training=False):
            raise UnicodeError("odd")

    net = nn.Sequential([Odd()], input_shape=(3,))
    with pytest.raises(UnicodeError, match=r"^odd$"):
        net.forward(np.ones((1, 3), np.float32))


def test_there_are_many_cases():
    assert len(REFUSED) >= 80
