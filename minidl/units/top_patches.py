"""The lecture's experiment: for every hidden unit, the nine patches that excite it most.

One pass over a data set. A unit is a channel of a layer; in each picture only its strongest
position counts, so that nine patches come from nine pictures. Memory is bounded by one batch.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from minidl.nn import Sequential, read_arrays, write_arrays
from minidl.units.receptive_field import patch


@dataclass(frozen=True, slots=True)
class TopPatches:
    """For each unit of one layer its strongest patches, the strongest first.

    Attributes:
        layer: the layer's name.
        picture: index of the picture ``(C, number)``; fewer columns if there were fewer pictures.
        position: of the unit in the layer ``(C, number, rank)``.
        value: activation ``(C, number)``.
    """

    layer: str
    picture: np.ndarray
    position: np.ndarray
    value: np.ndarray

    def cut(self, network: Sequential, images: Sequence[np.ndarray], unit: int) -> list[np.ndarray]:
        """Return the patches of a unit: exactly what it could see, cut from the pictures."""
        return [
            images[i][self.where(network, images, unit, rank)]
            for rank, i in enumerate(map(int, self.picture[unit]))
        ]

    def where(
        self, network: Sequential, images: Sequence[np.ndarray], unit: int, rank: int
    ) -> tuple[slice, ...]:
        """Return the slices of the picture that hold the unit's patch number ``rank``."""
        image = images[self.picture[unit, rank]]
        shape = (*image.shape[: self.position.shape[2]], network.input_shape[-1])
        return patch(network, self.layer, tuple(map(int, self.position[unit, rank])), shape)


def top_patches(
    network: Sequential,
    images: Sequence[np.ndarray] | np.ndarray,
    layers: Iterable[str],
    *,
    number: int = 9,
    batch_size: int = 32,
    prepare: Callable[[np.ndarray], np.ndarray] | None = None,
    progress: bool = True,
) -> dict[str, TopPatches]:
    """Pass all pictures through the network and keep every unit's strongest patches.

    Ties go to the earlier picture, and within a picture to the earlier position.

    Args:
        network: whose units are asked.
        images: pictures ``(*S, C)``; neighbours of one size go through together.
        layers: names of the layers to watch.
        number: patches to keep for each unit, at most one a picture.
        batch_size: pictures in a batch.
        prepare: turns a batch of pictures into the network's input; by default its dtype only.
        progress: whether to show a bar.

    Returns:
        ``{layer: TopPatches}``.

    Raises:
        ValueError: for unknown layers, no pictures, or ``number`` below 1.
    """
    layers = (layers,) if isinstance(layers, str) else tuple(layers)
    if number < 1 or batch_size < 1:
        raise ValueError(f"number and batch_size must be at least 1: {number}, {batch_size}.")
    if len(images) == 0:
        raise ValueError("there are no pictures to look through.")
    prepare = prepare or (lambda batch: batch.astype(network.dtype, copy=False))
    best: dict[str, tuple] = {}
    training = network.training
    network.eval()
    try:
        with tqdm(total=len(images), unit="picture", disable=not progress) as bar:
            for start, batch in batches(images, batch_size):
                seen = network.trace(prepare(batch), layers, keep=False).activations
                for layer in layers:
                    best[layer] = _merge(best.get(layer), _strongest(seen[layer], start), number)
                bar.update(len(batch))
    finally:
        network.train(training)
    return {layer: TopPatches(layer, *_transposed(best[layer])) for layer in layers}


def batches(
    images: Sequence[np.ndarray] | np.ndarray, batch_size: int
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield (index of the first, stacked pictures): neighbours of one shape in each batch."""
    start = 0
    while start < len(images):
        stop = start + 1
        limit = min(start + batch_size, len(images))
        while stop < limit and images[stop].shape == images[start].shape:
            stop += 1
        yield start, np.stack([images[i] for i in range(start, stop)])
        start = stop


def _strongest(a: np.ndarray, start: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return picture, position and value of each picture's strongest position, ``(N, C, …)``."""
    batch, *sizes, channels = a.shape
    flat = a.reshape(batch, -1, channels)
    where = flat.argmax(axis=1)  # the first, at a tie
    value = np.take_along_axis(flat, where[:, None], axis=1)[:, 0]
    position = np.stack([where, *np.unravel_index(where, sizes or (1,))], axis=-1)[..., 1:][
        ..., : len(sizes)
    ]
    picture = np.broadcast_to(np.arange(start, start + batch)[:, None], where.shape)
    return picture, position, value


def _merge(best: tuple | None, new: tuple, number: int) -> tuple:
    """Keep the ``number`` strongest of both; the sort is stable, so earlier pictures win ties."""
    if best is not None:
        new = tuple(np.concatenate(pair) for pair in zip(best, new, strict=True))
    order = np.argsort(-new[2], axis=0, kind="stable")[:number]
    picture, position, value = new
    return (
        np.take_along_axis(picture, order, axis=0),
        np.take_along_axis(position, order[..., None], axis=0),
        np.take_along_axis(value, order, axis=0),
    )


def _transposed(best: tuple) -> tuple:
    return tuple(np.ascontiguousarray(np.swapaxes(a, 0, 1)) for a in best)


def save_patches(path: str | Path, patches: dict[str, TopPatches]) -> None:
    """Write the results to an .npz file, atomically."""
    write_arrays(
        path,
        {
            f"{layer}/{what}": getattr(p, what)
            for layer, p in patches.items()
            for what in ("picture", "position", "value")
        },
    )


def load_patches(path: str | Path) -> dict[str, TopPatches]:
    """Read what ``save_patches`` wrote.

    Raises:
        WeightFileError: for a damaged file, or one that holds something else.
    """
    arrays = read_arrays(path)
    layers = dict.fromkeys(name.rpartition("/")[0] for name in arrays)
    try:
        return {
            layer: TopPatches(
                layer, *(arrays[f"{layer}/{what}"] for what in ("picture", "position", "value"))
            )
            for layer in layers
        }
    except KeyError as error:
        raise ValueError(f"{path} holds no top patches: {error} is missing.") from error
