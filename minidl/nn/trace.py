"""One run of a network, remembered: the activations asked for, and the way back."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from minidl.functional.arguments import check_gradient
from minidl.nn.graph import INPUT, Graph, raise_named
from minidl.nn.layer import Layer

Rule = Callable[[Layer, np.ndarray, object], tuple[np.ndarray, object]]


class Trace:
    """A forward pass through the nodes that ``taps`` need, with the caches for going back.

    ``trace[name]`` is a tapped activation. Several traces of one network live side by side; each
    holds its own caches, and gradients of all of them add up in the parameters.
    """

    def __init__(
        self,
        graph: Graph,
        x: np.ndarray,
        taps: Iterable[str],
        *,
        training: bool = False,
        keep: bool = True,
    ):
        self.taps = tuple(taps)
        self.nodes = graph.needed_for(self.taps)
        self.activations: dict[str, np.ndarray] = {}
        self._caches: dict[str, object] = {}
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._dtype = x.dtype
        self.released = False
        self._run(x, training, keep)

    def _run(self, x: np.ndarray, training: bool, keep: bool) -> None:
        last_reader = {name: node.name for node in self.nodes for name in node.inputs}
        values = {INPUT: x}
        for node in self.nodes:
            inputs = map(values.__getitem__, node.inputs)
            try:
                y, cache = node.layer.forward(*inputs, training=training)
            except (ValueError, TypeError) as error:
                raise_named(error, node.name)
            values[node.name] = y
            self._shapes[node.name] = y.shape
            if keep:
                self._caches[node.name] = cache
            if node.name in self.taps:
                self.activations[node.name] = y
            del inputs, y, cache  # else they would be kept while the next layer runs
            for name in set(node.inputs):
                if last_reader[name] == node.name:
                    del values[name]  # its last reader has run: free the memory

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self.activations:
            raise KeyError(f"{name!r} was not tapped; the taps are: {', '.join(self.taps)}")
        return self.activations[name]

    @property
    def output(self) -> np.ndarray:
        """The activation of the last tap."""
        return self.activations[self.taps[-1]]

    def backward(
        self,
        gradients: Mapping[str, np.ndarray] | np.ndarray,
        *,
        need_input: bool = True,
        release: bool = False,
        rule: Rule | None = None,
    ) -> np.ndarray | None:
        """Send gradients back from several nodes at once; return the input's.

        Where paths meet, gradients add: that is the chain rule for a value used more than once.

        Args:
            gradients: ``{name: gradient}`` for nodes of this run, each shaped like the node's
                output; or one array, for the last tap.
            need_input: whether the gradient of the input is wanted; without it, work that would
                serve it alone is left out and the result is None.
            release: let go of the activations, and of each layer's cache on the way, so that less
                memory is needed; this run can then not go back a second time.
            rule: for experiments with the backward pass: called with (layer, dy, cache) before each
                layer goes back, it returns the dy and the cache to use instead.

        Raises:
            ValueError, TypeError: for an unknown name, or a gradient of another shape or dtype.
        """
        waiting = self._checked(gradients)
        if release:
            self.released, self.activations = True, {}
        flows = self._flows(need_input)
        for node in reversed(self.nodes):
            dy = waiting.pop(node.name, None)
            if dy is None or node.name not in flows:
                continue
            need = not flows.isdisjoint(node.inputs)
            cache = self._caches[node.name]
            if release:
                del self._caches[node.name]
            if rule is not None:
                dy, cache = rule(node.layer, dy, cache)
            result = node.layer.backward(dy, cache, need_input=need)
            dxs = result if isinstance(result, tuple) else (result,)
            for name, dx in zip(node.inputs, dxs, strict=True):
                if name in flows:
                    waiting[name] = waiting[name] + dx if name in waiting else dx
            del dy, cache, result, dxs, dx
        return waiting.get(INPUT) if need_input else None

    def _flows(self, need_input: bool) -> set[str]:
        """Names whose gradient is needed: by a parameter at or below them, or for the input."""
        flows = {INPUT} if need_input else set()
        for node in self.nodes:
            if not flows.isdisjoint(node.inputs) or node.layer.trainable():
                flows.add(node.name)
        return flows

    def _checked(self, gradients) -> dict[str, np.ndarray]:
        if self.released:
            raise RuntimeError("this run has gone back already, and let go of what that needs.")
        if not self._caches and self.nodes:
            raise RuntimeError("this run kept no caches (keep=False), so there is no way back.")
        if isinstance(gradients, np.ndarray):
            gradients = {self.taps[-1]: gradients}
        if not isinstance(gradients, Mapping) or not gradients:
            raise TypeError(
                f"backward takes the output's gradient or {{name: gradient}}, got {gradients!r}."
            )
        for name, gradient in gradients.items():
            if name not in self._shapes:
                raise ValueError(
                    f"no layer called {name!r} ran; these did: {', '.join(self._shapes)}."
                )
            what = f"the gradient for {name!r}"
            check_gradient(gradient, self._shapes[name], self._dtype, what)
        return dict(gradients)
