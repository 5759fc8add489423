"""Photographs and measurements of the body: shapes, units, and what the files' headers say."""

import gzip
import struct

import numpy as np
import pytest

from minidl import zoo


def test_photo_that_needs_no_network():
    picture = zoo.photo("grace_hopper")
    assert picture.shape == (600, 512, 3)
    assert picture.dtype == np.uint8
    assert picture.flags.writeable
    assert picture[20, 400, 2] > picture[20, 400, 0]  # a blue background: RGB, not BGR


def test_unknown_photo_lists_the_names():
    with pytest.raises(ValueError, match=r"name must be one of obama, .*cat, .*got 'vgg19'"):
        zoo.photo("vgg19")


def test_unknown_tissue():
    with pytest.raises(ValueError, match="tissue must be one of"):
        zoo.brain("bone")


@pytest.mark.slow
@pytest.mark.parametrize("name", zoo.PHOTOS)
def test_photos(name):
    picture = zoo.photo(name)
    assert picture.ndim == 3
    assert picture.shape[2] == 3
    assert picture.dtype == np.uint8
    assert picture.std() > 10


@pytest.mark.slow
def test_ecg_keeps_the_laws_of_its_leads():
    leads = dict(zip(zoo.LEADS, zoo.ecg().T, strict=True))
    np.testing.assert_allclose(leads["II"] - leads["I"], leads["III"], atol=0.01)  # Einthoven
    np.testing.assert_allclose(leads["aVR"], -(leads["I"] + leads["II"]) / 2, atol=0.01)
    assert 0.5 < leads["II"].max() < 3  # millivolts
    data = zoo.fetch("ecg").read_bytes()
    element = struct.pack("<HH2sHI", 0x5400, 0x1010, b"OW", 0, 12 * 10_000 * 2)
    assert data[18642 - 12 : 18642] == element  # (5400,1010) Waveform Data begins here


@pytest.mark.slow
def test_the_dicom_slice_begins_where_the_file_says():
    data = zoo.fetch("ct_slice").read_bytes()
    element = struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, 128 * 128 * 2)
    assert data[6300 - 12 : 6300] == element  # (7fe0,0010) Pixel Data
    values = zoo.ct_slice()
    assert values.shape == (128, 128)
    assert values.dtype == np.int16


@pytest.mark.slow
def test_ct_is_in_hounsfield_units():
    values = zoo.ct_slice()
    assert -1024 <= values.min() < -700  # air in the lung
    assert 300 < values.max() < 3000  # bone


@pytest.mark.slow
@pytest.mark.parametrize("tissue", ["t1", "gm", "wm"])
def test_volumes_are_what_their_nifti_headers_say(tissue):
    data = gzip.decompress(zoo.fetch(f"brain_{tissue}").read_bytes())
    rank, *sizes = struct.unpack("<8h", data[40:56])
    kind = {2: np.uint8, 4: np.int16}[struct.unpack("<h", data[70:72])[0]]
    values = zoo.brain(tissue)
    assert values.shape == tuple(sizes[:rank])
    assert values.dtype == kind
    assert struct.unpack("<f", data[108:112]) == (352.0,)
    assert len(data) == 352 + values.nbytes
    last = np.frombuffer(data[-values.itemsize * sizes[0] :], np.dtype(kind).newbyteorder("<"))
    np.testing.assert_array_equal(values[:, -1, -1], last)


@pytest.mark.slow
def test_grey_and_white_matter_share_the_brain():
    grey, white = (zoo.brain(t).astype(int) for t in ("gm", "wm"))
    assert (grey + white).max() <= 256
    assert 0.8e6 < (grey.sum() + white.sum()) / 255 < 2.5e6  # about 1.5 litres, in mm³
