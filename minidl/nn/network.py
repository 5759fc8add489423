"""Networks: layers wired into a graph, run forwards with taps and backwards from many places."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from minidl.arguments import check_int, check_seed
from minidl.nn.footprint import Footprint
from minidl.nn.graph import INPUT, Composite, Graph
from minidl.nn.inputs import check_batch, check_dtype, check_input_shape, check_taps
from minidl.nn.layer import Layer, Shape, layers_of
from minidl.nn.parameter import Parameter
from minidl.nn.progress import progress_bar
from minidl.nn.summary import Summary
from minidl.nn.trace import Trace
from minidl.nn.weights import compare_arrays, is_plain, read_arrays, write_arrays


class Sequential(Composite):
    """A network: layers one behind the other, any of which may be a ``Residual`` or a network.

    Args:
        layers: what the network is made of. A layer that stands in it twice shares its parameters.
        input_shape: ``(*S, C)`` of one example, sizes None if any will do. Without it the network
            is a part, to be placed in another one (or to be built later).
        seed: of the first weights.
        dtype: of the weights, and so of inputs and outputs.
        name: as a part of another network.
    """

    kind = "part"

    def __init__(
        self,
        layers: Sequence[Layer],
        *,
        input_shape: Shape | None = None,
        seed: int = 0,
        dtype: np.dtype | type = np.float32,
        name: str | None = None,
    ):
        super().__init__(name)
        self.layers = layers_of(layers, "Sequential")
        self.training = False
        self.graph = Graph()
        self.output_name = self.graph.chain(self.layers, INPUT)
        self._last: Trace | None = None
        if input_shape is not None:
            self.build(input_shape, rng=np.random.default_rng(check_seed(seed)), dtype=dtype)

    # -- as a part of a network ------------------------------------------------------------------

    def place(self, graph: Graph, source: str, name: str) -> str:
        """Add the layers to another network's graph, under this one's name."""
        return graph.chain(self.layers, source, name)

    def build(self, *shapes: Shape, rng: np.random.Generator, dtype: np.dtype) -> None:
        """Make every layer's parameters for inputs of this shape.

        Raises:
            ValueError: for a shape that a layer cannot take; the error names the layer.
        """
        if self.output_name == INPUT:
            raise ValueError("a network needs at least one layer, got none.")
        self.input_shape, self.dtype = check_input_shape(shapes[0]), check_dtype(dtype)

        def build_once(layer: Layer, inputs: list[Shape]) -> None:
            if not layer.built:
                layer.build(*inputs, rng=rng, dtype=self.dtype)
                layer.built = True

        self.shapes = self.graph.shapes(self.input_shape, build=build_once)
        self.built = True
        self.footprint = Footprint(self.graph, self.input_shape, self.dtype)
        self.parameters = {
            f"{name}/{key}": parameter
            for name, layer in self.named_layers().items()
            for key, parameter in layer.parameters.items()
        }
        for name in self.state():
            if not is_plain(name):
                raise ValueError(f"{name!r} cannot name an array in a file: give other names.")

    def shapes_for(self, input_shape: Shape) -> dict[str, Shape]:
        """Return every node's output shape ``(*S, C)`` for inputs of this shape ``(*S, C)``."""
        self._check_built()
        return self.graph.shapes(check_input_shape(input_shape))

    # -- running ---------------------------------------------------------------------------------

    def trace(self, x: np.ndarray, taps: Iterable[str] = (), *, keep: bool = True) -> Trace:
        """Run forwards and return the ``Trace``: activations, and its own way back.

        Args:
            x: a batch ``(N, *S, C)`` of the network's dtype.
            taps: names of the activations wanted; nothing beyond the deepest one is computed.
                Without any, the output.
            keep: whether to keep what ``backward`` needs.

        Raises:
            ValueError, TypeError: for an unknown name or an x that does not fit.
            MemoryError: if there is not enough for so large a run; it says which size would fit.
        """
        return self._run(x, check_taps(taps, self.graph.nodes), keep)

    def _run(self, x: np.ndarray, taps: tuple[str, ...], keep: bool = True) -> Trace:
        self._check_input(x)
        taps = taps or (self.output_name,)
        with self.footprint.guard(x.shape, taps, keep=keep):
            return Trace(self.graph, x, taps, training=self.training, keep=keep)

    def memory_guard(self, x: np.ndarray) -> AbstractContextManager[None]:
        """Return a context for a step of training on the batch x; errors are those of ``trace``."""
        self._check_input(x)
        return self.footprint.guard(x.shape, (self.output_name,), backward=True)

    def _check_input(self, x: np.ndarray) -> None:
        self._check_built()
        check_batch(x, self.input_shape, self.dtype)

    def forward(
        self, x: np.ndarray, taps: Iterable[str] = ()
    ) -> np.ndarray | dict[str, np.ndarray]:
        """Run forwards; return the output, or with ``taps`` a dict of the named activations.

        ``backward`` goes back through the last forward. To run several times first (the branches
        of a Siamese network), hold the runs apart with ``trace``.
        """
        taps = check_taps(taps, self.graph.nodes)
        self._last = None  # what the last run has kept may go before there is more
        self._last = self._run(x, taps)
        return self._last.activations if taps else self._last.output

    def _check_built(self) -> None:
        if not self.built:
            raise RuntimeError("this network has no parameters yet: give it an input_shape.")

    def backward(
        self,
        gradients: Mapping[str, np.ndarray] | np.ndarray,
        *,
        need_input: bool = True,
        release: bool = False,
    ) -> np.ndarray | None:
        """Send gradients back through the last ``forward``; see ``Trace.backward``."""
        if self._last is None:
            raise RuntimeError("backward needs a forward first.")
        return self._last.backward(gradients, need_input=need_input, release=release)

    def predict(self, x: np.ndarray, *, batch_size: int = 64, progress: bool = False) -> np.ndarray:
        """Return the output for x in batches, in inference mode, keeping nothing on the way."""
        self._check_input(x)
        batch_size = check_int(batch_size, "batch_size")
        starts = range(0, max(len(x), 1), batch_size)
        training, self.training = self.training, False
        try:
            with progress_bar(progress, starts, unit="batch") as bar:
                return np.concatenate(
                    [self.trace(x[i : i + batch_size], keep=False).output for i in bar]
                )
        finally:
            self.training = training

    # -- modes and parameters --------------------------------------------------------------------

    def train(self, training: bool = True) -> "Sequential":
        """Use batch statistics and dropout from now on; return the network."""
        self.training = training
        return self

    def eval(self) -> "Sequential":
        """Use running statistics and no dropout from now on; return the network."""
        return self.train(False)

    def named_layers(self) -> dict[str, Layer]:
        """Return every layer once, under the first name that it stands at."""
        first: dict[int, str] = {}
        for node in self.graph.nodes.values():
            first.setdefault(id(node.layer), node.name)
        return {name: self.graph.nodes[name].layer for name in first.values()}

    def freeze(self, *names: str) -> "Sequential":
        """Stop learning in the layers whose names begin so (all, without names); return self."""
        for parameter in self._chosen(names):
            parameter.freeze()
        return self

    def unfreeze(self, *names: str) -> "Sequential":
        """Learn again in the layers whose names begin so (all, without names); return self."""
        for parameter in self._chosen(names):
            parameter.unfreeze()
        return self

    def _chosen(self, names: tuple[str, ...]) -> list[Parameter]:
        chosen = [] if names else list(self.parameters.values())
        for name in names:
            found = [p for path, p in self.parameters.items() if f"{path}/".startswith(f"{name}/")]
            if not found:
                raise ValueError(f"no layer with parameters is called {name!r}.")
            chosen += found
        return chosen

    def zero_grad(self) -> None:
        """Clear the gradients of all parameters."""
        for parameter in self.parameters.values():
            parameter.zero_grad()

    def summary(self, input_shape: Shape | None = None) -> Summary:
        """Return a table of layers, output shapes, parameters and multiplications; print it."""
        self._check_built()
        shapes = self.shapes if input_shape is None else self.shapes_for(input_shape)
        return Summary.of(self.graph, shapes)

    # -- weight files ----------------------------------------------------------------------------

    def state(self) -> dict[str, np.ndarray]:
        """Return all parameters and buffers by name: the arrays themselves, not copies."""
        self._check_built()
        state = {name: p.value for name, p in self.parameters.items()}
        for name, layer in self.named_layers().items():
            state |= {f"{name}/{key}": value for key, value in layer.buffers.items()}
        return state

    def load_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Take over the arrays that ``state`` returned; names, shapes and dtypes must agree.

        Raises:
            WeightFileError: naming the first array that is missing, unknown or of another shape;
                the network is then as it was.
        """
        compare_arrays(state, self.state(), "the state")
        for name, parameter in self.parameters.items():
            frozen = not parameter.trainable
            parameter.value = state[name].copy()
            if frozen:
                parameter.freeze()
        for name, layer in self.named_layers().items():
            for key in layer.buffers:
                layer.buffers[key] = state[f"{name}/{key}"].copy()

    def save(self, path: str | Path) -> None:
        """Write parameters and buffers to an .npz file, whole or not at all."""
        write_arrays(path, self.state())

    def load(self, path: str | Path) -> None:
        """Read what ``save`` wrote.

        Raises:
            WeightFileError: for a damaged file, or one of another network; nothing is changed.
        """
        self.load_state(read_arrays(path, like=self.state()))

    def __getstate__(self) -> dict[str, object]:
        """A copy, or what is sent to another process, has not run yet."""
        return self.__dict__ | {"_last": None}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.graph.nodes)} layers)"
