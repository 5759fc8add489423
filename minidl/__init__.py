"""minidl: deep learning for vision from scratch, the package behind the course.

Read it from the bottom up: ``kernels`` (hot loops), ``functional`` (operations and their
derivatives), ``nn`` (layers, networks, training), then what the lecture builds with them.
"""

__version__ = "0.1.0"
