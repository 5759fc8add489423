"""Arguments as people give them: NumPy's numbers, lists, one number for several, paths of any kind.

What is meant plainly is taken, and gives the same bits; everything else is refused in words.
"""

from pathlib import Path

import numpy as np
import pytest

import minidl.functional as F
from minidl import datasets, faces, nn, style, visualization
from minidl.arguments import check_int, check_number

RNG = np.random.default_rng(0)
IMAGE = RNG.integers(0, 256, (32, 40, 3), dtype=np.uint8)
PICTURES = RNG.integers(0, 256, (24, 16, 16, 3), dtype=np.uint8)
LABELS = np.repeat(np.arange(6), 4)
ENCODINGS = RNG.normal(size=(24, 8)).astype(np.float32)
DISTANCES = faces.squared_distances(ENCODINGS)
ROW = RNG.normal(size=(3, 4)).astype(np.float32)
ONES = np.ones(4, np.float32)
NETWORK = nn.Sequential(
    [nn.Conv2D(4, 3, activation="relu", name="a"), nn.Conv2D(5, 3, name="b")],
    input_shape=(None, None, 3),
)
X = RNG.normal(size=(1, 12, 12, 3)).astype(np.float32)


def rng():
    return np.random.default_rng(1)


def encoder():
    return faces.face_encoder(2, size=16, encoding=4)


def trained(**settings):
    network, plan = encoder(), {"epochs": 1, "people": 3, "pictures": 3, "progress": False}
    given = {"images": PICTURES, "labels": LABELS} | plan | settings
    history = faces.train_with_triplets(network, **given)
    return history.curves, network.state()


def head(**settings):
    unit = faces.Head(size=8)
    same = settings.pop("same", np.arange(12) % 2)
    return unit.fit(ENCODINGS[:12], ENCODINGS[12:], same, epochs=2, **settings).curves


def painted(**settings):
    given = {"content": IMAGE, "style": IMAGE[::-1].copy(), "network": "small", "steps": 1}
    return style.transfer(**(given | {"size": 20, "progress": False} | settings)).image


def excited(**settings):
    return visualization.maximize_activation(
        NETWORK, visualization.channel("b", 1), **({"size": 8, "steps": 2} | settings)
    )


def pairs(made):
    return made.first, made.second, made.same, made.fold


def triplets(miner, labels):
    found = miner(DISTANCES, labels, 0.2, rng())
    return found.anchor, found.positive, found.negative


def batches(labels, **settings):
    return list(faces.people_batches(labels, **({"people": 3, "pictures": 2} | settings))(0))


def equal(a, b):
    """The same structure, dtypes and bits."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b)
    return type(a) is type(b) and a == b


TAKEN = [
    # -- small whole numbers of NumPy's, in which a sum or product would overflow ------------------
    ("resize", lambda n: datasets.resize(IMAGE, n), 20, np.uint8(20)),
    ("shrink", lambda n: datasets.read_image(FILE[0], max_size=n), 20, np.uint8(20)),
    ("faces", lambda n: datasets.faces(2, 1, size=n, seed=0)[0], 16, np.uint8(16)),
    ("ecg", lambda n: datasets.ecg(1, n, seed=0).signals, 2, np.uint8(2)),
    ("head", lambda n: head(batch_size=n), 4, np.uint8(4)),
    (
        "probes",
        lambda n: faces.identification_rates(ENCODINGS, LABELS, [2, 3], probes=n),
        20,
        np.uint8(20),
    ),
    ("jitter", lambda n: excited(jitter=n), 2, np.uint8(2)),
    ("cosine", lambda n: nn.cosine(0.1, n, warmup=2)(200), 250, np.uint8(250)),
    ("filters", lambda n: nn.Conv2D(n, 3).filters, 200, np.uint8(200)),
    ("batch_size", lambda n: NETWORK.predict(X, batch_size=n), 200, np.uint8(200)),
    # -- NumPy's floats, whose precision would spread ----------------------------------------------
    ("rate", lambda v: excited(rate=v), 6.0, np.float64(6)),
    ("scale", lambda v: excited(scale=v), 0.25, np.float32(0.25)),
    ("slope", lambda v: F.leaky_relu(ROW, v)[0], 0.25, np.float64(0.25)),
    ("dropout", lambda v: F.dropout(ROW, v, rng())[0], 0.5, np.float64(0.5)),
    ("momentum", lambda v: F.batch_norm(ROW, *[ONES] * 4, training=True, momentum=v)[1].mean, 0.5,
     np.float64(0.5)),
    ("margin", lambda v: faces.triplet_cost(ENCODINGS, TRIPLETS, v)[:2], 0.25, np.float64(0.25)),
    ("false accepts", lambda v: CURVE.at_false_accept(v).threshold, 0.5, np.float32(0.5)),
    # -- arrays without axes -----------------------------------------------------------------------
    ("seed", lambda n: datasets.volumes(1, size=12, seed=n), 3, np.array(3)),
    ("groups", lambda n: nn.Conv2D(4, 3, groups=n).groups, 2, np.array(2)),
    ("stride", lambda n: F.max_pool(X, 2, stride=n)[0], 1, np.array(1)),
    ("epsilon", lambda v: F.l2_normalize(ROW, v)[0], 0.25, np.array(0.25)),
    ("levels", lambda n: painted(levels=n, size=40), 2, np.array(2)),
    # -- lists and names where labels stand --------------------------------------------------------
    ("train", lambda y: trained(labels=y), LABELS, LABELS.tolist()),
    ("train on a list", lambda x: trained(images=x), PICTURES, list(PICTURES)),
    ("people_batches", batches, LABELS, LABELS.tolist()),
    ("people_batches by name", batches, LABELS, [f"person {k}" for k in LABELS]),
    ("all_pairs", lambda y: pairs(faces.all_pairs(y)), LABELS, LABELS.tolist()),
    ("fold_pairs", lambda y: pairs(faces.fold_pairs(y, 2, 2)), LABELS, tuple(LABELS)),
    (
        "identification",
        lambda y: faces.identification_rates(ENCODINGS, y, [2], probes=20),
        LABELS,
        LABELS.tolist(),
    ),
    *(
        (name, lambda y, miner=miner: triplets(miner, y), LABELS, LABELS.tolist())
        for name, miner in faces.MINERS.items()
    ),
    ("same", lambda y: head(same=y), np.arange(12) % 2, [k % 2 == 1 for k in range(12)]),
    # -- one number for several, several in another wrapping ---------------------------------------
    ("phantom", lambda n: datasets.phantom(n, nodules=1).volume, (32, 32, 32), 32),
    ("volumes", lambda n: datasets.volumes(1, size=n, seed=0), (12, 13, 14), np.arange(12, 15)),
    ("style size", lambda n: painted(size=n), (16, 20), np.array([16, 20])),
    ("style steps", lambda n: painted(levels=2, size=40, steps=n), [1, 1], np.int64(1)),
    ("frames", lambda n: painted(frames=n), (1,), np.int64(1)),
    ("sizes", lambda n: faces.identification_rates(ENCODINGS, LABELS, n, probes=20), [3], 3),
    ("position", lambda p: visualization.field_slices(NETWORK, "b", p, (12, 12, 3)), (2, 3),
     np.array([2, 3])),
    ("input_shape", lambda s: visualization.receptive_field(NETWORK, "b", s).size, (12, 12, 3),
     np.array([12, 12, 3])),
    ("people", lambda p: datasets.faces(p, 1, size=16, seed=0)[1], range(2), {0, 1}),
]  # fmt: skip
TRIPLETS = faces.batch_hard(DISTANCES, LABELS, 0.2, rng())
CURVE = faces.roc(np.arange(6.0), [1, 1, 0, 1, 0, 0])
FILE = []


@pytest.fixture(scope="module", autouse=True)
def a_file(tmp_path_factory):
    FILE.append(tmp_path_factory.mktemp("pictures") / "a.png")
    datasets.save_image(IMAGE, FILE[0])


@pytest.mark.parametrize(
    ("call", "plain", "given"),
    [pytest.param(*rest, id=f"{k} {name}") for k, (name, *rest) in enumerate(TAKEN)],
)
def test_is_taken_as_it_is_meant(call, plain, given):
    assert equal(call(plain), call(given))


REFUSED = [
    (lambda: trained(labels=LABELS[:5]), "labels must be 24, one for each row, got 5"),
    (lambda: trained(labels=LABELS * 0.5), "labels must be ints or names (N,)"),
    (lambda: trained(images=PICTURES / 255), "images must be uint8 (N, H, W, 3), got float64"),
    (lambda: trained(miner=["semi-hard"]), "miner must be one of random, semi-hard"),
    (lambda: faces.all_pairs([[0, 1], [2]]), "labels must be an array, or a list whose entries"),
    (lambda: faces.batch_all(DISTANCES, LABELS[:3], 0.2, rng()), "labels must be 24"),
    (lambda: faces.semi_hard(DISTANCES, LABELS, 0.2, 7), "rng must be a NumPy Generator, got int"),
    (lambda: faces.roc("near", [1, 0]), "distances must be numbers"),
    (lambda: faces.align(IMAGE / 255, np.eye(2)), "image must be uint8 pixels 0…255, got float64"),
    (lambda: faces.align([IMAGE, IMAGE[1:]], np.eye(2)), "image must be an array, or a list"),
    (lambda: faces.interval(3.5, 10), "successes must be an int of 0 or more, got 3.5"),
    (lambda: faces.Gallery("x").enrol_all("Ada", ENCODINGS[:3]), "names must be a list"),
    (lambda: faces.Head("cosine"), "feature must be one of absolute, chi-square"),
    (lambda: head(same="yes"), "same must be numbers"),
    (lambda: faces.fingerprint(None), "network must be an nn.Sequential, got NoneType"),
    (lambda: datasets.resize(IMAGE, True), "size must be an int or one int per axis, got True"),
    (lambda: datasets.faces(2.5, 1, seed=0), "people must be an int or several, got 2.5"),
    (lambda: datasets.ecg(2, "ten", seed=0), "seconds must be a number in [1, inf), got 'ten'"),
    (lambda: datasets.painting(["mosaic"]), "name must be one of impasto"),
    (lambda: datasets.painting("mosaic", seed=None), "seed must be an int of 0 or more, got None"),
    (lambda: datasets.phantom(nodules=-1), "nodules must be at least 0, got -1"),
    (lambda: painted(style=5), "style must be a picture as an array (H, W, 3), got int"),
    (lambda: painted(style_layers=3), "style_layers must be a name or several, got 3"),
    (lambda: painted(style_weights=1.0), "1 style pictures need as many style_weights, got 1.0"),
    (lambda: painted(pooling=["max"]), "pooling must be one of max, average"),
    (lambda: painted(frames=None), "frames must be an int or several, got None"),
    (lambda: excited(steps="ten"), "steps must be an int of 0 or more, got 'ten'"),
    (lambda: excited(jitter=np.inf), "jitter must be a number in [0, inf), got inf"),
    (lambda: visualization.top_patches(NETWORK, 5, "b"),
     "images must be pictures (*S, C), several"),
    (lambda: visualization.top_patches(NETWORK, [IMAGE], None), "layers must be a name or several"),
    (lambda: visualization.one_unit([[1.0]], 0),
     "a must be an array of one input, (1, *S, C), got list"),
    (lambda: visualization.field_slices(NETWORK, ["b"], (0, 0), (12, 12, 3)),
     "no layer is called ['b']"),
    (lambda: visualization.image_grid(None), "there are no patches to lay out: give a list"),
    (lambda: NETWORK.load_state([1]), "the state must be {name: array}, got list"),
    (lambda: nn.gradient_check(None, np.ones(2), np.ones(2)), "f must be a function"),
    (lambda: F.conv(X, np.ones((1, 1, 3, 2), "f4"), activation=np.array(["relu"])), "activation"),
    (lambda: check_int(True, "n"), "n must be an int of 1 or more, got True"),
    (lambda: check_int(2**31, "n"), "n must be at most 2147483647"),
    (lambda: check_number(np.nan, "v", 0, 1), "v must be a number in [0, 1], got nan"),
    (lambda: check_number(np.ones(1), "v", 0, 1), "v must be a number in [0, 1]"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "words"), [pytest.param(*case, id=f"{k} {case[1]}") for k, case in enumerate(REFUSED)]
)
def test_is_refused_in_words(call, words):
    with pytest.raises((TypeError, ValueError)) as error:
        call()
    assert words in str(error.value)


class Place:
    """What os.fspath takes, and neither text nor a Path."""

    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return str(self.path)


READERS = {
    "read_image": datasets.read_image,
    "read_folder": lambda path: list(datasets.read_folder(path)),
    "save_image": lambda path: datasets.save_image(IMAGE, path),
    "read_arrays": nn.read_arrays,
    "write_arrays": lambda path: nn.write_arrays(path, {"a": ROW}),
    "save": NETWORK.save,
    "load": NETWORK.load,
    "load_patches": visualization.load_patches,
    "lfw_accuracy": lambda path: faces.lfw_accuracy(path, len),
    "gallery": lambda path: faces.Gallery("x").save(path),
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("path", [None, 5, b"a.png", ["a.png"], IMAGE], ids=lambda p: str(type(p)))
def test_what_is_no_path(name, path):
    with pytest.raises(TypeError, match="must be the path of a file or folder, got"):
        READERS[name](path)


@pytest.mark.parametrize("kind", [str, Path, Place])
def test_paths_of_any_kind(tmp_path, kind):
    picture, weights = kind(tmp_path / "a.png"), kind(tmp_path / "w.npz")
    datasets.save_image(IMAGE, picture)
    nn.write_arrays(weights, {"a": ROW})
    assert np.array_equal(datasets.read_image(picture), IMAGE)
    assert np.array_equal(nn.read_arrays(weights)["a"], ROW)
    assert [name for name, _ in datasets.read_folder(kind(tmp_path), report=len)] == ["a.png"]
