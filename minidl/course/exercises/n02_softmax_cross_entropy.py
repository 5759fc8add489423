"""Softmax and cross-entropy, the loss of every classifier, with its gradient."""

import numpy as np

from minidl.course.exercise import Exercise, Gradient, given, maker, mistakes


def softmax_cross_entropy(logits, labels):
    """Score predictions by the probability that they give to the right class.

    logits: scores, (N, K), of any size: 1000 is not too large
    labels: the right classes, whole numbers 0 … K − 1, (N,)
    Returns the loss, a number: the mean over the N examples of −log p of the right class; and the
    gradient of that mean with respect to the logits, (N, K), in their dtype: float32 stays
    float32.
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


@maker
def _scores(rng, n, k, scale=1.0, offset=0.0):
    return rng.standard_normal((n, k)) * scale + offset, rng.integers(0, k, n)


_TINY = ("1e-5", "1e-6", "1e-7", "1e-8", "1e-9", "1e-10", "1e-12", "1e-15", "1e-16", "1e-20")

EXERCISE = Exercise(
    solution=softmax_cross_entropy,
    points=3,
    cases={
        "4 examples of 3 classes": _scores(4, 3),
        "2 examples of 5 classes": _scores(2, 5, 2.0),
        "scores around 1000": _scores(3, 4, 1.0, 1000.0),
        "rows of very different size": _scores(3, 4, offset=np.array([[0.0], [900.0], [-900.0]])),
    },
    edges={
        "an answer that is sure and wrong": given(
            np.array([[0.0, 1000.0, 3.0], [5.0, -1000.0, 2.0]]), np.array([0, 1])
        ),
        "scores that are all equal": given(np.full((3, 2), -2.5), np.array([1, 1, 0])),
        "a single example": _scores(1, 4),
    },
    hints=(
        "For the loss, work with log p itself: log p[n, k] = score[n, k] − log Σⱼ e^score[n, j]. "
        "If each row's largest score is subtracted first, no exponential overflows, and no p that "
        "has become 0 is ever logged.",
        "The loss is minus the mean of log p at the right classes; "
        "`log_p[np.arange(N), labels]` picks one number from each row.",
        "For the gradient: take p, which is e^log p, subtract 1 at the right classes, and divide "
        "by N.",
    ),
    wrong=mistakes(
        """
        The gradient lacks the 1/N: the loss is a mean over the examples, so its gradient is divided
        by N too.
            dlogits / len(logits) -> dlogits
        Your gradient is divided by N · K: the loss is a mean over N examples, so divide by N.
            dlogits / len(logits) -> dlogits / dlogits.size
        You subtracted the labels from p, and they are positions, not probabilities: subtract 1 at
        the place that each one names.
            dlogits[rows, labels] -= 1 -> dlogits -= labels[:, None].astype(dlogits.dtype)
        The loss is the sum over the examples; it should be their mean.
            labels].mean() -> labels].sum()
        Your loss is the sum over the examples, and your gradient the sum's: the loss is to be the
        mean over N, and the gradient is divided by N too.
            labels].mean() -> labels].sum()
            dlogits / len(logits) -> dlogits
        Your loss is one number for each example: take their mean.
            labels].mean() -> labels]
        Your loss is a mean over all N · K numbers: only the right class of each example counts, so
        divide the sum by N.
            labels].mean() -> labels].mean() / logits.shape[1]
        The loss has the wrong sign: the logarithm of a probability is negative, and the loss is
        minus that.
            -log_p[rows, labels] -> log_p[rows, labels]
        Large scores overflow: subtract each row's largest score before `np.exp`.
            logits - logits.max(axis=1, keepdims=True) -> logits
            shifted - log_sum -> np.log(np.exp(logits) / np.exp(log_sum))
        Your softmax runs over the examples instead of the classes: the classes are on `axis=1`.
            axis=1 -> axis=0
        Your sum of exponentials runs over the examples: it is the classes of one example whose
        probabilities add up to 1, so sum over `axis=1`.
            sum(axis=1 -> sum(axis=0
        You take the logarithm of a rounded p: where an answer is sure and wrong, p has become 0 and
        its logarithm −∞. Write log p as a difference and never compute that p.
            log_p = shifted - log_sum -> log_p = np.log(np.exp(shifted) / np.exp(log_sum))
        You subtracted the largest score of the whole batch: next to a row of large scores, all
        exponentials of a row of small ones vanish. Subtract each row's own.
            logits.max(axis=1, keepdims=True) -> logits.max()
        You subtracted the largest score of the whole batch, and took the logarithm of p: subtract
        each row's own largest, or all exponentials of a row of small scores vanish; and write log p
        as a difference, for a p may become 0.
            logits.max(axis=1, keepdims=True) -> logits.max()
            log_p = shifted - log_sum -> log_p = np.log(np.exp(shifted) / np.exp(log_sum))
        `max` or `sum` has lost an axis, so NumPy cannot match the rows: keep it with
        `keepdims=True`.
            1, keepdims=True -> 1
        `[:, labels]` takes the columns of all labels from every row; `[np.arange(N), labels]` takes
        one number from each row.
            rows, labels -> :, labels
        `dlogits[:, labels] -= 1` takes 1 from whole columns: one number of each row is meant,
        `[np.arange(N), labels]`.
            dlogits[rows, labels] -= 1 -> dlogits[:, labels] -= 1
        The gradient has the wrong sign: it is p − y, and points to where the loss rises.
            dlogits / len(logits) -> -dlogits / len(logits)
        Your gradient is p alone: subtract 1 at the right class.
            labels] -= 1 -> labels] -= 0
        You kept p from becoming 0 with {tiny}. The loss stays finite, but is falsified where an
        answer is sure and wrong: work with log p itself.
            -log_p[rows, labels] -> -np.log(np.exp(log_p[rows, labels]) + {tiny})
        You let no p fall below {least}. The loss stays finite, but is falsified where an answer is
        sure and wrong: work with log p itself.
            -log_p[rows, labels] -> -np.log(np.maximum(np.exp(log_p[rows, labels]), {least}))
    """,
        tiny=_TINY,
        least=_TINY[:4],
    ),  # with smaller ones it makes no difference
    gradient=Gradient(
        loss=lambda logits, labels: softmax_cross_entropy(logits, labels)[0],
        of=("logits",),
        results=(1,),
    ),
)
