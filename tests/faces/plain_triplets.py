"""The triplet loss as the lecture writes it, one triplet after the other."""

import numpy as np


def plain_triplet_loss(a, p, n, margin, reduction="sum"):
    """Return Σ max(‖A − P‖² − ‖A − N‖² + α, 0), or its mean, and the gradients for (A, P, N)."""
    loss, gradients = 0.0, [np.zeros_like(x) for x in (a, p, n)]
    for row in range(len(a)):
        near, far = a[row] - p[row], a[row] - n[row]
        cost = near @ near - far @ far + margin
        if cost > 0:
            loss += cost
            for gradient, part in zip(gradients, (near - far, -near, far), strict=True):
                gradient[row] = 2 * part
    count = len(a) if reduction == "mean" else 1
    return loss / count, [gradient / count for gradient in gradients]
