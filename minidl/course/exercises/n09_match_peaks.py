"""Which of the peaks that were found are real ones."""

import numpy as np

from minidl.course.exercise import Exercise, given, mistakes


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


def _peaks(found, true, tolerance=10.0):
    return given(found=np.array(found, float), true=np.array(true, float), tolerance=tolerance)


EXERCISE = Exercise(
    solution=match_peaks,
    points=2,
    cases={
        "a false alarm and a miss": _peaks([52, 198, 290, 405], [50, 200, 400, 550, 690]),
        "a false alarm before everything else": _peaks([20, 103, 207], [100, 210]),
        "a mark 60 samples off its beat, between two good ones": _peaks(
            [52, 120, 300], [50, 180, 302]
        ),
        "two found peaks near a single true one": _peaks([97, 104, 300], [100, 310]),
        "two true peaks near a single found one": _peaks([100, 298], [94, 103, 300]),
        "two close pairs": _peaks([100, 112], [108, 118]),
        "a mark that is nearer to the next beat than to its own": _peaks([0, 10], [-9, 8]),
        "a beat that is nearer to the next mark than to its own": _peaks([0, 11], [6, 14]),
        "two found peaks near the second of three beats": _peaks([0, 98, 105], [0, 100, 300]),
        "two beats near the second of three marks": _peaks([0, 100, 300], [0, 98, 105]),
        "another tolerance": _peaks([3, 21, 42.3, 62, 80], [1, 24, 40, 61, 90], 2.5),
        "peaks given as whole numbers": given(
            np.array([7, 30, 52]), np.array([5, 33, 70]), tolerance=2
        ),
    },
    edges={
        "a distance of exactly the tolerance": _peaks([110, 211], [100, 200]),
        "nothing found": _peaks([], [100, 200]),
        "nothing to find": _peaks([100, 200, 300], []),
    },
    hints=(
        "Walk along both lists at once with two places, `i` in `found` and `j` in `true`. What may "
        "you conclude from the two peaks there?",
        "Near enough: a pair, go on in both lists. Otherwise the earlier of the two can have no "
        "partner any more, as all that follow in the other list are later still: leave it alone.",
        "`while i < len(found) and j < len(true)`, three branches, and at the end "
        "`hits, len(found) - hits, len(true) - hits`.",
    ),
    wrong=mistakes("""
        You paired a true peak with several found ones: a second mark on the same beat is a false
        alarm.
            hits, i, j = hits + 1, i + 1, j + 1 -> hits, i = hits + 1, i + 1
        You paired a found peak with several true ones: one mark cannot stand for two beats.
            hits, i, j = hits + 1, i + 1, j + 1 -> hits, j = hits + 1, j + 1
        You compare the first with the first and the second with the second: after one false alarm
        everything is off by one.
            i += 1 -> i, j = i + 1, j + 1
            j += 1 -> i, j = i + 1, j + 1
        You gave each found peak the nearest true one. That can take it away from a found peak that
        has no other: pairs are made from left to right.
            ->
                free, hits = [*true], 0
                for f in found:
                    near = [t for t in free if abs(t - f) <= tolerance]
                    if near:
                        free.remove(min(near, key=lambda t: abs(t - f)))
                        hits += 1
                return hits, len(found) - hits, len(true) - hits
        You paired the nearest two first. That can leave both their neighbours alone: pairs are made
        from left to right.
            ->
                pairs = {}
                for gap, f, t in sorted((abs(f - t), f, t) for f in found for t in true):
                    if gap <= tolerance and f not in pairs and t not in pairs.values():
                        pairs[f] = t
                return len(pairs), len(found) - len(pairs), len(true) - len(pairs)
        You gave each true peak the nearest found one. That can take it away from a true peak that
        has no other: pairs are made from left to right.
            ->
                free, hits = [*found], 0
                for t in true:
                    near = [f for f in free if abs(f - t) <= tolerance]
                    if near:
                        free.remove(min(near, key=lambda f: abs(f - t)))
                        hits += 1
                return hits, len(found) - hits, len(true) - hits
        You asked of each peak whether any one of the others is near, so one true peak may serve
        several found ones: each is paired once at most.
            ->
                near = abs(found[:, None] - true) <= tolerance
                f, t = (near.any(axis=k).sum() for k in (1, 0))
                return f, len(found) - f, len(true) - t
        After the first two that do not fit you find no pair any more: the earlier of the two stays
        alone (if `found[i] < true[j]`, `i` goes on), and the walk continues.
            found[i] < true[j] -> found[i] > true[j]
        You leave out a peak exactly `tolerance` away; it counts, so use `<=`.
            <= tolerance -> < tolerance
        You kept the sign of the distance: a mark that comes too early may be as near as one that
        comes too late, so take `abs`.
            abs(found[i] - true[j]) -> found[i] - true[j]
        False alarms and misses are swapped: a miss is a *true* peak that nobody found.
            len(found) - hits, len(true) - hits -> len(true) - hits, len(found) - hits
        When one list has ended, what is left of the other one is alone, too.
            len(found) - hits, len(true) - hits -> i - hits, j - hits
        You counted all peaks; only those left alone are asked for.
            len(found) - hits, len(true) - hits -> len(found), len(true)
    """),
    float32=False,
    whole=True,
)
