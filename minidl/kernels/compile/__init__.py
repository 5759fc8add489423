"""Compiling: Numba, vectors and tiles in registers. The only rooms that speak LLVM."""
