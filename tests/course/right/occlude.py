import numpy as np


def all_at_once(answer, picture, size, step, fill=127.5):
    height, width = picture.shape[:2]
    tops = np.arange(0, height - size + 1, step)
    lefts = np.arange(0, width - size + 1, step)
    batch = np.repeat(picture[None], len(tops) * len(lefts), axis=0)
    for k, square in enumerate(batch):
        i, j = divmod(k, len(lefts))
        square[tops[i] : tops[i] + size, lefts[j] : lefts[j] + size] = fill
    return (answer(picture[None]) - answer(batch)).reshape(len(tops), len(lefts))


def with_a_mask(answer, picture, size, step, fill=127.5):
    y, x = np.ogrid[: picture.shape[0], : picture.shape[1]]
    falls = []
    for top in range(0, picture.shape[0] - size + 1, step):
        row = []
        for left in range(0, picture.shape[1] - size + 1, step):
            inside = (y >= top) & (y < top + size) & (x >= left) & (x < left + size)
            row.append(answer(np.where(inside[..., None], fill, picture)[None]))
        falls.append(answer(picture[None]) - np.concatenate(row))
    return np.array(falls)
