"""Covering a part of a picture, and watching the answer."""

import numpy as np

from minidl.course.exercise import Exercise, maker, mistakes


def occlude(answer, picture, size, step, fill=127.5):
    """Cover a square of the picture at a time, and measure how far an answer falls.

    The squares begin at rows and columns 0, step, 2·step, … as far as they lie wholly inside.

    answer:  a function: it takes pictures (N, H, W, 3) and returns a number for each, (N,)
    picture: (H, W, 3)
    size:    of the square, in pixels; at most H and W
    step:    from one square to the next, in pixels
    fill:    what covers the square, in all three colours
    Returns (rows, columns): for each square the answer to the picture as it is, minus the answer
            to the picture with that square covered.
    """
    ### BEGIN SOLUTION
    height, width, _ = picture.shape
    tops, lefts = range(0, height - size + 1, step), range(0, width - size + 1, step)
    falls = np.empty((len(tops), len(lefts)))
    whole = answer(picture[None])[0]
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            covered = picture.copy()
            covered[top : top + size, left : left + size] = fill
            falls[i, j] = whole - answer(covered[None])[0]
    return falls
    ### END SOLUTION


class _Weigh:
    """A unit that adds up the picture with weights of its own."""

    def __init__(self, weights):
        self.weights = weights

    def __call__(self, pictures):
        return np.maximum((np.asarray(pictures, float) * self.weights).sum(axis=(1, 2, 3)), 0)

    def __repr__(self):
        return "a weighted sum of the picture, never below 0"


@maker
def _case(rng, height, width, **options):
    picture = rng.integers(0, 256, (height, width, 3)).astype(float)
    weights = rng.uniform(0.0, 1.0, picture.shape) ** 4
    weights[: height // 3] *= -0.5
    return {"answer": _Weigh(weights), "picture": picture, **options}


EXERCISE = Exercise(
    solution=occlude,
    points=2,
    cases={
        "12 × 12 pixels, squares side by side": _case(12, 12, size=4, step=4),
        "a picture that is wider than high": _case(9, 14, size=3, step=3),
        "squares that overlap": _case(11, 13, size=4, step=2),
        "black squares": _case(8, 8, size=4, step=2, fill=0.0),
    },
    edges={
        "squares apart, and a remainder": _case(13, 9, size=2, step=5),
        "one square as large as the picture": _case(5, 5, size=5, step=3),
    },
    hints=(
        "Two loops, over the squares' upper rows and left columns: "
        "`range(0, height - size + 1, step)`.",
        "Work on a fresh copy of the picture for every square, or squares stay covered.",
        "`answer` wants pictures, (N, H, W, 3): give it `covered[None]`, and take `[0]`.",
    ),
    wrong=mistakes("""
        Squares stay covered: cover a fresh copy of the picture each time.
            picture.copy() -> picture = picture.copy() if i + j == 0 else picture
        The sign is turned round: a fall is the answer before minus the answer after.
            whole - answer(covered[None])[0] -> answer(covered[None])[0] - whole
        You returned the answers themselves: subtract them from the answer to the whole picture.
            whole - answer(covered[None])[0] -> answer(covered[None])[0]
        The last square of each row is missing: one may begin at `height - size` itself.
            size + 1 -> size
        Your squares run over the border, where less is covered: stop at `height - size`.
            - size + 1 ->
        Rows and columns are exchanged.
            [top : top + size, left : left + size] -> [left : left + size, top : top + size]
        You cover with black whatever `fill` says.
            ] = fill -> ] = 0.0
        You cover with grey whatever `fill` says.
            ] = fill -> ] = 127.5
        Your squares begin at every pixel: go on by `step`.
            + 1, step -> + 1, 1
    """),
    float32=False,
)
