import numpy as np


def one_by_one(encodings, gallery, tau):
    answers = []
    for f in encodings:
        d = [np.sum((f - g) ** 2) for g in gallery]
        best = int(np.argmin(d))
        answers.append(best if d[best] < tau else -1)
    return np.array(answers)


def by_product(encodings, gallery, tau):
    d = (encodings**2).sum(1)[:, None] + (gallery**2).sum(1) - 2 * encodings @ gallery.T
    rows = np.argmin(d, axis=1)
    rows[d[np.arange(len(d)), rows] >= tau] = -1
    return rows
