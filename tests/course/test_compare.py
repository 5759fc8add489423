"""The words for every way in which a result can differ."""

import numpy as np
import pytest

from minidl.course.compare import Bounds, difference

RIGHT = np.arange(6.0).reshape(2, 3) + 1


def words(got, expected=RIGHT, **options):
    return difference(got, expected, Bounds(1e-7, 1e-9, **options))


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (RIGHT + 1e-12, RIGHT),
        (np.float64(2), 2.0),
        (np.array(2.0), 2.0),
        (np.float32(2), 2.0),
        (np.int32(3), 3),
        (np.arange(3, dtype=np.int32), np.arange(3)),
        (np.arange(3, dtype=np.uint8), np.arange(3)),
        (1, 1.0),
        (0, np.float32(0)),
        (5.0, 5),
        (np.float32(5), 5),
        ([RIGHT, 1.0], (RIGHT, 1.0)),
        (np.array([np.nan, np.inf]), np.array([np.nan, np.inf])),
        ("same", "same"),
        (None, None),
        (True, np.True_),
        (np.zeros((0, 3)), np.zeros((0, 3))),
    ],
)
def test_nothing_to_say(got, expected):
    assert words(got, expected) is None


@pytest.mark.parametrize(
    ("got", "expected", "said"),
    [
        (None, RIGHT, "is None: does the function end with `return`?"),
        (RIGHT.tolist(), RIGHT, "is a list, where an array of the shape (2, 3) is expected"),
        ("y", RIGHT, "is a str, where"),
        (print, RIGHT, "is a builtin_function_or_method, where"),
        (object(), 1.0, "is an object, where a number with a decimal point is expected"),
        (RIGHT.T, RIGHT, "shape (3, 2), where (2, 3) is expected (the other way round)"),
        (RIGHT[0], RIGHT, "shape (3,), where (2, 3) is expected"),
        (RIGHT[0], 5, "shape (3,), where a whole number is expected"),
        (RIGHT + 0j, RIGHT, "is expected (its dtype is complex128, not float64)"),
        (3j, 1.0, "is a complex, where a number with a decimal point is expected"),
        (RIGHT.astype(np.float32), RIGHT, "dtype float32, where float64 is expected"),
        (
            RIGHT,
            RIGHT.astype(np.float32),
            "dtype float64, where float32 is expected: keep the type of what was given",
        ),
        (RIGHT.astype(np.int64), RIGHT, "dtype int64, where float64 is expected"),
        (np.arange(3.0), np.arange(3, dtype=np.int64), "dtype float64, where int64 is expected"),
        (5.25, 5, "is 5.25, where a whole number is expected"),
        (np.inf, 5, "is inf, where a whole number is expected"),
        (np.nan, 5, "is nan, where a whole number is expected"),
        (4.0, 5, "is 4, where 5 is expected"),
        (True, 1, "True or False, where a whole number is expected"),
        (1, True, "a whole number, where True or False is expected"),
        (
            RIGHT,
            (RIGHT, RIGHT),
            "is an array of the shape (2, 3), where 2 values are expected: write `return a, b`",
        ),
        (np.ones(3), (1, 2, 3), "3 values are expected: write `return a, b, c`"),
        (np.ones(3), (RIGHT, RIGHT), "is an array of the shape (3,), where 2 values are expected"),
        (RIGHT[0], [1.0, 2.0, 3.0], "shape (3,), where a list of 3 values is expected"),
        ((RIGHT,), (RIGHT, RIGHT), "has 1 values, where 2 are expected"),
        ((RIGHT, -RIGHT), (RIGHT, RIGHT), "value 2 of the 2 at"),
        (-RIGHT, RIGHT, "(every sign is wrong)"),
        ((RIGHT, -RIGHT), (RIGHT, RIGHT), "(every sign is wrong in value 2 of the 2)"),
        (RIGHT / 2, RIGHT, "(all are 0.5 times it)"),
        (
            RIGHT + [[0, 0, 0], [0, 1, 0]],
            RIGHT,
            "1 of 6 values are off; the result at [1, 1] is 6,",
        ),
        (RIGHT * np.nan, RIGHT, "holds nan at [0, 0], where 1 is expected"),
        (
            RIGHT[:, :2].T @ RIGHT[:, 1:],
            (RIGHT[:, :2].T @ RIGHT[:, 1:]).T,
            "everything is transposed",
        ),
        (1.0000001, 1.0, "is 1.0000001, where 1 is expected"),
        ("a", "b", "is a str, not 'b'"),
        (np.array(["a"]), np.ones(1), "array of the shape (1,), where"),
        ([[1], [1, 2]], RIGHT, "is a list"),
        (3.0, None, "is a number with a decimal point, not None"),
    ],
)
def test_what_is_said(got, expected, said):
    assert said in difference(got, expected, Bounds(1e-9, 1e-12))


def test_an_array_for_a_list_is_not_told_to_be_a_tuple():
    assert words(np.ones(2), [1.0, 1.0]).endswith("where a list of 2 values is expected")


def test_kinds_of_number_may_be_ignored():
    assert words(RIGHT.astype(np.float32), dtypes=False) is None
    assert words(5, 5.0, dtypes=False) is None


def test_objects_that_refuse_to_be_compared_are_only_different():
    class Refusing:
        def __eq__(self, other):
            raise RuntimeError

        def __array__(self, *args, **kwargs):
            raise RuntimeError

    assert "Refusing" in words(Refusing(), "text")
    assert "Refusing" in words(Refusing())


def test_a_number_where_nan_is_expected_is_told_too():
    assert "1.5" in words(1.5, np.nan)
    assert "[1]" in words(np.array([0.0, 1.5]), np.array([0.0, np.nan]))


def test_rounding_noise_shows_no_pattern():
    assert words(1e-13 * RIGHT[::-1], RIGHT).endswith("where 6 is expected")


def test_one_number_among_zeros_shows_no_pattern():
    expected = np.array([0.0, 2.0, 0.0])
    assert words(-expected, expected).endswith("is -2, where 2 is expected")
    assert words(expected / 2, expected).endswith("is 1, where 2 is expected")
