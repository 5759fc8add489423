"""Activation maximisation: pictures made by gradient ascent on what units answer."""

from collections.abc import Sequence

import numpy as np

from minidl.arguments import check_int, check_number, check_seed, per_axis
from minidl.nn import Adam, Parameter, Sequential
from minidl.nn.progress import progress_bar
from minidl.visualization.arguments import check_layer, inference_mode
from minidl.visualization.fourier import Spectrum
from minidl.visualization.objectives import Objective
from minidl.visualization.resampling import resample, resampling
from minidl.visualization.saliency import through


def maximize_activation(
    network: Sequential,
    objectives: Objective | Sequence[Objective],
    *,
    size: int | tuple[int, int],
    number: int = 1,
    steps: int = 100,
    rate: float = 0.05,
    jitter: float = 8.0,
    scale: float = 0.1,
    turn: float = 10.0,
    low: float = 0.0,
    high: float = 255.0,
    seed: int = 0,
    progress: bool = True,
) -> np.ndarray:
    """Make pictures that raise the sum of the objectives, from nearly grey ones.

    Ascent on the pixels finds high-frequency noise. Two things make pictures legible (Olah,
    Mordvintsev and Schubert, Distill 2017): ascent works on the spectrum, in uncorrelated colours
    (``fourier.py``), and before every step the pictures are shifted, scaled and turned at random,
    so that what raises the unit has to do so in any position. Interrupt ends the ascent; the
    pictures so far are returned.

    Args:
        network: whose input values lie in low … high.
        objectives: what to raise: ``channel``, ``position``, ``diversity``, or several of them.
        size: of the pictures, height and width.
        number: of pictures, made together.
        steps: of ascent.
        rate: of Adam.
        jitter: largest shift, in pixels.
        scale: largest change of size, as a share.
        turn: largest rotation, in degrees.
        low, high: range of the input's values.
        seed: of the beginning and of all shifts.
        progress: whether to show a bar.

    Returns:
        The pictures ``(number, H, W, C)`` of the network's dtype.

    Raises:
        TypeError, ValueError: for an unknown layer or unit, numbers out of range, a network that
            takes no pictures, or sizes that it does not take.
    """
    wanted = [objectives] if isinstance(objectives, Objective) else list(objectives)
    if not wanted or not all(isinstance(each, Objective) for each in wanted):
        raise TypeError(f"objectives must be channel(…), position(…) …, got {objectives!r}.")
    steps, number = check_int(steps, "steps", 0), check_int(number, "number")
    rate = check_number(rate, "rate", 0, np.inf, open_high=True)
    jitter = check_number(jitter, "jitter", 0, np.inf, open_high=True)
    scale, turn = check_number(scale, "scale", 0, 1), check_number(turn, "turn", 0, 180)
    low = check_number(low, "low", -np.inf, np.inf, open_low=True)
    high = check_number(high, "high", low, np.inf, open_low=True, open_high=True)
    rng = np.random.default_rng(check_seed(seed))
    with inference_mode(network):
        sides, channels = per_axis(size, 2, "size"), network.input_shape[-1]
        _check_layers(network, wanted, (*sides, channels))
        pictures = Spectrum(sides, channels, low, high)
        spectrum = Parameter(pictures.start(number, rng))
        optimizer = Adam({"spectrum": spectrum}, rate)
        try:
            for _ in progress_bar(progress, range(steps), unit="step"):
                x, cache = pictures.picture(spectrum.value)
                matrix = _random_resampling(sides, jitter, scale, turn, rng)
                seen = resample(matrix, x).astype(network.dtype, copy=False)
                dx = resample(matrix.T, _gradient(network, wanted, seen))
                spectrum.zero_grad()
                spectrum.add_gradient(-pictures.backward(dx, cache))  # Adam descends
                optimizer.step()
        except KeyboardInterrupt:
            pass
        return pictures.picture(spectrum.value)[0].astype(network.dtype)


def _check_layers(
    network: Sequential, objectives: list[Objective], shape: tuple[int, int, int]
) -> None:
    if len(network.input_shape) != 3:
        raise ValueError(f"the network takes no pictures (H, W, C), but {network.input_shape}.")
    shapes = network.shapes_for(shape)
    for objective in objectives:
        objective.evaluate(np.zeros((1, *shapes[check_layer(objective.layer, network)])))


def _random_resampling(
    size: tuple[int, int], jitter: float, scale: float, turn: float, rng: np.random.Generator
):
    angle = np.radians(rng.uniform(-turn, turn))
    shift = tuple(rng.uniform(-jitter, jitter, 2))
    return resampling(size, angle, np.exp(rng.uniform(-scale, scale)), shift)


def _gradient(network: Sequential, objectives: list[Objective], x: np.ndarray) -> np.ndarray:
    trace = network.trace(x, {objective.layer: None for objective in objectives})
    gradients: dict[str, np.ndarray] = {}
    for objective in objectives:
        a = trace[objective.layer]
        _, gradient = objective.evaluate(a)
        gradients[objective.layer] = gradients.get(objective.layer, 0) + gradient
    dx = trace.backward(gradients)
    silent = ~dx.any(axis=(1, 2, 3))
    if silent.any():  # a ReLU that is off hides the way on
        dx[silent] = trace.backward(gradients, rule=through)[silent]
    return dx
