"""Wrong arguments of operations: each is refused by type, in words that say what to do."""

import numpy as np
import pytest

import minidl.functional as F

X1, X2, X3 = np.ones((2, 6, 2)), np.ones((2, 6, 5, 2)), np.ones((2, 4, 4, 4, 2))
W1, W2, W3 = np.ones((3, 2, 4)), np.ones((3, 3, 2, 4)), np.ones((2, 2, 2, 2, 4))
Y2 = np.ones((2, 3, 3, 4))
ROW, VEC = np.ones((3, 4)), np.ones(4)
RNG = np.random.default_rng(0)
NAN = float("nan")


def conv(**changes):
    return lambda: F.conv(**({"x": X2, "w": W2} | changes))


def transpose(**changes):
    return lambda: F.conv_transpose(**({"x": Y2, "w": W2} | changes))


def max_pool(**changes):
    return lambda: F.max_pool(**({"x": X2, "size": 2} | changes))


def avg_pool(**changes):
    return lambda: F.avg_pool(**({"x": X2, "size": 2} | changes))


def norm(**changes):
    vectors = dict.fromkeys(("gamma", "beta", "mean", "var"), VEC)
    return lambda: F.batch_norm(**({"x": ROW} | vectors | changes))


def back(operation, dy, **more):
    """Call F.<operation>_backward with this dy and the right cache."""
    caches = {
        "conv": lambda: F.conv(X2, W2),
        "conv_transpose": lambda: F.conv_transpose(Y2, W2),
        "max_pool": lambda: F.max_pool(X2, 2),
        "avg_pool": lambda: F.avg_pool(X2, 2),
        "global_avg_pool": lambda: F.global_avg_pool(X2),
        "dense": lambda: F.dense(ROW, np.ones((4, 2))),
        "affine": lambda: F.affine(ROW, VEC, VEC),
        "batch_norm": lambda: F.batch_norm(ROW, VEC, VEC, VEC, VEC),
        "flatten": lambda: F.flatten(X2),
        "dropout": lambda: F.dropout(ROW, 0.5, RNG),
        "leaky_relu": lambda: F.leaky_relu(ROW),
    }
    cache = caches.get(operation, lambda: getattr(F, operation)(ROW))()[1]
    return lambda: getattr(F, f"{operation}_backward")(dy, cache, **more)


CASES = [
    # -- what x may be ---------------------------------------------------------------------------
    (
        "x is a list",
        conv(x=X2.tolist()),
        TypeError,
        "x must be a NumPy array, got list: convert it",
    ),
    ("x is None", conv(x=None), TypeError, "x must be a NumPy array, got NoneType"),
    ("x holds ints", conv(x=X2.astype(int)), TypeError, "x must be float32 or float64, got int"),
    ("x holds bytes", conv(x=X2.astype(np.uint8)), TypeError, "got uint8: convert it with .astype"),
    ("x is float16", conv(x=X2.astype(np.float16)), TypeError, "got float16: convert it with"),
    ("x is complex", conv(x=X2 + 0j), TypeError, "float32 or float64, got complex128"),
    ("x is big-endian", conv(x=X2.astype(">f8")), TypeError, "float32 or float64, got >f8"),
    ("x is masked", conv(x=np.ma.masked_array(X2)), TypeError, "NumPy array, got MaskedArray"),
    ("x holds objects", conv(x=X2.astype(object)), TypeError, "float32 or float64, got object"),
    (
        "x without batch",
        conv(x=X2[0]),
        ValueError,
        "must have 4 axes",
        "give one example alone as x[None]",
    ),
    ("x of another rank", conv(x=X3), ValueError, "must have 4 axes", "got shape (2, 4, 4, 4, 2)"),
    ("x without positions", conv(x=X2[:, :0]), ValueError, "x has an axis without positions"),
    ("x of other channels", conv(x=X2[..., :1]), ValueError, "expects 2 input channels", "has 1"),
    # -- kernels ---------------------------------------------------------------------------------
    ("w is a list", conv(w=W2.tolist()), TypeError, "w must be a NumPy array, got list"),
    (
        "w of two axes",
        conv(w=W2[0, 0]),
        ValueError,
        "w must have shape (*K, C/groups, F)",
        "(2, 4)",
    ),
    ("w is float32", conv(w=W2.astype("f4")), TypeError, "w is float32 but the input is float64"),
    ("w without filters", conv(w=W2[..., :0]), ValueError, "w must not be empty"),
    ("w without taps", conv(w=W2[:0]), ValueError, "w must not be empty, got shape (0, 3, 2, 4)"),
    (
        "b of another length",
        conv(b=np.ones(3)),
        ValueError,
        "b must have shape (4,), one per channel",
    ),
    ("b is a number", conv(b=1.0), TypeError, "b must be a NumPy array, got float"),
    ("b is float32", conv(b=np.ones(4, "f4")), TypeError, "b is float32 but the input is float64"),
    ("kernel too large", conv(w=np.ones((7, 3, 2, 4))), ValueError, "larger than the input (6, 5)"),
    (
        "kernel too wide",
        conv(dilation=3),
        ValueError,
        "with dilation (3, 3) it spans (7, 7)",
        "pad more",
    ),
    # -- groups ----------------------------------------------------------------------------------
    ("groups 0", conv(groups=0), ValueError, "groups must be at least 1, got 0"),
    ("groups 1.0", conv(groups=1.0), TypeError, "groups must be an int of 1 or more, got 1.0"),
    ("groups True", conv(groups=True), TypeError, "groups must be an int of 1 or more, got True"),
    ("groups do not divide", conv(groups=3), ValueError, "groups=3 does not divide the 4 filters"),
    ("groups need channels", conv(groups=2), ValueError, "with groups=2 expects 4 input channels"),
    # -- stride, dilation, activation ------------------------------------------------------------
    ("stride 0", conv(stride=0), ValueError, "stride must be at least 1 on every axis, got 0"),
    ("stride -1", conv(stride=(1, -1)), ValueError, "stride must be at least 1", "(1, -1)"),
    (
        "stride 2.0",
        conv(stride=2.0),
        TypeError,
        "stride must be an int or one int per axis, got 2.0",
    ),
    ("stride True", conv(stride=True), TypeError, "stride must be an int or one int per axis"),
    ("stride None", conv(stride=None), TypeError, "stride must be an int or one int per axis"),
    ("stride of 3 axes", conv(stride=(1, 1, 1)), ValueError, "stride must be an int or 2 ints"),
    ("stride of floats", conv(stride=(1, 1.5)), ValueError, "2 ints, one per axis, got (1, 1.5)"),
    ("stride in words", conv(stride="2"), TypeError, "stride must be an int or one int per axis"),
    (
        "stride array of a float",
        conv(stride=np.array(2.0)),
        TypeError,
        "stride must be an int or one",
    ),
    (
        "stride array of 2 axes",
        conv(stride=np.ones((2, 2), int)),
        ValueError,
        "must be an int or 2",
    ),
    ("stride huge", conv(stride=10**30), ValueError, "stride must be at most 2147483647"),
    ("dilation 0", conv(dilation=0), ValueError, "dilation must be at least 1"),
    ("dilation -1", conv(dilation=[1, -1]), ValueError, "dilation must be at least 1"),
    ("activation tanh", conv(activation="tanh"), ValueError, 'activation must be None or "relu"'),
    # -- padding ---------------------------------------------------------------------------------
    ("padding SAME", conv(padding="SAME"), ValueError, '"valid", "same", "causal" or numbers, got'),
    ("padding -1", conv(padding=-1), ValueError, "padding must not be negative", "crop the input"),
    ("padding negative after", conv(padding=((0, 1), (0, -1))), ValueError, "must not be negative"),
    ("padding 1.5", conv(padding=1.5), TypeError, "padding must be a name, an int or one entry"),
    ("padding True", conv(padding=True), TypeError, "padding must be a name, an int or one entry"),
    ("padding None", conv(padding=None), TypeError, "padding must be a name, an int or one entry"),
    ("padding of 3 axes", conv(padding=(1, 1, 1)), ValueError, "one entry for each of 2 axes"),
    (
        "padding pair at rank 1",
        lambda: F.conv(X1, W1, padding=(1, 2)),
        ValueError,
        "one entry for each of 1 axes, got (1, 2)",
        "write (before, after) in its place, as in ((1, 2),)",
    ),
    (
        "padding triple",
        conv(padding=((1, 2, 3), 1)),
        ValueError,
        "an int or (before, after) for each",
    ),
    ("padding of floats", conv(padding=((1.0, 2.0), 1)), ValueError, "an int or (before, after)"),
    ("padding None on an axis", conv(padding=(1, None)), ValueError, "an int or (before, after)"),
    (
        "padding causal at rank 2",
        conv(padding="causal"),
        ValueError,
        "is for one axis (time)",
        "has 2",
    ),
    ("causal on an axis of two", conv(padding=(1, "causal")), ValueError, "is for one axis (time)"),
    ("padding huge", conv(padding=10**30), ValueError, "padding must be at most 2147483647"),
    (
        "padding array of a float",
        conv(padding=np.array(1.0)),
        TypeError,
        "padding must be a name, an int",
    ),
    # -- transposed convolution ------------------------------------------------------------------
    ("x not w's filters", transpose(x=X2), ValueError, "as many channels as w", "filters (4)"),
    (
        "output padding too large",
        transpose(output_padding=1),
        ValueError,
        "less than the stride (1, 1)",
    ),
    (
        "output padding -1",
        transpose(output_padding=-1),
        ValueError,
        "output_padding must be at least 0",
    ),
    (
        "output padding 0.0",
        transpose(output_padding=0.0),
        TypeError,
        "output_padding must be an int",
    ),
    (
        "output padding and same",
        transpose(stride=2, padding="same", output_padding=1),
        ValueError,
        'padding="same" settles the size',
        "leave output_padding at 0",
    ),
    (
        "output padding and same on one axis",
        transpose(stride=2, padding=["same", "valid"], output_padding=(1, 0)),
        ValueError,
        'padding="same" settles the size',
    ),
    (
        "nothing is left",
        transpose(padding=4),
        ValueError,
        "leaves an output of size (-3, -3): pad less",
    ),
    ("b of w's filters", transpose(b=VEC), ValueError, "b must have shape (2,)"),
    ("no positions", transpose(x=Y2[:, :, :0]), ValueError, "x has an axis without positions"),
    ("groups do not divide filters", transpose(groups=3), ValueError, "groups=3 does not divide"),
    # -- pools -----------------------------------------------------------------------------------
    (
        "pool without batch",
        max_pool(x=X2[0, 0]),
        ValueError,
        "x must have at least 3 axes",
        "channels last",
    ),
    ("pool of ints", max_pool(x=X2.astype(int)), TypeError, "x must be float32 or float64"),
    (
        "pool without positions",
        max_pool(x=X2[:, :0]),
        ValueError,
        "x has an axis without positions",
    ),
    ("pool of size 0", max_pool(size=0), ValueError, "size must be at least 1"),
    ("pool of size 2.0", avg_pool(size=2.0), TypeError, "size must be an int or one int per axis"),
    ("pool of three sizes", max_pool(size=(2, 2, 2)), ValueError, "size must be an int or 2 ints"),
    ("pool of stride 0", avg_pool(stride=0), ValueError, "stride must be at least 1"),
    ("pool too large", avg_pool(size=7), ValueError, "is larger than the input (6, 5)"),
    (
        "windows of padding alone",
        max_pool(padding=2),
        ValueError,
        "nothing but padding",
        "pad less",
    ),
    ("mean of padding alone", avg_pool(padding=2), ValueError, "nothing but padding: pad less"),
    ("causal pool at rank 2", max_pool(padding="causal"), ValueError, "is for one axis (time)"),
    (
        "global pool of rows",
        lambda: F.global_avg_pool(ROW),
        ValueError,
        "x must have at least 3 axes",
    ),
    (
        "global pool of nothing",
        lambda: F.global_avg_pool(X2[:, :0]),
        ValueError,
        "without positions",
    ),
    # -- dense, affine, norms --------------------------------------------------------------------
    (
        "dense of a vector",
        lambda: F.dense(VEC, np.ones((4, 2))),
        ValueError,
        "x must have at least 2",
    ),
    (
        "dense sizes",
        lambda: F.dense(ROW, np.ones((5, 2))),
        ValueError,
        "as many numbers per row",
        "(5)",
    ),
    ("dense w of rank 1", lambda: F.dense(ROW, VEC), ValueError, "w must have 2 axes (D, F)"),
    ("dense w empty", lambda: F.dense(ROW, np.ones((4, 0))), ValueError, "w must not be empty"),
    ("dense b", lambda: F.dense(ROW, np.ones((4, 2)), VEC), ValueError, "b must have shape (2,)"),
    ("dense dtypes", lambda: F.dense(ROW, np.ones((4, 2), "f4")), TypeError, "give both the same"),
    ("affine gamma", lambda: F.affine(ROW, VEC[:3], VEC), ValueError, "gamma must have shape (4,)"),
    ("affine beta", lambda: F.affine(ROW, VEC, [0] * 4), TypeError, "beta must be a NumPy array"),
    (
        "norm mean",
        norm(mean=ROW),
        ValueError,
        "mean must have shape (4,), one per channel, got (3, 4)",
    ),
    ("norm var negative", norm(var=-VEC), ValueError, "var must not be negative or NaN", "-1.0"),
    ("norm var NaN", norm(var=VEC * NAN), ValueError, "var must not be negative or NaN", "nan"),
    ("norm var float32", norm(var=VEC.astype("f4")), TypeError, "var is float32 but the input is"),
    ("norm momentum 2", norm(momentum=2), ValueError, "momentum must be a number in [0, 1], got 2"),
    ("norm momentum NaN", norm(momentum=NAN), ValueError, "momentum must be a number in [0, 1]"),
    ("norm momentum None", norm(momentum=None), ValueError, "momentum must be a number in [0, 1]"),
    ("norm epsilon NaN", norm(epsilon=NAN), ValueError, "epsilon must be a number in", "got nan"),
    ("norm epsilon 0", norm(epsilon=0), ValueError, "epsilon must be a number in", "got 0"),
    (
        "norm epsilon inf",
        norm(epsilon=np.inf),
        ValueError,
        "epsilon must be a number in",
        "got inf",
    ),
    ("l2 epsilon 0", lambda: F.l2_normalize(ROW, 0), ValueError, "epsilon must be a number in"),
    ("l2 of ints", lambda: F.l2_normalize(np.ones((2, 2), int)), TypeError, "float32 or float64"),
    # -- activations, dropout, flatten -----------------------------------------------------------
    ("relu of a number", lambda: F.relu(1.0), TypeError, "x must be a NumPy array, got float"),
    ("relu of ints", lambda: F.relu(np.arange(3)), TypeError, "x must be float32 or float64"),
    ("slope NaN", lambda: F.leaky_relu(ROW, NAN), ValueError, "slope must be a number in [0, 1]"),
    (
        "slope 2",
        lambda: F.leaky_relu(ROW, 2),
        ValueError,
        "slope must be a number in [0, 1], got 2",
    ),
    ("slope True", lambda: F.leaky_relu(ROW, True), ValueError, "slope must be a number in [0, 1]"),
    ("slope text", lambda: F.leaky_relu(ROW, "0.1"), ValueError, "slope must be a number", "'0.1'"),
    ("softmax of no class", lambda: F.softmax(ROW[:, :0]), ValueError, "at least one class"),
    ("softmax of a scalar", lambda: F.softmax(np.array(1.0)), ValueError, "at least one class"),
    (
        "rate 1",
        lambda: F.dropout(ROW, 1, RNG),
        ValueError,
        "rate must be a number in [0, 1), got 1",
    ),
    ("rate NaN", lambda: F.dropout(ROW, NAN, RNG), ValueError, "rate must be a number in [0, 1)"),
    ("rate -0.1", lambda: F.dropout(ROW, -0.1, RNG), ValueError, "rate must be a number in [0, 1)"),
    ("rng a seed", lambda: F.dropout(ROW, 0.5, 0), TypeError, "np.random.default_rng(seed)"),
    ("rng of old", lambda: F.dropout(ROW, 0.5, np.random.RandomState(0)), TypeError, "Generator"),
    ("flatten a vector", lambda: F.flatten(VEC), ValueError, "x must have at least 2 axes"),
    # -- backward --------------------------------------------------------------------------------
    ("dy is a list", back("conv", [1.0]), TypeError, "dy must be a NumPy array, got list"),
    (
        "dy of x's shape",
        back("conv", X2),
        ValueError,
        "dy must have the output's shape (2, 4, 3, 4)",
    ),
    (
        "dy float32",
        back("relu", ROW.astype("f4")),
        TypeError,
        "dy must have the input's dtype float64",
    ),
    ("dy ints", back("sigmoid", np.ones((3, 4), int)), TypeError, "dy must be float32 or float64"),
    (
        "dy of a column",
        back("softmax", ROW[:, :1]),
        ValueError,
        "the output's shape (3, 4), got (3, 1)",
    ),
    ("dy of a number", back("tanh", 1.0), TypeError, "dy must be a NumPy array, got float"),
    ("dy of a pool", back("max_pool", X2), ValueError, "the output's shape (2, 3, 2, 2)"),
    ("dy of a mean", back("avg_pool", X2), ValueError, "the output's shape (2, 3, 2, 2)"),
    ("dy of global", back("global_avg_pool", X2), ValueError, "the output's shape (2, 2)"),
    ("dy transposed", back("conv_transpose", Y2), ValueError, "the output's shape (2, 5, 5, 2)"),
    ("dy dense", back("dense", ROW), ValueError, "the output's shape (3, 2), got (3, 4)"),
    ("dy affine", back("affine", VEC), ValueError, "the output's shape (3, 4), got (4,)"),
    ("dy norm", back("batch_norm", VEC), ValueError, "the output's shape (3, 4), got (4,)"),
    ("dy unit vectors", back("l2_normalize", VEC), ValueError, "the output's shape (3, 4)"),
    ("dy flatten", back("flatten", X2), ValueError, "the output's shape (2, 60)"),
    ("dy dropout", back("dropout", VEC), ValueError, "the output's shape (3, 4)"),
    ("dy leaky", back("leaky_relu", VEC), ValueError, "the output's shape (3, 4)"),
    (
        "need unknown",
        back("conv", np.ones((2, 4, 3, 4)), need="y"),
        ValueError,
        "need must be taken from ('x', 'w', 'b')",
    ),
    (
        "need list",
        back("dense", ROW[:, :2], need=["x", "c"]),
        ValueError,
        "need must be taken from",
    ),
    (
        "need None",
        back("affine", ROW, need=None),
        ValueError,
        "need must be taken from",
        "got None",
    ),
    ("need number", back("batch_norm", ROW, need=3), ValueError, "need must be taken from"),
    (
        "need w of conv_transpose",
        back("conv_transpose", np.ones((2, 5, 5, 2)), need=("W",)),
        ValueError,
        "need must be taken from",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_is_refused_in_words(case):
    _, call, kind, *words = case
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    text = str(caught.value)
    for part in words:
        assert part in text, text
    assert text.endswith("."), text


OPERATIONS = sorted(n.removesuffix("_backward") for n in F.__all__ if n.endswith("_backward"))


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "cache", (None, "cache", (1, 2), np.ones(3)), ids=("None", "text", "tuple", "array")
)
def test_a_cache_that_is_none_is_refused(operation, cache):
    with pytest.raises(
        TypeError, match=f"F.{operation}_backward needs the cache that F.{operation}"
    ):
        getattr(F, f"{operation}_backward")(np.ones((2, 2)), cache)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_another_operations_cache_is_refused(operation):
    cache = F.softmax(ROW)[1] if operation != "softmax" else F.relu(ROW)[1]
    with pytest.raises(TypeError, match=f"returned, got {type(cache).__name__}"):
        getattr(F, f"{operation}_backward")(ROW, cache)


def test_there_are_many_cases():
    assert len(CASES) >= 100
    assert len({case[0] for case in CASES}) == len(CASES)
