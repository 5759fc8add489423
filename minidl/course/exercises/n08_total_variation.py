"""Total variation of a picture, with its gradient."""

import numpy as np

from minidl.course.exercise import Exercise, Gradient, given, mistakes, normal


def total_variation(image):
    """Return the roughness of a picture, and its gradient.

    TV = Σ (xᵢ₊₁ⱼ − xᵢⱼ)² + Σ (xᵢⱼ₊₁ − xᵢⱼ)²,   over all pairs of neighbours and all channels

    image: pixels of one picture, (1, H, W, C)
    Returns (TV, ∂TV/∂image): a number, and an array of the shape and
    dtype of image: float32 stays float32
    """
    ### BEGIN SOLUTION
    down = image[:, 1:] - image[:, :-1]
    right = image[:, :, 1:] - image[:, :, :-1]
    gradient = np.zeros_like(image)
    gradient[:, 1:] += 2 * down
    gradient[:, :-1] -= 2 * down
    gradient[:, :, 1:] += 2 * right
    gradient[:, :, :-1] -= 2 * right
    return np.sum(down**2) + np.sum(right**2), gradient
    ### END SOLUTION


EXERCISE = Exercise(
    solution=total_variation,
    points=3,
    cases={
        "a picture of 4 × 5 pixels": normal((1, 4, 5, 3)),
        "a picture of 6 × 2 pixels with one channel": normal((1, 6, 2, 1)),
        "a ramp from left to right": given(np.tile(np.arange(5.0)[:, None] ** 2, (1, 3, 1, 2))),
    },
    edges={
        "a single row of pixels": normal((1, 1, 6, 3)),
        "a single column of pixels": normal((1, 5, 1, 2)),
        "a flat picture": given(image=np.full((1, 3, 4, 3), 7.0)),
    },
    hints=(
        "`image[:, 1:] - image[:, :-1]` holds all differences from one row to the next. The same "
        "on the next axis gives those from column to column.",
        "A difference d = b − a adds d² to the sum. What does that give b, and what does it give "
        "a? +2·d and −2·d.",
        "Begin with `gradient = np.zeros_like(image)` and add with `+=` and `-=` into the same "
        "slices that the differences were taken from: four lines.",
    ),
    wrong=mistakes("""
        You give only one pixel of each pair its share of the gradient: b gets +2·d, and a gets −2·d
        as well.
            gradient[:, :-1] -= 2 * down -> pass
            gradient[:, :, :-1] -= 2 * right -> pass
        Your later lines overwrite what the earlier ones put into the gradient: a pixel has up to
        four neighbours, so add with `+=` and `-=`.
            [:, 1:] += 2 -> [:, 1:] = 2
            [:, :-1] -= 2 -> [:, :-1] = -2
            [:, :, 1:] += 2 -> [:, :, 1:] = 2
            [:, :, :-1] -= 2 -> [:, :, :-1] = -2
        Your second line overwrites what the first one put into the gradient: add to it with `-=`.
            [:, :-1] -= 2 -> [:, :-1] = -2
        The 2 from the derivative of the square is missing in the gradient.
            2 * right -> right
            2 * down -> down
        You compare neighbours in one direction only: those side by side are missing.
            gradient = np.zeros_like(image) -> gradient, right = np.zeros_like(image), 0 * right
        You compare neighbours in one direction only: those one below the other are missing.
            gradient = np.zeros_like(image) -> gradient, down = np.zeros_like(image), 0 * down
        Your axes are one too far on: rows are along axis 1 and columns along axis 2; the channels
        of a pixel, along axis 3, are no neighbours.
            image[:, 1:] - image[:, :-1] -> image[..., 1:] - image[..., :-1]
            gradient[:, 1:] += -> gradient[..., 1:] +=
            gradient[:, :-1] -= -> gradient[..., :-1] -=
        You compare the channels of a pixel as well; only neighbours in the same channel are
        compared.
            np.sum(down**2) + -> np.sum(down**2) + np.sum(np.diff(image, axis=3) ** 2) +
        You compare the last row with the first, and the last column with the first: `np.roll` wraps
        around, a picture does not.
            image[:, 1:] - image[:, :-1] -> np.roll(image, -1, 1) - image
            image[:, :, 1:] - image[:, :, :-1] -> np.roll(image, -1, 2) - image
            gradient[:, 1:] += 2 * down -> gradient += 2 * np.roll(down, 1, 1)
            gradient[:, :-1] -> gradient
            gradient[:, :, 1:] += 2 * right -> gradient += 2 * np.roll(right, 1, 2)
            gradient[:, :, :-1] -> gradient
        That is the sum of absolute differences. It is a total variation too, the older one, but
        here the differences are squared.
            np.sum(down**2) + np.sum(right**2) -> np.sum(np.abs(down)) + np.sum(np.abs(right))
        You took means; here it is a sum over all pairs.
            np.sum(down**2) + np.sum(right**2) -> np.mean(down**2) + np.mean(right**2)
        The signs of the gradient are swapped: where a pixel is brighter than its neighbour, more of
        it makes the picture rougher.
            -> image = -image
    """),
    gradient=Gradient(loss=lambda image: total_variation(image)[0], of=("image",), results=(1,)),
)
