"""A picture as what gradient ascent changes: its spectrum, in colours that vary independently.

Neighbouring pixels of photographs are alike, and so are their red, green and blue. Ascent on
pixels ignores both and finds high-frequency noise. Here each frequency is divided by its height,
as in photographs, and the three colours are mixed as in photographs, so that one step moves what
commonly moves together (Olah, Mordvintsev and Schubert, Feature Visualization, Distill 2017).
"""

import numpy as np
from scipy import fft

# The square root of the covariance of red, green and blue, over its largest row, as measured on
# the course's photographs (a test does it): brightness first, then what differs from grey.
COLOURS = np.array([[0.94, -0.35, -0.03], [0.86, 0.10, 0.10], [0.84, 0.29, -0.07]], np.float32)


class Spectrum:
    """Pictures ``(N, H, W, C)`` in low … high, made of numbers ``(N, H, W // 2 + 1, C, 2)``.

    ``picture(z) -> (x, cache)`` and ``backward(dx, cache) -> dz``, as everywhere in the course.
    """

    def __init__(self, size: tuple[int, int], channels: int, low: float, high: float):
        self.size, self.low, self.span = size, low, high - low
        height, width = size
        frequency = np.hypot(fft.fftfreq(height)[:, None], fft.rfftfreq(width))
        self.scale = (1 / np.maximum(frequency, 1 / max(size)))[..., None].astype(np.float32)
        self.scale *= np.sqrt(height * width) / 4
        self.mixing = COLOURS if channels == 3 else np.eye(channels, dtype=np.float32)
        # a real picture's spectrum has every column twice but for the first and, if the width is
        # even, the last; only one of the two is kept
        self.twice = np.full((width // 2 + 1, 1), 2, np.float32)
        self.twice[0] = 1
        if width % 2 == 0:
            self.twice[-1] = 1

    def start(self, number: int, rng: np.random.Generator) -> np.ndarray:
        """Return numbers whose pictures are nearly grey."""
        height, width = self.size
        shape = (number, height, width // 2 + 1, len(self.mixing), 2)
        return 0.01 * rng.standard_normal(shape, dtype=np.float32)

    def picture(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the pictures of z, and their distance between low and high, 0 … 1, for later."""
        spectrum = (z[..., 0] + 1j * z[..., 1]) * self.scale
        mixed = fft.irfft2(spectrum, self.size, axes=(1, 2)) @ self.mixing.T
        bright = 1 / (1 + np.exp(-mixed))
        return self.low + self.span * bright, bright

    def backward(self, dx: np.ndarray, bright: np.ndarray) -> np.ndarray:
        """Return the gradient for z of a function whose gradient for the pictures is dx."""
        mixed = (dx * self.span * bright * (1 - bright)) @ self.mixing
        spectrum = fft.rfft2(mixed, axes=(1, 2)) * (self.scale * self.twice)
        spectrum /= self.size[0] * self.size[1]
        return np.stack([spectrum.real, spectrum.imag], axis=-1).astype(np.float32)
