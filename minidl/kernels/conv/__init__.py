"""Convolution and its two gradients: directly, or through Winograd's transforms."""
