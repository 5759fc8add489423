import numpy as np

import minidl.functional as F


def sample_by_sample(x, w, dilation=1):
    n, length, _ = x.shape
    taps, _, filters = w.shape
    y = np.zeros((n, length, filters), x.dtype)
    for t in range(length):
        for k in range(taps):
            past = t - (taps - 1 - k) * dilation
            if past >= 0:
                y[:, t] += x[:, past] @ w[k]
    return y


def as_padding(x, w, dilation=1):
    return F.conv(x, w, padding="causal", dilation=dilation)[0]


def by_delays(x, w, dilation=1):
    y = np.zeros((*x.shape[:2], w.shape[2]), x.dtype)
    for ago, tap in enumerate(w[::-1]):
        late = ago * dilation
        y[:, late:] += x[:, : max(x.shape[1] - late, 0)] @ tap
    return y
