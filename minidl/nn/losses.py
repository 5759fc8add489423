"""Losses: each returns its value and the gradient for what the network put out.

A loss is the mean over the batch (``binary_cross_entropy``: over all numbers).
"""

from collections.abc import Sequence

import numpy as np

from minidl.arguments import check_number, check_numbers
from minidl.functional.activations import logistic
from minidl.functional.arguments import check_array


def softmax_cross_entropy(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean of −log softmax(logits)[label], and its gradient (softmax − one-hot) / N.

    With probabilities p in place of labels: the mean of −Σ p·log softmax, and (softmax − p) / N.

    log softmax(x) is x − log Σ eˣ; the largest x is subtracted first, so that nothing overflows.

    Args:
        logits: scores ``(N, K)``.
        labels: classes 0 … K − 1 as ints ``(N,)``, or probabilities ``(N, K)`` that add up to 1
            for each example.

    Raises:
        TypeError, ValueError: for labels that are neither, or an empty batch.
    """
    check_array(logits, "logits", 2, "(N, K)")
    _check_batch(logits)
    target = _probabilities(labels, logits)
    with np.errstate(over="ignore"):  # scores 3e38 apart: −∞, whose exponential is 0
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    log_softmax = shifted - log_sum
    counted = np.zeros_like(logits)
    np.multiply(target, log_softmax, out=counted, where=target != 0)  # 0·−∞ would be NaN
    loss = -counted.sum() / len(logits)
    return float(loss), (np.exp(log_softmax) - target) / logits.dtype.type(len(logits))


def binary_cross_entropy(logits: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean of −t·log σ(x) − (1 − t)·log(1 − σ(x)), and its gradient (σ(x) − t) / count.

    Written as log(1 + eˣ) − t·x, which overflows for no x.

    Args:
        logits: x, any shape.
        targets: t in [0, 1], of the same shape: floats, ints or bools.

    Raises:
        TypeError, ValueError: for shapes that differ, targets outside [0, 1] or an empty batch.
    """
    check_array(logits, "logits")
    _check_batch(logits)
    t = check_numbers(targets, "targets").astype(logits.dtype)
    if t.shape != logits.shape:
        raise ValueError(f"targets must have the logits' shape {logits.shape}, got {t.shape}.")
    if not ((t >= 0) & (t <= 1)).all():
        raise ValueError("targets must lie in [0, 1]: 1 for the same person, 0 for another.")
    loss = (np.logaddexp(0, logits) - t * logits).mean()
    return float(loss), (logistic(logits) - t) / logits.dtype.type(logits.size)


def contrastive_loss(
    first: np.ndarray, second: np.ndarray, same: np.ndarray, margin: float = 1.0
) -> tuple[float, tuple[np.ndarray, np.ndarray]]:
    """Pull pairs of one person together and push others at least ``margin`` apart.

    With d = ‖first − second‖, the mean over pairs of ½·d² (same) or ½·max(margin − d, 0)² (not)
    (Hadsell, Chopra & LeCun, 2006). At d = 0 the direction of the push is not defined; it is 0.

    Args:
        first, second: encodings ``(N, D)``.
        same: ``(N,)``, 1 or True for one person.
        margin: a distance (not squared), above 0.

    Returns:
        The loss and the gradients for (first, second).

    Raises:
        TypeError, ValueError: for arrays that do not fit, or an empty batch.
    """
    check_array(first, "first", 2, "(N, D)")
    check_array(second, "second", 2, "(N, D)", like=first)
    if first.shape != second.shape:
        raise ValueError(f"second must have the shape {first.shape}, got {second.shape}.")
    _check_batch(first)
    margin = check_number(margin, "margin", 0, np.inf, open_low=True, open_high=True)
    same = check_numbers(same, "same")
    if same.shape != (len(first),) or not ((same == 0) | (same == 1)).all():
        raise ValueError(
            f"same must have shape ({len(first)},) and hold 1 (one person) or 0 (two), "
            f"got shape {same.shape} with {np.unique(same)[:5]}."
        )
    same = same == 1
    difference = first - second
    distance = np.sqrt((difference**2).sum(axis=1))
    short = np.maximum(first.dtype.type(margin) - distance, 0)
    loss = 0.5 * np.where(same, distance**2, short**2).mean()
    push = np.divide(-short, distance, out=np.zeros_like(distance), where=distance > 0)
    scale = np.where(same, 1, push).astype(first.dtype) / first.dtype.type(len(first))
    gradient = difference * scale[:, None]
    return float(loss), (gradient, -gradient)


def _probabilities(labels: Sequence, logits: np.ndarray) -> np.ndarray:
    labels = check_numbers(labels, "labels")
    number, classes = logits.shape
    if labels.shape == logits.shape and labels.dtype.kind == "f":
        if not ((labels >= 0) & (labels <= 1)).all():
            raise ValueError("labels given as probabilities must lie in [0, 1].")
        total = labels.sum(axis=1)
        if (wrong := np.abs(total - 1) > 1e-4).any():
            raise ValueError(
                "labels given as probabilities must add up to 1 for each example, "
                f"got {total[wrong][0]:.4g} for example {wrong.argmax()}."
            )
        return labels.astype(logits.dtype, copy=False)
    if labels.shape != (number,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"labels must be ints of shape ({number},) or probabilities of shape {logits.shape}, "
            f"got {labels.dtype} of shape {labels.shape}."
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"labels must lie in 0 … {classes - 1} for {classes} logits, "
            f"got {labels.min()} … {labels.max()}."
        )
    one_hot = np.zeros_like(logits)
    one_hot[np.arange(number), labels] = 1
    return one_hot


def _check_batch(y: np.ndarray) -> None:
    if y.size == 0:
        raise ValueError(f"the mean over an empty batch is not defined, got shape {y.shape}.")
