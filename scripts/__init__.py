"""Commands that trained the weights in minidl/weights, run in the repository's folder."""
