"""The kernels' twins in plain NumPy: what they are tested against, and what runs without Numba."""
