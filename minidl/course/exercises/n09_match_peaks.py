"""Which of the peaks that were found are real ones."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from minidl.course.exercise import Case, Exercise, Wrong


def match_peaks(found, true, tolerance):
    """Pair found peaks with true ones, each at most once, and count.

    A found peak may be paired with a true one if they are at most `tolerance` apart. Pairs are
    made from left to right: whichever of the two next peaks comes too early for the other stays
    alone.

    found, true: peaks in samples, in rising order, (m,) and (n,)
    tolerance: in samples
    Returns (hits, false_alarms, misses), three whole numbers: pairs, found peaks left alone,
    true peaks left alone.
    """
    ### BEGIN SOLUTION
    i = j = hits = 0
    while i < len(found) and j < len(true):
        if abs(found[i] - true[j]) <= tolerance:
            hits, i, j = hits + 1, i + 1, j + 1
        elif found[i] < true[j]:
            i += 1
        else:
            j += 1
    return hits, len(found) - hits, len(true) - hits
    ### END SOLUTION


def _first_free(found, true, tolerance):
    free = [float(f) for f in found]
    hits = 0
    for peak in true:
        near = [f for f in free if abs(f - peak) <= tolerance]
        if near:
            free.remove(near[0])
            hits += 1
    return hits, len(free), len(true) - hits


def _by_matching(found, true, tolerance):
    near = np.abs(np.subtract.outer(found, true)) <= tolerance
    pairs = maximum_bipartite_matching(coo_array(near.astype(int)).tocsr()) if near.any() else -1
    hits = int(np.sum(np.asarray(pairs) >= 0))
    return hits, len(found) - hits, len(true) - hits


def _without_pairing(found, true, tolerance):
    near = np.abs(np.subtract.outer(found, true)) <= tolerance
    hits = int(near.any(axis=1).sum())
    return hits, len(found) - hits, len(true) - hits


def _true_ones_near(found, true, tolerance):
    near = np.abs(np.subtract.outer(found, true)) <= tolerance
    hits = int(near.any(axis=0).sum())
    return hits, len(found) - hits, len(true) - hits


def _in_order(found, true, tolerance):
    count = min(len(found), len(true))
    hits = int((np.abs(found[:count] - true[:count]) <= tolerance).sum())
    return hits, len(found) - hits, len(true) - hits


def _peaks(found, true, tolerance=10.0):
    return lambda rng: {
        "found": np.array(found, float),
        "true": np.array(true, float),
        "tolerance": tolerance,
    }


EXERCISE = Exercise(
    solution=match_peaks,
    points=2,
    cases=(
        Case("a false alarm and a miss", _peaks([52, 198, 290, 405], [50, 200, 400, 550, 690])),
        Case("a false alarm before everything else", _peaks([20, 103, 207], [100, 210])),
        Case(
            "a mark 60 samples off its beat, between two good ones",
            _peaks([52, 120, 300], [50, 180, 302]),
        ),
        Case("two found peaks near a single true one", _peaks([97, 104, 300], [100, 310])),
        Case("two true peaks near a single found one", _peaks([100, 298], [94, 103, 300])),
        Case("two close pairs", _peaks([100, 112], [108, 118])),
        Case("a distance of exactly the tolerance", _peaks([110, 211], [100, 200]), edge=True),
        Case("nothing found", _peaks([], [100, 200]), edge=True),
        Case("nothing to find", _peaks([100, 200, 300], []), edge=True),
    ),
    hints=(
        "Walk along both lists at once with two places, `i` in `found` and `j` in `true`. What may "
        "you conclude from the two peaks there?",
        "Near enough: a pair, go on in both lists. Otherwise the earlier of the two can have no "
        "partner any more, as all that follow in the other list are later still: leave it alone.",
        "`while i < len(found) and j < len(true)`, three branches, and at the end "
        "`hits, len(found) - hits, len(true) - hits`.",
    ),
    wrong=(
        Wrong(
            "A true peak is paired with several found ones: a second mark on the same beat is a "
            "false alarm.",
            function=_without_pairing,
        ),
        Wrong(
            "A found peak is paired with several true ones: one mark cannot stand for two beats.",
            function=_true_ones_near,
        ),
        Wrong(
            "You compare the first with the first and the second with the second: after one false "
            "alarm everything is one place off.",
            function=_in_order,
        ),
        Wrong(
            "The wrong one of the two is left alone: after `found[i] < true[j]` it is `i` that "
            "goes on, as the found peak came too early.",
            edit=("found[i] < true[j]", "found[i] > true[j]"),
        ),
        Wrong(
            "A peak exactly `tolerance` away counts: use `<=`.",
            edit=("<= tolerance", "< tolerance"),
        ),
        Wrong(
            "A mark that comes too early may be as near as one that comes too late: take the "
            "distance without its sign.",
            edit=("abs(found[i] - true[j])", "found[i] - true[j]"),
        ),
        Wrong(
            "False alarms and misses are exchanged: a miss is a *true* peak that nobody found.",
            edit=(
                "len(found) - hits, len(true) - hits",
                "len(true) - hits, len(found) - hits",
            ),
        ),
        Wrong(
            "You count all peaks, where only those that are left alone are asked for.",
            edit=("len(found) - hits, len(true) - hits", "len(found), len(true)"),
        ),
    ),
    right=(_first_free, _by_matching),
    float32=False,
)
