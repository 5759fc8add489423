"""The way from a layer to the kernels is short: what is checked or made once is not done again."""

import numpy as np
import pytest

from minidl import nn
from minidl.kernels.compile import jit
from tests.calls import calls_above_kernels, of_the_house


@pytest.mark.skipif(not jit.AVAILABLE, reason="NumPy's own loops make calls of their own")
def test_a_step_of_a_convolution_takes_few_calls():
    """The kernels' own calls are theirs to count; with them it is some 70 more."""
    layer = nn.Conv2D(8, 3, padding="same", activation="relu")
    x = np.random.default_rng(0).standard_normal((4, 12, 12, 3)).astype(np.float32)
    layer.build(x.shape[1:], rng=np.random.default_rng(1), dtype=np.dtype(np.float32))
    optimizer = nn.GradientDescent(layer.parameters, 1e-3)

    def step():
        y, cache = layer.forward(x, training=True)
        layer.backward(y, cache)
        optimizer.step()

    step()  # what is made once for each shape
    calls = calls_above_kernels(step)
    assert calls.total() <= 30, calls
    files = ["arguments.py", "functional/arguments.py", "functional/conv.py", "nn/layer.py"]
    assert of_the_house(calls) == [*files, "nn/optimizers.py", "nn/parameter.py"]
