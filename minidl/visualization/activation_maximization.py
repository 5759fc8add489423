"""Activation maximisation: a picture made by gradient ascent on the activation of one unit."""

import numpy as np
from scipy.ndimage import gaussian_filter

from minidl.arguments import check_int, check_number, check_seed, per_axis
from minidl.nn import Sequential
from minidl.visualization.arguments import check_layer, check_unit, inference_mode


def maximize_activation(
    network: Sequential,
    name: str,
    unit: int,
    *,
    size: int | tuple[int, ...],
    steps: int = 128,
    rate: float = 6.0,
    jitter: int = 8,
    blur: float = 0.5,
    decay: float = 0.01,
    low: float = 0.0,
    high: float = 255.0,
    seed: int = 0,
) -> np.ndarray:
    """Make an input that raises one unit: gradient ascent on the pixels, from grey noise.

    Left alone, ascent finds high-frequency noise. Three regularisers make the picture legible: it
    is shifted at random before each step (what raises the unit must do so anywhere), blurred a
    little (no single pixels), and pulled back to grey (nothing that is not needed).

    Args:
        network: that the unit belongs to; its input values lie in low … high.
        name: of the layer.
        unit: channel; its mean over all positions is raised.
        size: of the picture: one number, or one per axis.
        steps: of ascent.
        rate: length of a step, RMS per pixel.
        jitter: largest shift, in pixels.
        blur: σ of the Gaussian after each step, in pixels.
        decay: share of the distance to grey that each step takes away.
        low, high: range of the input's values.
        seed: of the noise and the shifts.

    Returns:
        The picture ``(*size, C)`` of the network's dtype.

    Raises:
        ValueError: for an unknown layer or unit, or sizes that the network does not take.
    """
    with inference_mode(network):
        axes = tuple(range(1, len(network.input_shape)))
        shape = (*per_axis(size, len(axes), "size"), network.input_shape[-1])
        channels = network.shapes_for(shape)[check_layer(name, network)][-1]
        unit, steps = check_unit(unit, channels), check_int(steps, "steps", 0)
        jitter, rng = check_int(jitter, "jitter", 0), np.random.default_rng(check_seed(seed))
        rate = check_number(rate, "rate", 0, np.inf, open_high=True)
        blur = check_number(blur, "blur", 0, np.inf, open_high=True)
        decay = check_number(decay, "decay", 0, 1)
        low = check_number(low, "low", -np.inf, np.inf, open_low=True)
        high = check_number(high, "high", low, np.inf, open_low=True, open_high=True)
        grey, span = (low + high) / 2, high - low
        x = (grey + 0.04 * span * rng.standard_normal((1, *shape))).astype(network.dtype)
        for _ in range(steps):
            shift = tuple(int(s) for s in rng.integers(-jitter, jitter + 1, len(axes)))
            gradient = _gradient(network, np.roll(x, shift, axes), name, unit)
            gradient = np.roll(gradient, [-s for s in shift], axes)
            x = x + gradient * (rate / (np.sqrt(np.mean(gradient**2)) + 1e-12))
            x = gaussian_filter(x, (0, *(blur,) * len(axes), 0), mode="reflect")
            x = np.clip(grey + (1 - decay) * (x - grey), low, high).astype(network.dtype)
        return x[0]


def _gradient(network: Sequential, x: np.ndarray, name: str, unit: int) -> np.ndarray:
    """Return the gradient of the sum of a channel of the layer."""
    trace = network.trace(x, (name,))
    signal = np.zeros_like(trace[name])
    signal[..., unit] = 1
    return trace.backward({name: signal})
