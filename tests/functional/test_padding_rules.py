"""Every form of padding against the documented rule, and what the rules are for."""

from itertools import product

import numpy as np
import pytest

import minidl.functional as F
from tests.functional.properties import all_close, same_bits

AXIS = list(product(range(1, 8), range(1, 4), range(1, 4), (1, 2)))  # size, taps, stride, dilation


def conv(size, taps, stride, dilation, padding):
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((1, size, 2)), rng.standard_normal((taps, 2, 3))
    return F.conv(x, w, stride=stride, dilation=dilation, padding=padding)[0]


def test_same_gives_size_over_stride_rounded_up_with_the_odd_position_after():
    for size, taps, stride, dilation in AXIS:
        y = conv(size, taps, stride, dilation, "same")
        outputs = -(-size // stride)
        assert y.shape[1] == outputs
        total = max((outputs - 1) * stride + (taps - 1) * dilation + 1 - size, 0)
        pads = [(total // 2, total - total // 2)]
        same_bits(y, conv(size, taps, stride, dilation, pads))


def test_causal_pads_before_by_all_that_a_window_spans_but_one():
    for size, taps, stride, dilation in AXIS:
        y = conv(size, taps, stride, dilation, "causal")
        assert y.shape[1] == -(-size // stride)
        same_bits(y, conv(size, taps, stride, dilation, [((taps - 1) * dilation, 0)]))


def test_causal_outputs_do_not_know_the_future():
    x = np.random.default_rng(0).standard_normal((1, 12, 2))
    w = np.random.default_rng(1).standard_normal((3, 2, 3))
    y, _ = F.conv(x, w, padding="causal", dilation=2)
    for now in range(12):
        changed = x.copy()
        changed[:, now + 1 :] = np.nan
        z, _ = F.conv(changed, w, padding="causal", dilation=2)
        all_close(z[:, : now + 1], y[:, : now + 1], 1e-12)


@pytest.mark.parametrize(
    ("padding", "pads"),
    (
        ("valid", ((0, 0), (0, 0))),
        (0, ((0, 0), (0, 0))),
        (2, ((2, 2), (2, 2))),
        (np.int64(2), ((2, 2), (2, 2))),
        ((1, 2), ((1, 1), (2, 2))),
        ([1, 2], ((1, 1), (2, 2))),
        (np.array([1, 2]), ((1, 1), (2, 2))),
        (((0, 1), (2, 3)), ((0, 1), (2, 3))),
        (np.array([[0, 1], [2, 3]]), ((0, 1), (2, 3))),
        (((0, 1), 2), ((0, 1), (2, 2))),
        ((0, [1, 2]), ((0, 0), (1, 2))),
        (("same", 1), ((0, 1), (1, 1))),
        (("valid", "same"), ((0, 0), (1, 1))),
        (["same", (3, 0)], ((0, 1), (3, 0))),
    ),
    ids=str,
)
def test_every_form_means_before_and_after_for_each_axis(padding, pads):
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 6, 5, 2)), rng.standard_normal((2, 3, 2, 4))
    y, cache = F.conv(x, w, padding=padding)
    by_hand, _ = F.conv(np.pad(x, [(0, 0), *pads, (0, 0)]), w)
    all_close(y, by_hand, 1e-12)
    assert cache.window.before == tuple(p[0] for p in pads)
    assert cache.window.after == tuple(p[1] for p in pads)
    pooled, _ = F.max_pool(x, (4, 4), stride=1, padding=pads)
    high = np.pad(x, [(0, 0), *pads, (0, 0)], constant_values=-np.inf)
    same_bits(pooled, F.max_pool(high, (4, 4), stride=1)[0])
