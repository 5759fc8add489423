"""Softmax and cross-entropy, the loss of every classifier, with its gradient."""

import numpy as np

from minidl.course.exercise import Case, Exercise, Gradient, Wrong


def softmax_cross_entropy(logits, labels):
    """Score predictions by the probability that they give to the right class.

    p[n, k] = e^logits[n, k] / Σⱼ e^logits[n, j]
    loss    = −(1/N) Σₙ log p[n, labels[n]]
    dlogits = (p − y) / N                with y[n, k] = 1 if k = labels[n], else 0

    logits: scores, (N, K), of any size: 1000 is not too large
    labels: the right classes, whole numbers 0 … K − 1, (N,)
    Returns the loss (a number) and dlogits (N, K), its gradient with respect to the logits.
    """
    ### BEGIN SOLUTION
    rows = np.arange(len(logits))
    shifted = logits - logits.max(axis=1, keepdims=True)  # the largest is 0: nothing overflows
    log_sum = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    log_p = shifted - log_sum
    loss = -log_p[rows, labels].mean()
    dlogits = np.exp(log_p)
    dlogits[rows, labels] -= 1
    return loss, dlogits / len(logits)
    ### END SOLUTION


def _with_one_hot(logits, labels):
    y = np.eye(logits.shape[1], dtype=logits.dtype)[labels]
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return -(y * log_p).sum() / len(y), (np.exp(log_p) - y) / logits.dtype.type(len(y))


def _example_by_example(logits, labels):
    loss, gradient = 0.0, np.zeros_like(logits)
    for n, (row, label) in enumerate(zip(logits, labels, strict=True)):
        e = np.exp(row - row.max())
        loss += np.log(e.sum()) - (row[label] - row.max())
        gradient[n] = e / e.sum() - (np.arange(len(row)) == label)
    return loss / len(logits), gradient / len(logits)


def _naive(logits, labels):
    e = np.exp(logits)
    p = e / e.sum(axis=1, keepdims=True)
    rows = np.arange(len(logits))
    loss = -np.log(p[rows, labels]).mean()
    p[rows, labels] -= 1
    return loss, p / len(logits)


def _guarded_log(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    rows = np.arange(len(logits))
    loss = -np.log(p[rows, labels] + 1e-8).mean()
    p[rows, labels] -= 1
    return loss, p / len(logits)


def _scores(n, k, scale=1.0, offset=0.0):
    return lambda rng: {
        "logits": rng.standard_normal((n, k)) * scale + offset,
        "labels": rng.integers(0, k, n),
    }


def _rows_far_apart(rng):
    logits = rng.standard_normal((3, 4)) + np.array([[0.0], [900.0], [-900.0]])
    return {"logits": logits, "labels": np.array([1, 3, 0])}


def _sure_and_wrong(rng):
    return {
        "logits": np.array([[0.0, 1000.0, 3.0], [5.0, -1000.0, 2.0]]),
        "labels": np.array([0, 1]),
    }


def _loss(logits, labels):
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return float(-log_p[np.arange(len(labels)), labels].mean())


EXERCISE = Exercise(
    solution=softmax_cross_entropy,
    points=3,
    cases=(
        Case("4 examples of 3 classes", _scores(4, 3)),
        Case("2 examples of 5 classes", _scores(2, 5, 2.0)),
        Case("scores around 1000", _scores(3, 4, 1.0, 1000.0)),
        Case("rows of very different size", _rows_far_apart),
        Case("an answer that is sure and wrong", _sure_and_wrong, edge=True),
        Case("a single example", _scores(1, 4), edge=True),
    ),
    hints=(
        "Taking the same number away from all scores of a row changes no probability. If it is the "
        "row's largest score, no exponential can overflow.",
        "Never take the log of a p that may have become 0: log p[n, k] = score[n, k] − log Σⱼ "
        "e^score[n, j] (with the shifted scores).",
        "`logits[np.arange(N), labels]` picks one number from each row. For the gradient: take p, "
        "subtract 1 at those places, divide by N.",
    ),
    wrong=(
        Wrong(
            "The gradient lacks the 1/N: the loss is a mean over the examples, and its gradient is "
            "too.",
            edit=("dlogits / len(logits)", "dlogits"),
        ),
        Wrong(
            "The loss is the sum over the examples; it should be their mean.",
            edit=("labels].mean()", "labels].sum()"),
        ),
        Wrong(
            "Large scores overflow: take each row's largest score away before `np.exp`.",
            function=_naive,
        ),
        Wrong(
            "The softmax runs over the examples instead of the classes: `axis=1` is the one with "
            "the classes.",
            edit=("axis=1", "axis=0"),
        ),
        Wrong(
            "You took the largest score of the whole batch away; next to a large row, all the "
            "exponentials of a small one vanish. Take each row's own.",
            edit=("logits.max(axis=1, keepdims=True)", "logits.max()"),
        ),
        Wrong(
            "A small number inside the log keeps it finite, but falsifies the loss where an answer "
            "is sure and wrong. Work with log p itself.",
            function=_guarded_log,
        ),
        Wrong(
            "The gradient has the wrong sign: it is p − y, and points to where the loss rises.",
            edit=("dlogits / len(logits)", "-dlogits / len(logits)"),
        ),
        Wrong(
            "The gradient is p alone: at the right class 1 must be taken away.",
            edit=("dlogits[rows, labels] -= 1\n", "\n"),
        ),
    ),
    right=(_with_one_hot, _example_by_example),
    gradient=Gradient(loss=_loss, of=("logits",), results=(1,)),
)
