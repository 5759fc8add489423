"""Losses on encodings, all for the same batches of P people × K pictures.

Each is a function ``(encodings (N, D), (labels (N,), rng)) → (loss, gradient (N, D))``, as
``nn.fit`` takes them.
"""

from collections.abc import Callable

import numpy as np

from minidl import faces, nn
from minidl.functional.activations import logistic

Loss = Callable[[np.ndarray, tuple], tuple[float, np.ndarray]]


def triplets(miner: Callable, *, margin: float = 0.2, reduction: str = "active") -> Loss:
    """The lecture's triplet loss on what a miner chooses."""

    def loss(f: np.ndarray, target: tuple) -> tuple[float, np.ndarray]:
        labels, rng = target
        d = faces.squared_distances(f)
        chosen = miner(d, labels, margin, rng)
        return faces.triplet_cost(f, chosen, margin, reduction=reduction, distances=d)[:2]

    return loss


def hardest(*, squared: bool = True, soft: bool = False, margin: float = 0.2) -> Loss:
    """Batch-hard in four forms (Hermans, Beyer & Leibe, 2017): mean of g(D(A,P) − D(A,N)).

    squared: whether D is the squared distance or the distance itself.
    soft: g(z) = ln(1 + eᶻ), the softplus, which needs no margin; otherwise max(z + α, 0).
    """

    def loss(f: np.ndarray, target: tuple) -> tuple[float, np.ndarray]:
        labels, rng = target
        d = faces.squared_distances(f)
        t = faces.batch_hard(d, labels, margin, rng)
        pairs = (t.anchor, t.positive), (t.anchor, t.negative)
        near, far = (d[pair] if squared else np.sqrt(d[pair] + 1e-12) for pair in pairs)
        z = near - far
        value = np.logaddexp(0, z) if soft else np.maximum(z + margin, 0)
        slope = (logistic(z) if soft else (z + margin > 0)) / len(z)
        dd = np.zeros_like(d)
        dd[pairs[0]] += slope * (1 if squared else 1 / (2 * near))
        dd[pairs[1]] -= slope * (1 if squared else 1 / (2 * far))
        return float(value.mean()), faces.squared_distances_backward(dd, f)

    return loss


def contrastive(*, margin: float, reduction: str = "mean") -> Loss:
    """The contrastive loss on all pairs of a batch (Hadsell, Chopra & LeCun, 2006).

    margin: a distance, not squared.
    reduction: ``"mean"`` over all pairs, or ``"active"``, over those alone that cost something.
    """

    def loss(f: np.ndarray, target: tuple) -> tuple[float, np.ndarray]:
        labels = target[0]
        first, second = np.triu_indices(len(f), 1)
        same = labels[first] == labels[second]
        value, (one, other) = nn.contrastive_loss(f[first], f[second], same, margin)
        gradient = np.zeros_like(f)
        np.add.at(gradient, first, one)
        np.add.at(gradient, second, other)
        active = same | (faces.squared_distances(f)[first, second] < margin**2)
        share = active.mean() if reduction == "active" else 1
        return float(value / share), gradient / f.dtype.type(share)

    return loss


def steady(loss: Loss) -> Loss:
    """The same forces, but of total length 1 in every batch: they do not fade."""

    def scaled(f: np.ndarray, target: tuple) -> tuple[float, np.ndarray]:
        value, gradient = loss(f, target)
        return value, gradient / max(np.linalg.norm(gradient), np.finfo(f.dtype).tiny)

    return scaled


def fading(loss: Loss) -> Loss:
    """The same forces times √(mean d of two people): they fade with the cloud, as squared ones."""

    def scaled(f: np.ndarray, target: tuple) -> tuple[float, np.ndarray]:
        value, gradient = loss(f, target)
        labels = target[0]
        far = faces.squared_distances(f)[labels[:, None] != labels].mean()
        return value, gradient * np.sqrt(far)

    return scaled


def margin_softmax(people: nn.Parameter, *, margin: float, scale: float) -> Loss:
    """A softmax over all people of training, on angles, with a margin (ArcFace: Deng et al., 2019).

    people: a direction for each, ``(people, D)``; it learns as well.
    margin: added to the angle to the right person's direction, in radians; 0 for none.
    scale: of the cosines, which are the logits.
    """

    def loss(f: np.ndarray, target: tuple) -> tuple[float, np.ndarray]:
        labels, rows = target[0], np.arange(len(f))
        length = np.linalg.norm(people.value, axis=1, keepdims=True)
        w = people.value / length
        cosine = np.clip(f @ w.T, -0.9999, 0.9999)
        angle = np.arccos(cosine[rows, labels])
        logits = scale * cosine
        logits[rows, labels] = scale * np.cos(angle + margin)
        value, gradient = nn.softmax_cross_entropy(logits, labels)
        gradient *= scale
        gradient[rows, labels] *= np.sin(angle + margin) / np.sin(angle)
        dw = gradient.T @ f
        people.add_gradient((dw - (dw * w).sum(axis=1, keepdims=True) * w) / length)
        return value, gradient @ w

    return loss
