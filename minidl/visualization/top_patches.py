"""The lecture's experiment: for every hidden unit, the nine patches that excite it most.

One pass over a data set. A unit is a channel of a layer; in each picture only its strongest
position counts, and of each source only its strongest picture, so that nine patches come from nine
sources. Memory is bounded by one batch; with an executor, by the few that are out at a time. The
best nine of two parts are among the best nine of each, so parts can be searched apart and merged.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np

from minidl.arguments import check_int, check_labels, check_names, is_list
from minidl.blocks import Executor, Shared, in_order
from minidl.nn import Sequential, read_arrays, write_arrays
from minidl.nn.progress import progress_bar
from minidl.nn.weights import Kind
from minidl.visualization.arguments import check_unit, inference_mode
from minidl.visualization.receptive_field import field_slices


@dataclass(frozen=True, slots=True)
class TopPatches:
    """For each unit of one layer its strongest patches, the strongest first.

    Attributes:
        layer: the layer's name.
        picture: index of the picture ``(C, number)``; fewer columns if there were fewer pictures.
        position: of the unit in the layer ``(C, number, rank)``; rank is 0 behind a dense layer.
        value: activation ``(C, number)``.
        bounds: of the patch, its first pixel and the one behind its last along each axis
            ``(C, number, axes, 2)``.
    """

    layer: str
    picture: np.ndarray
    position: np.ndarray
    value: np.ndarray
    bounds: np.ndarray

    def where(self, unit: int, rank: int) -> tuple[slice, ...]:
        """Return the slices of the picture that hold the unit's patch number ``rank``."""
        unit = check_unit(unit, len(self.picture))
        rank = check_int(rank, "rank", 0, self.picture.shape[1] - 1)
        return tuple(slice(int(start), int(stop)) for start, stop in self.bounds[unit, rank])

    def cut(self, images: Sequence[np.ndarray], unit: int) -> list[np.ndarray]:
        """Return the patches of a unit: exactly what it could see, cut from the pictures."""
        unit = check_unit(unit, len(self.picture))
        if not is_list(images) or len(images) <= self.picture[unit].max():
            raise ValueError("images must be all those that were looked through, in their order.")
        return [images[int(i)][self.where(unit, rank)] for rank, i in enumerate(self.picture[unit])]


def top_patches(
    network: Sequential,
    images: Iterable[np.ndarray],
    layers: Iterable[str],
    *,
    source: Sequence | np.ndarray | None = None,
    number: int = 9,
    batch_size: int = 32,
    prepare: Callable[[np.ndarray], np.ndarray] | None = None,
    progress: bool = True,
    executor: Executor | None = None,
) -> dict[str, TopPatches]:
    """Pass all pictures through the network and keep every unit's strongest patches.

    Ties go to the earlier picture, and within a picture to the earlier position. Interrupt (the
    notebook's stop button) ends the pass: the result is then that of the pictures seen so far, and
    a warning says how many they were.

    Args:
        network: whose units are asked.
        images: pictures ``(*S, C)``: an array, a list, or anything that yields one after the other;
            neighbours of one size go through together.
        layers: names of the layers to watch.
        source: for each picture what it comes from, ints or names ``(N,)``: several crops of one
            photograph share theirs. Each picture is a source of its own unless said.
        number: patches to keep for each unit, at most one a source.
        batch_size: pictures in a batch.
        prepare: turns a batch of pictures into the network's input, with the same sizes; by default
            its dtype only.
        progress: whether to show a bar.
        executor: runs the batches, see ``minidl.blocks``; None: this process. The result is the
            same; ``prepare`` must then be a function that can be sent.

    Returns:
        ``{layer: TopPatches}``.

    Raises:
        TypeError, ValueError: for unknown layers, no pictures, pictures that are no arrays or that
            the network does not take, or ``number`` or ``batch_size`` below 1.
    """
    layers = check_names(layers, "layers")
    number, batch_size = check_int(number, "number"), check_int(batch_size, "batch_size")
    if not isinstance(images, Iterable) or isinstance(images, str | bytes):
        raise TypeError(f"images must be pictures (*S, C), several, got {images!r}.")
    best, done = {}, 0
    total = len(images) if hasattr(images, "__len__") else None
    if source is not None:
        _, source = np.unique(check_labels(source, "source", total), return_inverse=True)
    with progress_bar(progress, total=total, unit="picture") as bar, inference_mode(network):
        try:
            seen = Shared((network, layers, prepare))
            blocks = batches(images, batch_size)
            for count, new in in_order(_strongest_of, blocks, executor, shared=seen):
                # assigned at once, so that an interrupt finds every layer after the same picture
                best = {
                    layer: _merge(best.get(layer), new[layer], number, source) for layer in layers
                }
                done += count
                bar.update(count)
        except KeyboardInterrupt:
            if not best:
                raise
            warnings.warn(f"interrupted: these patches are from the first {done}.", stacklevel=2)
    if not best:
        raise ValueError("there are no pictures to look through.")
    return {layer: _result(network, layer, best[layer]) for layer in layers}


def batches(images: Iterable[np.ndarray], batch_size: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield (index of the first, stacked pictures): neighbours of one shape in each batch."""
    start, batch = 0, []
    for image in images:
        if not isinstance(image, np.ndarray):
            raise TypeError(
                f"a picture must be an array (*S, C), got {type(image).__name__}: "
                "datasets.read_image(path) reads a file."
            )
        if batch and (len(batch) == batch_size or image.shape != batch[0].shape):
            yield start, np.stack(batch)
            start, batch = start + len(batch), []
        batch.append(image)
    if batch:
        yield start, np.stack(batch)


def _strongest_of(block: tuple[int, np.ndarray], seen: tuple) -> tuple[int, dict[str, tuple]]:
    """Return how many pictures a batch holds, and each layer's strongest positions in them."""
    (start, batch), (network, layers, prepare) = block, seen
    x = _prepared(prepare, batch) if prepare else batch.astype(network.dtype, copy=False)
    activations = network.trace(x, layers, keep=False).activations
    return len(batch), {layer: _strongest(activations[layer], start, x.shape) for layer in layers}


def _prepared(prepare: Callable, batch: np.ndarray) -> np.ndarray:
    x = prepare(batch)
    if x.shape[:-1] != batch.shape[:-1]:
        raise ValueError(
            f"prepare must keep the pictures' sizes, so that patches can be cut from them: it made "
            f"{x.shape} of {batch.shape}. Resize the pictures beforehand."
        )
    return x


def _strongest(a: np.ndarray, start: int, shape: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """Return each picture's strongest position for every unit of a ``(N, *S, C)``.

    Four arrays: picture ``(N, C)``, position ``(N, C, rank)``, value ``(N, C)``, and the sizes of
    the picture ``(N, C, axes)``.
    """
    batch, *sizes, channels = a.shape
    flat = a.reshape(batch, -1, channels)
    where = flat.argmax(axis=1)  # the first, at a tie
    value = np.take_along_axis(flat, where[:, None], axis=1)[:, 0]
    axes = np.unravel_index(where, sizes) if sizes else ()
    position = np.stack(axes, axis=-1) if sizes else np.empty((batch, channels, 0), np.intp)
    picture = np.broadcast_to(np.arange(start, start + batch)[:, None], where.shape)
    size = np.broadcast_to(shape[1:-1], (batch, channels, len(shape) - 2))
    return picture, position, value, size


def _merge(best: tuple | None, new: tuple, number: int, source: np.ndarray | None) -> tuple:
    """Keep the ``number`` strongest of both, one a source; earlier pictures win ties."""
    if best is not None:
        new = tuple(np.concatenate(pair) for pair in zip(best, new, strict=True))
    order = np.argsort(-new[2], axis=0, kind="stable")
    if source is not None:
        origin = source[np.take_along_axis(new[0], order, axis=0)].T
        again = np.tril(origin[:, :, None] == origin[:, None, :], -1).any(axis=-1).T
        first = np.argsort(again, axis=0, kind="stable")  # a source that comes again goes last
        order = np.take_along_axis(order, first, axis=0)[: (~again).sum(axis=0).min()]
    order = order[:number]
    rows = (order, order[..., None], order, order[..., None])
    return tuple(np.take_along_axis(a, r, axis=0) for a, r in zip(new, rows, strict=True))


def _result(network: Sequential, layer: str, best: tuple) -> TopPatches:
    picture, position, value, size = (np.ascontiguousarray(np.swapaxes(a, 0, 1)) for a in best)

    @cache  # many units look at the same few positions
    def box(place: tuple[int, ...], shape: tuple[int, ...]) -> list[tuple[int, int]]:
        seen = field_slices(network, layer, place, (*shape, network.input_shape[-1]))
        return [(axis.start, axis.stop) for axis in seen]

    axes = size.shape[2]
    places = position.reshape(picture.size, position.shape[2])
    sizes = size.reshape(picture.size, axes)
    rows = zip(places.tolist(), sizes.tolist(), strict=True)
    boxes = np.array([box(tuple(place), tuple(shape)) for place, shape in rows])
    return TopPatches(layer, picture, position, value, boxes.reshape(*picture.shape, axes, 2))


PATCHES = Kind("file of top patches", "find them again with top_patches")
_ARRAYS = tuple(field.name for field in fields(TopPatches) if field.name != "layer")


def save_patches(path: str | Path, patches: dict[str, TopPatches]) -> None:
    """Write the results to an .npz file, whole or not at all."""
    values = patches.values() if isinstance(patches, dict) else (None,)
    if not all(isinstance(value, TopPatches) for value in values):
        raise TypeError("patches must be {layer: TopPatches}, as top_patches returns them.")
    arrays = {
        f"{layer}/{name}": getattr(p, name) for layer, p in patches.items() for name in _ARRAYS
    }
    write_arrays(path, arrays)


def load_patches(path: str | Path) -> dict[str, TopPatches]:
    """Read what ``save_patches`` wrote.

    Raises:
        WeightFileError: for a damaged file.
        ValueError: for one that holds something else.
    """
    arrays = read_arrays(path, kind=PATCHES)
    layers = dict.fromkeys(name.rpartition("/")[0] for name in arrays)
    try:
        return {
            layer: TopPatches(layer, *(arrays[f"{layer}/{name}"] for name in _ARRAYS))
            for layer in layers
        }
    except KeyError as error:
        raise ValueError(f"{path} holds no top patches: {error} is missing.") from error
