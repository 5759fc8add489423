import numpy as np


def unit_by_unit(values, pictures, new_values, new_pictures, number=9):
    kept_values, kept_pictures = [], []
    for unit in range(values.shape[1]):
        rows = list(zip(values[:, unit], pictures[:, unit], strict=True))
        rows += list(zip(new_values[:, unit], new_pictures, strict=True))
        rows = sorted(rows, key=lambda row: -row[0])[:number]
        kept_values.append([value for value, _ in rows])
        kept_pictures.append([picture for _, picture in rows])
    return np.array(kept_values).T, np.array(kept_pictures).T


def by_repeating(values, pictures, new_values, new_pictures, number=9):
    both = np.vstack((values, new_values))
    where = np.vstack((pictures, np.repeat(new_pictures[:, None], both.shape[1], axis=1)))
    order = np.argsort(-both, axis=0, kind="mergesort")
    unit = np.arange(both.shape[1])
    return both[order, unit][:number], where[order, unit][:number]
