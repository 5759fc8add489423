"""Formulas of docstrings become TeX with the same meaning; everything else stays as it is."""

import pytest

from scripts.site.docstrings import typeset
from scripts.site.formulas import find_formulas, whole_formula

FORMULAS = {
    "y = γ·x̂ + β": r"y = \gamma \cdot \hat{x} + \beta",
    "σ(x) = 1 / (1 + e⁻ˣ)": r"\sigma \left(x\right) = \frac{1}{1 + e^{-x}}",
    "θ := θ − lr·g / (√s + ε)": (
        r"\theta  \coloneqq \theta  - \frac{\text{lr}\cdot g}{\sqrt{s} + \varepsilon }"
    ),
    "dx = γ/σ·dy": r"dx = \frac{\gamma }{\sigma }\cdot dy",
    "J = ½‖a − b‖²": r"J = \tfrac12 \,\left\lVert a - b\right\rVert ^{2}",
    "G_kk′ = Σᵢ a_ik · a_ik′": r"G_{kk^{\prime}} = \sum_{i} \,a_{ik}\cdot a_{ik^{\prime}}",
    "dxᵢ = 2 Σⱼ Sᵢⱼ (xᵢ − xⱼ)": (r"dx_{i} = 2\,\sum_{j} \,S_{ij}\,\left(x_{i} - x_{j}\right)"),
    "∂d/∂x = −∂d/∂y": r"\frac{\partial d}{\partial x} = -\frac{\partial d}{\partial y}",
    "S = (a − b) / (c·d)²": r"S = \frac{a - b}{\left(c\cdot d\right)^{2}}",
}


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_tex(text):
    pytest.importorskip("latex2mathml")
    from latex2mathml.converter import convert

    assert whole_formula(f"    {text}.").strip() == FORMULAS[text]
    (found,) = find_formulas(f"Return {text}, as ever.")
    assert found[2].strip() == FORMULAS[text]
    assert "\\" not in convert(found[2]), "left as it was"


@pytest.mark.parametrize(
    "text",
    [
        "A threshold or a margin has the same unit.",
        "dx = dy where x > 0",  # nothing to set
        "``y = γ·x`` is code",
        "value = momentum·old + (1 − momentum)·batch's.",
        "with A = Σ′^½·Σ^−½, the symmetric map",
    ],
)
def test_what_is_no_formula_stays(text):
    assert find_formulas(text) == []


def test_blocks_of_formulas_are_set_apart_and_code_is_not():
    lines = ["Return y::", "", "    y = γ·x", "    z = 2·β", "", "Use::", "", "    y = f(x)", ""]
    assert typeset([*lines, "and *more* of |x| = χ²"]) == [
        *("Return y:", "", ".. math::", "", "   y = \\gamma \\cdot x", ""),
        *(".. math::", "", "   z = 2\\cdot \\beta ", ""),
        *("Use::", "", "    y = f(x)", ""),
        "and *more* of :math:`\\left\\lvert x\\right\\rvert  = \\chi ^{2}`",
    ]


def test_signs_of_markup_are_escaped_outside_of_code():
    assert typeset(["|a| and *this* and 2*x, ``|b| *c``"]) == [
        "\\|a\\| and *this* and 2\\*x, ``|b| *c``"
    ]
