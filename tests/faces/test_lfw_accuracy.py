import numpy as np
import pytest
from PIL import Image
from tqdm import tqdm

from minidl.faces import cross_validate, lfw_accuracy


@pytest.fixture
def folder(tmp_path):
    """A small folder of LFW's shape: eight people, two pictures each, two folds of two pairs."""
    rng = np.random.default_rng(0)
    for person in range(8):
        home = tmp_path / "lfw" / f"Person_{person}"
        home.mkdir(parents=True)
        for number in (1, 2):
            picture = np.full((20, 16, 3), 30 * person, np.uint8) + rng.integers(0, 9, (20, 16, 3))
            file = home / f"Person_{person}_{number:04d}.png"
            Image.fromarray(picture.astype(np.uint8)).save(file)
    lines = ["2\t2"]
    for first in (0, 4):
        lines += [f"Person_{p}\t1\t2" for p in (first, first + 1)]
        lines += [f"Person_{p}\t1\tPerson_{p + 1}\t2" for p in (first, first + 2)]
    (tmp_path / "pairs.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_folds_thresholds_and_pictures_encoded_once(folder):
    seen = []

    def encode(picture):
        seen.append(picture.tobytes())
        assert picture.shape == (20, 16, 3) and picture.dtype == np.uint8
        return picture.mean(axis=(0, 1)) / 30

    result = lfw_accuracy(folder, encode, progress=False)
    assert result.mean == 1 and len(result.accuracies) == 2
    assert len(seen) == len(set(seen)) == 12  # of 8 pairs with 16 places


@pytest.mark.parametrize("kind", [KeyboardInterrupt, MemoryError])
def test_its_bar_is_closed_if_it_is_interrupted(folder, kind):
    def encode(_):
        raise kind

    with pytest.raises(kind) as kept:  # with its frames, as a notebook keeps it
        lfw_accuracy(folder, encode)
    assert not list(tqdm._instances)
    del kept


def test_an_encoding_that_knows_nothing_does_no_better_than_chance(folder):
    result = lfw_accuracy(folder, lambda picture: np.ones(3), progress=False)
    assert result.mean == 0.5


def test_it_is_cross_validation_on_the_pairs_of_the_list(folder):
    codes = {}

    def encode(picture):
        return np.random.default_rng(picture[0, 0, 0]).standard_normal(4)

    result = lfw_accuracy(folder, encode, progress=False)
    d, same, fold = [], [], []
    for k, first in enumerate((0, 4)):
        pairs = [(p, 1, p, 2) for p in (first, first + 1)]
        pairs += [(p, 1, p + 1, 2) for p in (first, first + 2)]
        for a, i, b, j in pairs:
            for who in ((a, i), (b, j)):
                file = folder / "lfw" / f"Person_{who[0]}" / f"Person_{who[0]}_{who[1]:04d}.png"
                codes[who] = encode(np.array(Image.open(file)))
            d.append(((codes[a, i] - codes[b, j]).astype(np.float32) ** 2).sum())
            same.append(a == b)
            fold.append(k)
    expected = cross_validate(np.array(d), np.array(same), np.array(fold))
    np.testing.assert_array_equal(result.accuracies, expected.accuracies)
