import numpy as np


def all_at_once(d, same):
    taus = np.sort(d)
    accepted = d < taus[:, None]
    gaps = np.abs(accepted[:, ~same].mean(axis=1) - (~accepted[:, same]).mean(axis=1))
    return taus[np.argmin(np.round(gaps, 12))]


def by_sorting(d, same):
    taus = np.sort(d)
    false_accept = np.searchsorted(np.sort(d[~same]), taus) / np.sum(~same)
    false_reject = 1 - np.searchsorted(np.sort(d[same]), taus) / np.sum(same)
    return float(taus[np.abs(false_accept - false_reject).round(12).argmin()])


def by_min(d, same):
    def gap(tau):
        return round(abs(np.mean(d[~same] < tau) - np.mean(d[same] >= tau)), 12)

    return min(sorted(d), key=gap)
