import numpy as np
import pytest

from minidl.visualization import filter_pictures, image_grid, signed_picture


def test_nine_patches_in_a_square():
    patches = [np.full((8, 8, 3), 10 * k, np.uint8) for k in range(9)]
    grid = image_grid(patches, side=16)
    assert grid.shape == (52, 52, 3)
    assert grid.dtype == np.uint8
    assert [int(grid[8 + 18 * i, 8 + 18 * j, 0]) for i in range(3) for j in range(3)] == [
        10 * k for k in range(9)
    ]
    assert (grid[16:18] == 255).all()


def test_a_clipped_patch_keeps_its_proportions():
    grid = image_grid([np.zeros((4, 8, 3), np.uint8)], side=16)
    assert (grid[:8, :16] == 0).all()
    assert (grid[8:] == 255).all()


def test_a_frame_is_drawn_around_what_a_unit_saw():
    grey = np.full((32, 32, 3), 100, np.uint8)
    whole = (slice(0, 32), slice(0, 32))
    grid = image_grid([grey, grey], frames=[(slice(8, 20), slice(2, 12)), whole], side=64)
    drawn = (grid[:64] != 100).any(axis=-1)
    rows, columns = np.nonzero(drawn[:64, :64])
    assert (rows.min(), rows.max() + 1, columns.min(), columns.max() + 1) == (16, 40, 4, 24)
    assert not drawn[18:38, 6:22].any()
    assert drawn[:2, 66:130].all()
    assert (grey == 100).all()
    for corner in (slice(0, 1), slice(31, 32)):  # too small to be seen: drawn larger
        small = image_grid([grey], frames=[(corner, corner)], side=32, columns=1)
        assert (small != 100).any(axis=-1).sum() == 8 * 8 - 4 * 4
    with pytest.raises(ValueError, match="frames must be 2, one for each patch"):
        image_grid([grey, grey], frames=[whole])


def test_nothing_but_padding_leaves_its_place_white():
    grid = image_grid([np.zeros((0, 0, 3), np.uint8), np.zeros((8, 8, 3), np.uint8)], side=16)
    assert (grid[:, :16] == 255).all()
    assert (grid[:, 18:34] == 0).all()


def test_no_patches():
    with pytest.raises(ValueError, match="no patches"):
        image_grid([])


def test_filters_share_a_scale_and_grey_is_zero():
    w = np.zeros((3, 3, 3, 2), np.float32)
    w[0, 0, 0, 0], w[1, 1, 1, 1] = 2, -1
    strong, weak = filter_pictures(w)
    assert strong[0, 0].tolist() == [255, 128, 128]
    assert weak[1, 1, 1] == 64
    with pytest.raises(ValueError, match="filters on colours"):
        filter_pictures(np.zeros((3, 3, 1, 2)))


def test_signed_picture():
    g = np.zeros((10, 10, 3))
    g[0, 0], g[5, 5] = 4, -4
    picture = signed_picture(g)
    assert picture[0, 0, 0] == 255
    assert picture[5, 5, 0] == 1
    assert picture[9, 9, 0] == 128
    assert (signed_picture(np.zeros((2, 2, 3))) == 128).all()
