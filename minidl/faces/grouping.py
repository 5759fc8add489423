"""Who is who among faces without names: those close together are taken for one person."""

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from minidl.arguments import check_number
from minidl.functional.arguments import check_array


def group_people(encodings: np.ndarray, threshold: float = 0.6) -> np.ndarray:
    """Return a number for each face, equal for those taken for one person, ``(N, D) → (N,)`` int.

    Groups are merged, the closest two first, while the mean Euclidean distance between the faces
    of the two is at most the threshold (average linkage): one likeness in between does not chain
    two people together. Numbers count from 0 in the order in which people first appear.

    Args:
        encodings: float, of one network; ``describe`` gives them.
        threshold: a distance, above 0; 0.6 suits the network of ``describe``.
    """
    check_array(encodings, "encodings", 2, "(N, D)")
    threshold = check_number(threshold, "threshold", 0, np.inf, open_low=True)
    if len(encodings) < 2:
        return np.zeros(len(encodings), int)
    merged = linkage(encodings.astype(np.float64), "average")
    labels = fcluster(merged, threshold, "distance")
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]
