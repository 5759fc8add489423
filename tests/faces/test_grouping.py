"""People among encodings: close ones together, no chains, numbered as they appear."""

import numpy as np
import pytest

from minidl.faces import group_people


def test_those_close_together_are_one_person():
    line = np.array([[5.0], [0.0], [5.1], [0.2], [9.0]])
    np.testing.assert_array_equal(group_people(line, 0.5), [0, 1, 0, 1, 2])
    np.testing.assert_array_equal(group_people(line, 0.01), range(5))
    np.testing.assert_array_equal(group_people(line, 100.0), [0] * 5)


def test_a_likeness_in_between_does_not_chain_two_people():
    """Neighbours are 0.5 apart throughout, the ends 2.5; one link after the other joins all."""
    row = np.arange(0, 3, 0.5, dtype=np.float32)[:, None]
    people = group_people(row, 0.6)
    assert people[0] != people[-1]
    assert people.max() + 1 == 3


@pytest.mark.parametrize("count", [0, 1])
def test_few_faces(count):
    people = group_people(np.zeros((count, 128), np.float32))
    assert people.dtype.kind == "i" and people.tolist() == [0] * count


def test_bad_arguments():
    with pytest.raises(ValueError, match="threshold must be a number in"):
        group_people(np.zeros((2, 3)), 0)
    with pytest.raises(ValueError, match="encodings must have 2 axes"):
        group_people(np.zeros(3))
