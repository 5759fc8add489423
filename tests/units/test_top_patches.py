import numpy as np
import pytest

from minidl import nn
from minidl.units import load_patches, save_patches, top_patches


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


def test_patches_are_cut_where_the_unit_looked(network, images):
    found = top_patches(network, images, ("c2",), progress=False)["c2"]
    for unit in range(5):
        for rank, cut in enumerate(found.cut(network, images, unit)):
            image = images[found.picture[unit, rank]]
            place = found.where(network, images, unit, rank)
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


def test_pictures_of_several_sizes(network):
    rng = np.random.default_rng(1)
    sizes = [(12, 12), (12, 12), (9, 20), (30, 11), (12, 12)]
    pictures = [rng.random((*s, 3), np.float32) for s in sizes]
    found = top_patches(network, pictures, ("c1",), batch_size=2, progress=False)["c1"]
    assert found.picture.shape == (4, 5)
    assert all(sorted(row) == [0, 1, 2, 3, 4] for row in found.picture.tolist())
    assert len(found.cut(network, pictures, 0)) == 5


def test_saved_and_reloaded(network, images, tmp_path):
    found = top_patches(network, images, ("c1", "c2"), progress=False)
    save_patches(tmp_path / "patches.npz", found)
    again = load_patches(tmp_path / "patches.npz")
    assert list(again) == ["c1", "c2"]
    for layer, p in found.items():
        for what in ("picture", "position", "value"):
            np.testing.assert_array_equal(getattr(again[layer], what), getattr(p, what))


def test_another_file_is_refused(network, tmp_path):
    nn.write_arrays(tmp_path / "x.npz", {"c1/picture": np.zeros(3)})
    with pytest.raises(ValueError, match="no top patches"):
        load_patches(tmp_path / "x.npz")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"images": []}, "no pictures"),
        ({"number": 0}, "at least 1"),
        ({"layers": ("c7",)}, "no layer is called 'c7'"),
    ],
)
def test_bad_input(network, images, change, words):
    arguments = {"images": images, "layers": ("c1",), "progress": False} | change
    with pytest.raises(ValueError, match=words):
        top_patches(network, **arguments)


def test_training_mode_is_given_back(network, images):
    network.train()
    top_patches(network, images[:3], ("c1",), progress=False)
    assert network.training
