import numpy as np


def by_sets(predicted, truth, label):
    a = set(np.flatnonzero(predicted == label))
    b = set(np.flatnonzero(truth == label))
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0


def by_errors(predicted, truth, label):
    hits = np.sum((predicted == label) & (truth == label))
    wrong = np.sum((predicted == label) != (truth == label))
    return 1.0 if hits + wrong == 0 else 2 * hits / (2 * hits + wrong)
