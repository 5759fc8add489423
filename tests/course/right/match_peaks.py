import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import maximum_bipartite_matching


def first_free(found, true, tolerance):
    free = [float(f) for f in found]
    hits = 0
    for peak in true:
        near = [f for f in free if abs(f - peak) <= tolerance]
        if near:
            free.remove(near[0])
            hits += 1
    return hits, len(free), len(true) - hits


def by_matching(found, true, tolerance):
    near = np.abs(np.subtract.outer(found, true)) <= tolerance
    pairs = maximum_bipartite_matching(coo_array(near.astype(int)).tocsr()) if near.any() else -1
    hits = int(np.sum(np.asarray(pairs) >= 0))
    return hits, len(found) - hits, len(true) - hits
