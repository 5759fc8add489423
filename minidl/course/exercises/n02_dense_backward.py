"""The way back through a dense layer: three matrix products."""

from minidl.course.exercise import Exercise, Gradient, mistakes, normal


def dense_backward(dy, x, w):
    """Go back through the dense layer y = x·w + b.

    dy: gradient of the loss with respect to y, (N, F)
    x:  the layer's input, one example a row, (N, D)
    w:  the layer's weights, (D, F)
    Returns the gradients with respect to x (N, D), w (D, F) and b (F,), in the dtype that was
    given: float32 stays float32.
    """
    ### BEGIN SOLUTION
    dx = dy @ w.T
    dw = x.T @ dy
    db = dy.sum(axis=0)
    return dx, dw, db
    ### END SOLUTION


EXERCISE = Exercise(
    solution=dense_backward,
    points=2,
    cases={
        "5 examples, from 4 numbers to 3": normal((5, 3), (5, 4), (4, 3)),
        "a square layer, in which everything fits everything": normal((3, 3), (3, 3), (3, 3)),
        "more outputs than inputs": normal((4, 6), (4, 2), (2, 6)),
    },
    edges={
        "a single example": normal((1, 2), (1, 3), (3, 2)),
        "a single input number": normal((4, 3), (4, 1), (1, 3)),
        "a single output": normal((4, 1), (4, 3), (3, 1)),
    },
    hints=(
        "Let the shapes guide you. dx is (N, D), like x; dw (D, F), like w; db (F,), like b. You "
        "have dy (N, F), x (N, D) and w (D, F): which product of two of them, with which "
        "transpose, has the shape of dx, and which that of dw?",
        "dx comes from dy and w, dw from x and dy. Every sum in them happens inside a matrix "
        "product: over the outputs f in dx, over the examples n in dw.",
        "b was added to every example, so its gradient is the sum of dy over the examples.",
    ),
    wrong=mistakes("""
        The weight matrix is not transposed in dx: your product fits only by accident, where D = F.
            dy @ w.T -> dy @ w
        Your dx is transposed: it must have the shape of x, (N, D).
            dy @ w.T -> w @ dy.T
        Your dw is transposed: it must have the shape of w, (D, F).
            x.T @ dy -> dy.T @ x
        Your dw is the mean over the examples: w was used for each of them, so their gradients add
        up.
            x.T @ dy -> x.T @ dy / len(x)
        You took means over the batch in dw and db. Where the loss is a mean it has divided by N
        already, and going back only adds.
            x.T @ dy -> x.T @ dy / len(x)
            dy.sum( -> dy.mean(
        Your db is the mean over the examples: b was added to each of them, so their gradients add
        up.
            dy.sum(axis=0) -> dy.mean(axis=0)
        Your db is summed along the wrong axis: it is one number for each output, not for each
        example.
            axis=0 -> axis=1
        Your db is a single number: each output has a bias of its own, so sum over the examples
        only, `axis=0`.
            dy.sum(axis=0) -> dy.sum()
        Your db has an axis too many: one number for each output, (F,), without `keepdims`.
            dy.sum(axis=0) -> dy.sum(axis=0, keepdims=True)
        Your db is not summed over the examples: b was added to each of them, so it collects from
        each of them.
            dy.sum(axis=0) -> dy.copy()
        The gradients are in the wrong order: dx first, then dw, then db.
            return dx, dw, db -> return dw, dx, db
    """),
    gradient=Gradient(
        loss=lambda dy, x, w: float((dy * (x @ w)).sum()), of=("x", "w"), results=(0, 1)
    ),
)
