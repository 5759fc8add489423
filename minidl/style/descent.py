"""The optimisers by name."""

from minidl.style.adam import Adam
from minidl.style.search import LBFGS, GradientDescent

DESCENTS = {"lbfgs": LBFGS, "adam": Adam, "gradient_descent": GradientDescent}
