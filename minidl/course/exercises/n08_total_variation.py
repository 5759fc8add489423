"""Total variation of a picture, with its gradient."""

import numpy as np

from minidl.course.exercise import Case, Exercise, Gradient, Wrong


def total_variation(image):
    """Return the roughness of a picture, and its gradient.

    TV = Σ (xᵢ₊₁ⱼ − xᵢⱼ)² + Σ (xᵢⱼ₊₁ − xᵢⱼ)²,   over all pairs of neighbours and all channels

    image: pixels of one picture, (1, H, W, C)
    Returns (TV, ∂TV/∂image): a number, and an array of the shape of image
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


def _loop(image):
    value, gradient = 0.0, np.zeros_like(image)
    _, height, width, _ = image.shape
    for i in range(height):
        for j in range(width):
            for u, v in ((i + 1, j), (i, j + 1)):
                if u < height and v < width:
                    step = image[0, u, v] - image[0, i, j]
                    value += (step**2).sum()
                    gradient[0, u, v] += 2 * step
                    gradient[0, i, j] -= 2 * step
    return value, gradient


def _by_differences(image):
    value, gradient = 0.0, np.zeros_like(image)
    for axis in (1, 2):
        step = np.diff(image, axis=axis)
        value += (step**2).sum()
        ends = [(0, 0)] * 4
        ends[axis] = (1, 1)
        gradient -= 2 * np.diff(np.pad(step, ends), axis=axis)
    return value, gradient


def _image(h, w, c=3):
    return lambda rng: {"image": rng.standard_normal((1, h, w, c))}


EXERCISE = Exercise(
    solution=total_variation,
    points=3,
    cases=(
        Case("a picture of 4 × 5 pixels", _image(4, 5)),
        Case("a picture of 6 × 2 pixels with one channel", _image(6, 2, 1)),
        Case(
            "a ramp from left to right",
            lambda rng: {"image": np.tile(np.arange(5.0)[:, None] ** 2, (1, 3, 1, 2))},
        ),
        Case("a single row of pixels", _image(1, 6), edge=True),
        Case("a flat picture", lambda rng: {"image": np.full((1, 3, 4, 3), 7.0)}, edge=True),
    ),
    hints=(
        "`image[:, 1:] - image[:, :-1]` holds all differences from one row to the next. The same "
        "on the next axis gives those from column to column.",
        "A difference d = b − a adds d² to the sum. What does that give b, and what does it give "
        "a? +2·d and −2·d.",
        "Begin with `gradient = np.zeros_like(image)` and add with `+=` and `-=` into the same "
        "slices that the differences were taken from: four lines.",
    ),
    wrong=(
        Wrong(
            "Only one pixel of each pair gets its share of the gradient: b from +2·d, but a from "
            "−2·d as well.",
            edit=(
                "    gradient[:, :-1] -= 2 * down\n    gradient[:, :, 1:] += 2 * right\n"
                "    gradient[:, :, :-1] -= 2 * right\n",
                "    gradient[:, :, 1:] += 2 * right\n",
            ),
        ),
        Wrong(
            "A later line overwrites what an earlier one has put into the gradient: a pixel has up "
            "to four neighbours, so add with `+=` and `-=`.",
            edit=(
                "gradient[:, 1:] += 2 * down\n    gradient[:, :-1] -= 2 * down\n"
                "    gradient[:, :, 1:] += 2 * right\n    gradient[:, :, :-1] -= 2 * right",
                "gradient[:, 1:] = 2 * down\n    gradient[:, :-1] = -2 * down\n"
                "    gradient[:, :, 1:] = 2 * right\n    gradient[:, :, :-1] = -2 * right",
            ),
        ),
        Wrong(
            "The 2 from the derivative of the square is missing in the gradient.",
            edit=(
                "gradient[:, 1:] += 2 * down\n    gradient[:, :-1] -= 2 * down\n"
                "    gradient[:, :, 1:] += 2 * right\n    gradient[:, :, :-1] -= 2 * right",
                "gradient[:, 1:] += down\n    gradient[:, :-1] -= down\n"
                "    gradient[:, :, 1:] += right\n    gradient[:, :, :-1] -= right",
            ),
        ),
        Wrong(
            "Only neighbours in one direction are compared: those side by side are missing.",
            edit=(
                "    right = image[:, :, 1:] - image[:, :, :-1]\n",
                "    right = 0 * (image[:, :, 1:] - image[:, :, :-1])\n",
            ),
        ),
        Wrong(
            "You compare the last row with the first, and the last column with the first: "
            "`np.roll` goes round, a picture does not.",
            function=lambda image: _round(image),
        ),
        Wrong(
            "That is the sum of absolute differences. It is a total variation too, the older one, "
            "but here the differences are squared.",
            edit=(
                "np.sum(down**2) + np.sum(right**2)",
                "np.sum(np.abs(down)) + np.sum(np.abs(right))",
            ),
        ),
        Wrong(
            "You took means; here it is a sum over all pairs.",
            edit=("np.sum(down**2) + np.sum(right**2)", "np.mean(down**2) + np.mean(right**2)"),
        ),
        Wrong(
            "The signs of the gradient are swapped: where a pixel is lighter than its neighbour, "
            "more of it makes the picture rougher.",
            edit=(
                "gradient = np.zeros_like(image)\n",
                "gradient = np.zeros_like(image)\n    down, right = -down, -right\n",
            ),
        ),
    ),
    right=(_loop, _by_differences),
    gradient=Gradient(loss=lambda image: _by_differences(image)[0], of=("image",), results=(1,)),
)


def _round(image):
    value, gradient = 0.0, np.zeros_like(image)
    for axis in (1, 2):
        step = np.roll(image, -1, axis) - image
        value += (step**2).sum()
        gradient += 2 * (np.roll(step, 1, axis) - step)
    return value, gradient
