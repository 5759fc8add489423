"""Three ways back through a ReLU."""

import numpy as np

from minidl.course.exercise import Exercise, given, maker, mistakes


def relu_rules(dy, y):
    """Go back through a ReLU by the three rules that make gradient pictures.

    Saliency is backpropagation itself; the deconvnet lets through what would raise the unit,
    whatever the ReLU did; guided backpropagation lets through what both let through. What is not
    let through is 0.

    dy: gradient of the output, any shape
    y:  the output of the ReLU, of the same shape
    Returns (saliency, deconvnet, guided), each of dy's shape and dtype.
    """
    ### BEGIN SOLUTION
    saliency = dy * (y > 0)
    deconvnet = np.maximum(dy, 0)
    guided = deconvnet * (y > 0)
    return saliency, deconvnet, guided
    ### END SOLUTION


@maker
def _case(rng, *shape):
    y = np.maximum(rng.standard_normal(shape), 0)
    return {"dy": rng.standard_normal(shape), "y": y}


EXERCISE = Exercise(
    solution=relu_rules,
    points=1,
    cases={
        "a row of 12 numbers": _case(12),
        "activations of 2 pictures": _case(2, 3, 5, 4),
        "a unit that is off everywhere": given(dy=np.ones(4), y=np.zeros(4)),
    },
    edges={"an empty batch": _case(0, 3)},
    hints=(
        "Each rule is a mask of booleans; multiplying by it keeps or drops a number.",
        "Saliency looks at the *activation*, `y > 0`; the deconvnet at the *gradient*, `dy > 0`.",
        "Guided backpropagation lets through what both let through.",
    ),
    wrong=mistakes("""
        The rules of saliency and deconvnet are swapped: backpropagation gates on the activation y.
            return saliency, deconvnet, guided -> return deconvnet, saliency, guided
        Your guided rule is content with one of the two conditions: it needs both at once.
            guided = deconvnet * (y > 0) -> guided = dy * ((y > 0) | (dy > 0))
        Your guided rule lets through all that the deconvnet does: it must also drop what the ReLU
        had cut, where y is 0.
            guided = deconvnet * (y > 0) -> guided = deconvnet
        Your deconvnet looks at the activation: it gates on the sign of dy alone.
            deconvnet = np.maximum(dy, 0) -> deconvnet = dy * (y > 0)
        You let dy through where y is 0: the ReLU was closed there, so use `y > 0`, not `y >= 0`.
            saliency = dy * (y > 0) -> saliency = dy * (y >= 0)
        You let dy through where y is 0, in saliency and in guided: the ReLU was closed there, so
        use `y > 0`, not `y >= 0`.
            (y > 0) -> (y >= 0)
        You returned which numbers pass, not the gradients themselves.
            return saliency, deconvnet, guided -> return y > 0, dy > 0, (y > 0) & (dy > 0)
    """),
)
