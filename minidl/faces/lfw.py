"""The ten-fold protocol of Labeled Faces in the Wild, on the reader's own copy of it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from minidl.datasets.lfw import LFW
from minidl.faces.cross_validation import CrossValidation, cross_validate
from minidl.faces.distances import pair_distances
from minidl.nn.progress import progress_bar


def lfw_accuracy(
    folder: str | Path | LFW,
    encode: Callable[[np.ndarray], np.ndarray],
    *,
    pairs: str | Path | None = None,
    progress: bool = True,
) -> CrossValidation:
    """Verify LFW's pairs: each fold with the τ that is best on the others.

    Every picture is encoded once, however many pairs it stands in.

    Args:
        folder: the folder that holds ``lfw/`` and ``pairs.txt``.
        encode: takes a picture, uint8 ``(H, W, 3)``, and returns its encoding ``(D,)``.
        pairs: another list of pairs, as ``LFW.folds`` takes it.
        progress: whether to show a bar.

    Raises:
        ValueError: if folder or list are not as LFW has them, or hold fewer than two folds.
    """
    if not callable(encode):
        raise TypeError(f"encode must be a function of a picture, got {type(encode).__name__}.")
    lfw = folder if isinstance(folder, LFW) else LFW(folder)
    folds = lfw.folds(pairs)
    every = [pair for fold in folds for pair in fold]
    photos = sorted({photo for pair in every for photo in (pair.first, pair.second)})
    with progress_bar(progress, photos, unit="picture") as bar:
        encodings = {photo: np.asarray(encode(lfw.image(photo)), np.float32) for photo in bar}
    first, second = (
        np.stack([encodings[photo] for photo in side])
        for side in zip(*((pair.first, pair.second) for pair in every), strict=True)
    )
    fold = np.repeat(np.arange(len(folds)), [len(pairs) for pairs in folds])
    return cross_validate(pair_distances(first, second), [pair.same for pair in every], fold)
