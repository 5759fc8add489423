"""How other texts scale the same costs: α and β mean nothing until the convention is named.

Every text below minimises the same sums, Σ (a(C) − a(G))² and Σ (Ḡ(S) − Ḡ(G))² with
Ḡ = G / (n_H·n_W), under other factors. Weights given in one convention can therefore be restated in
another, and give the same picture.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Convention:
    """One text's factors, as multiples of the lecture's costs.

    ``content`` takes n_H·n_W·n_C of the content layer; ``style`` is the same for every layer.
    """

    name: str
    content: Callable[[float], float]
    style: float

    def to_lecture(self, alpha: float, beta: float, size: float) -> tuple[float, float]:
        """Return the lecture's (α, β) that mean what these mean here.

        size: n_H·n_W·n_C, how many numbers the content layer holds for G.
        """
        return alpha * self.content(size), beta * self.style


CONVENTIONS = {
    convention.name: convention
    for convention in (
        # ½ Σ(a−a)²;  Σ(G−G)² / (2·n_H·n_W·n_C)²
        Convention("lecture", content=lambda size: 1.0, style=1.0),
        # Gatys, Ecker and Bethge, 2016, equations 1 and 4, with N = n_C and M = n_H·n_W:
        # ½ Σ(F−P)²;  Σ(G−A)² / (4·N²·M²)
        Convention("gatys", content=lambda size: 1.0, style=1.0),
        # the exercise of the course that the lecture follows; there α=10, β=40:
        # Σ(a−a)² / (4·n_H·n_W·n_C);  Σ(G−G)² / (4·n_C²·(n_H·n_W)²)
        Convention("coursera", content=lambda size: 0.5 / size, style=1.0),
        # Johnson, Alahi and Fei-Fei, 2016, section 3.2:
        # Σ(φ−φ)² / (C·H·W);  ‖G/(C·H·W) − G/(C·H·W)‖²
        Convention("johnson", content=lambda size: 2.0 / size, style=4.0),
    )
}
