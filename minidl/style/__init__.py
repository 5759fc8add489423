"""Neural style transfer: the lecture's part 3.

Costs on activations, in the lecture's convention, each with its gradient::

    gram_matrix(a), content_cost(a_C, a_G), style_cost(a_S, a_G), total_variation(image)

and ``transfer(content, style, …)``, which minimises their weighted sum over the pixels of G.
"""

from minidl.style.conventions import CONVENTIONS, Convention
from minidl.style.costs import (
    content_cost,
    gram_matrix,
    mean_gram_matrix,
    style_cost,
    total_variation,
)
from minidl.style.networks import RECIPES, Recipe
from minidl.style.objective import Objective, Point
from minidl.style.run import Result
from minidl.style.transfer import transfer

__all__ = [
    "CONVENTIONS",
    "RECIPES",
    "Convention",
    "Objective",
    "Point",
    "Recipe",
    "Result",
    "content_cost",
    "gram_matrix",
    "mean_gram_matrix",
    "style_cost",
    "total_variation",
    "transfer",
]
