import re

import numpy as np
import pytest

from minidl import nn
from minidl.nn import memory
from minidl.visualization import load_patches, save_patches, top_patches


@pytest.fixture
def network():
    return nn.Sequential(
        [
            nn.Conv2D(4, 3, stride=2, padding="same", activation="relu", name="c1"),
            nn.Conv2D(5, 3, activation="relu", name="c2"),
            nn.GlobalAvgPool(name="mean"),
        ],
        input_shape=(None, None, 3),
        seed=3,
    )


@pytest.fixture
def images():
    return np.random.default_rng(0).random((40, 14, 17, 3), np.float32)


def brute_force(network, images, name, number):
    """Look at every picture alone, sort everything, take the best of each."""
    rows = []
    for index, image in enumerate(images):
        a = network.forward(image[None], taps=(name,))[name][0]
        for unit in range(a.shape[-1]):
            values = {p: a[(*p, unit)] for p in np.ndindex(a.shape[:-1])}
            position = max(values, key=lambda p: (values[p], [-i for i in p]))
            rows.append((unit, -values[position], index, position))
    rows.sort()
    return {unit: [r[1:] for r in rows if r[0] == unit][:number] for unit in {r[0] for r in rows}}


@pytest.mark.parametrize("batch_size", [1, 7, 64])
@pytest.mark.parametrize("name", ["c1", "c2", "mean"])
def test_equal_to_brute_force(network, images, name, batch_size):
    found = top_patches(network, images, (name,), batch_size=batch_size, progress=False)[name]
    for unit, rows in brute_force(network, images, name, 9).items():
        assert [r[1] for r in rows] == found.picture[unit].tolist()
        assert [list(r[2]) for r in rows] == found.position[unit].tolist()
        np.testing.assert_allclose([-r[0] for r in rows], found.value[unit], rtol=1e-4)


@pytest.mark.parametrize("batch_size", [1, 7, 64])
@pytest.mark.parametrize("several", [2, 3, 20])
def test_of_each_source_only_the_strongest_picture(network, images, batch_size, several):
    source = np.random.default_rng(2).permutation(np.arange(len(images)) // several)
    found = top_patches(
        network, images, "c1", source=source, batch_size=batch_size, progress=False
    )["c1"]
    for unit, rows in brute_force(network, images, "c1", len(images)).items():
        firsts = list({source[index]: (index, where) for _, index, where in rows[::-1]}.values())
        firsts.sort(key=lambda row: [r[1] for r in rows].index(row[0]))
        assert [index for index, _ in firsts[:9]] == found.picture[unit].tolist()
        assert [list(where) for _, where in firsts[:9]] == found.position[unit].tolist()


def test_sources_may_be_names_and_must_be_as_many_as_the_pictures(network, images):
    names = np.where(np.arange(len(images)) % 2, "odd", "even")
    found = top_patches(network, images, "c1", source=names, progress=False)["c1"]
    assert found.picture.shape == (4, 2)
    assert (found.picture.sum(axis=1) % 2 == 1).all()
    with pytest.raises(ValueError, match="source"):
        top_patches(network, images, "c1", source=names[:-1], progress=False)


def test_patches_are_cut_where_the_unit_looked(network, images):
    found = top_patches(network, images, ("c2",), progress=False)["c2"]
    for unit in range(5):
        for rank, cut in enumerate(found.cut(images, unit)):
            image = images[found.picture[unit, rank]]
            place = found.where(unit, rank)
            np.testing.assert_array_equal(cut, image[place])
            blank = np.zeros_like(image)
            blank[place] = cut  # all that the unit can see is in the patch
            a = network.forward(blank[None], taps=("c2",))["c2"]
            position = (0, *found.position[unit, rank], unit)
            np.testing.assert_allclose(a[position], found.value[unit, rank], rtol=1e-3)


def test_ties_go_to_the_earlier_picture_and_position(network):
    flat = np.zeros((12, 10, 10, 3), np.float32)
    found = top_patches(network, flat, ("c2",), batch_size=5, progress=False)["c2"]
    assert (found.picture == np.arange(9)).all()
    assert (found.position == 0).all()


@pytest.mark.parametrize("batch_size", [7, 100])
def test_of_many_copies_the_first_come_first(network, images, batch_size):
    copies = np.random.default_rng(1).integers(0, 4, 100)
    found = top_patches(network, images[copies], ("c2",), batch_size=batch_size, progress=False)
    for pictures in found["c2"].picture:
        strongest = copies[pictures[0]]
        np.testing.assert_array_equal(pictures, np.flatnonzero(copies == strongest)[:9])


def test_pictures_of_several_sizes(network):
    rng = np.random.default_rng(1)
    sizes = [(12, 12), (12, 12), (9, 20), (30, 11), (12, 12)]
    pictures = [rng.random((*s, 3), np.float32) for s in sizes]
    found = top_patches(network, pictures, ("c1",), batch_size=2, progress=False)["c1"]
    assert found.picture.shape == (4, 5)
    assert all(sorted(row) == [0, 1, 2, 3, 4] for row in found.picture.tolist())
    assert len(found.cut(pictures, 0)) == 5


def test_saved_and_reloaded(network, images, tmp_path):
    found = top_patches(network, images, ("c1", "c2"), progress=False)
    save_patches(tmp_path / "patches.npz", found)
    again = load_patches(tmp_path / "patches.npz")
    assert list(again) == ["c1", "c2"]
    for layer, p in found.items():
        for what in ("picture", "position", "value", "bounds"):
            np.testing.assert_array_equal(getattr(again[layer], what), getattr(p, what))


def test_another_file_is_refused(network, tmp_path):
    nn.write_arrays(tmp_path / "x.npz", {"c1/picture": np.zeros(3)})
    with pytest.raises(ValueError, match="no top patches"):
        load_patches(tmp_path / "x.npz")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"images": []}, "no pictures"),
        ({"images": iter([])}, "no pictures"),
        ({"images": np.zeros((3, 10, 10), np.float32)}, "takes a batch"),
        ({"prepare": lambda batch: batch[:, ::2]}, "must keep the pictures' sizes"),
        ({"batch_size": 0}, "batch_size"),
        ({"number": 0}, "number"),
        ({"number": 2.5}, "number"),
        ({"layers": ()}, "layers must be a name or several"),
        ({"images": ["face.jpg"]}, "read_image"),
        ({"layers": ("c7",)}, "no layer is called 'c7'"),
    ],
)
def test_bad_input(network, images, change, words):
    arguments = {"images": images, "layers": ("c1",), "progress": False} | change
    with pytest.raises((TypeError, ValueError), match=words):
        top_patches(network, **arguments)


def test_training_mode_is_given_back(network, images):
    network.train()
    top_patches(network, images[:3], ("c1",), progress=False)
    assert network.training


def test_pictures_from_a_stream_are_fetched_once(network, images):
    fetched = []

    def stream():
        for index, image in enumerate(images):
            fetched.append(index)
            yield image

    found = top_patches(network, stream(), ("c1",), batch_size=7, progress=False)["c1"]
    wanted = top_patches(network, images, ("c1",), progress=False)["c1"]
    assert fetched == list(range(len(images)))
    for what in ("picture", "position", "value", "bounds"):
        np.testing.assert_array_equal(getattr(found, what), getattr(wanted, what))


def test_an_interrupt_keeps_what_was_found(network, images):
    def stream():
        yield from images[:20]
        raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="from the first 14"):
        found = top_patches(network, stream(), ("c1", "c2"), batch_size=7, progress=False)
    wanted = top_patches(network, images[:14], ("c1", "c2"), progress=False)
    for layer in ("c1", "c2"):
        np.testing.assert_array_equal(found[layer].picture, wanted[layer].picture)
    with pytest.raises(KeyboardInterrupt):
        top_patches(network, stream(), ("c1",), batch_size=64, progress=False)


def test_a_layer_without_positions_sees_the_whole_picture():
    network = nn.Sequential([nn.Flatten(), nn.Dense(3, name="d")], input_shape=(4, 5, 1))
    images = np.random.default_rng(0).random((6, 4, 5, 1), np.float32)
    found = top_patches(network, images, "d", number=2, progress=False)["d"]
    assert found.position.shape == (3, 2, 0)
    np.testing.assert_array_equal(found.cut(images, 1)[0], images[found.picture[1, 0]])
    np.testing.assert_array_equal(found.value[1], np.sort(network.predict(images)[:, 1])[:-3:-1])


def test_batches_that_need_too_much_memory_name_a_size_that_fits(network, monkeypatch):
    monkeypatch.setattr(memory, "SMALL", 0)
    monkeypatch.setattr(memory, "available", lambda: 1_000_000)
    images = np.zeros((300, 30, 30, 3), np.float32)
    with pytest.raises(MemoryError, match=r"batch of 300 examples of size 30 × 30 × 3") as caught:
        top_patches(network, images, ("c2",), batch_size=300, progress=False)
    (size,) = map(int, re.findall(r"a batch of size (\d+) would fit", str(caught.value)))
    assert top_patches(network, images, ("c2",), batch_size=size, progress=False)
