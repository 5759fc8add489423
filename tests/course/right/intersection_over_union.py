import numpy as np


def side_by_side(box, boxes):
    left, top, right, bottom = boxes.T
    width = np.clip(np.minimum(box[2], right) - np.maximum(box[0], left), 0, None)
    height = np.clip(np.minimum(box[3], bottom) - np.maximum(box[1], top), 0, None)
    both = width * height
    either = (box[2] - box[0]) * (box[3] - box[1]) + (right - left) * (bottom - top) - both
    return both / either


def one_by_one(box, boxes):
    shares = np.zeros(len(boxes), boxes.dtype)
    for k, (left, top, right, bottom) in enumerate(boxes):
        width = min(box[2], right) - max(box[0], left)
        height = min(box[3], bottom) - max(box[1], top)
        if width > 0 and height > 0:
            either = (box[2] - box[0]) * (box[3] - box[1]) + (right - left) * (bottom - top)
            shares[k] = width * height / (either - width * height)
    return shares
