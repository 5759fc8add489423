import numpy as np

from minidl.course.exercises.n06_intersection_over_union import intersection_over_union


def crossing_out(boxes, scores, overlap):
    alive = np.ones(len(boxes), bool)
    kept = []
    for k in np.argsort(scores)[::-1]:
        if alive[k]:
            kept.append(k)
            alive &= intersection_over_union(boxes[k], boxes) <= overlap
    return np.array(kept, dtype=int)


def asking_the_kept(boxes, scores, overlap):
    kept = np.zeros(0, int)
    for k in np.argsort(-scores):
        if not (intersection_over_union(boxes[k], boxes[kept]) > overlap).any():
            kept = np.append(kept, k)
    return kept
