"""How many positions a window has along one axis."""

from minidl.course.exercise import Case, Exercise, Wrong


def output_size(size, kernel, stride=1, padding=(0, 0), dilation=1):
    """Count the positions of a window that slides along one axis.

    extent = (kernel − 1)·dilation + 1
    output = ⌊(size + before + after − extent) / stride⌋ + 1,  or 0 if the window does not fit

    size:     positions of the input
    kernel:   taps of the window
    stride:   positions that the window moves at a time
    padding:  (before, after), positions added on the two sides
    dilation: distance from one tap to the next
    Returns a whole number.
    """
    ### BEGIN SOLUTION
    before, after = padding
    extent = (kernel - 1) * dilation + 1
    room = size + before + after - extent
    return max(room // stride + 1, 0)
    ### END SOLUTION


def _by_walking(size, kernel, stride=1, padding=(0, 0), dilation=1):
    end, count = size + sum(padding), 0
    first, last = 0, (kernel - 1) * dilation
    while last < end:
        count, first, last = count + 1, first + stride, last + stride
    return count


def _by_range(size, kernel, stride=1, padding=(0, 0), dilation=1):
    beyond = size + padding[0] + padding[1] - (kernel - 1) * dilation
    return len(range(0, beyond, stride))


def _axis(size, kernel, **options):
    return lambda rng: {"size": size, "kernel": kernel, **options}


EXERCISE = Exercise(
    solution=output_size,
    points=1,
    cases=(
        Case("the lecture's 14 ∗ 5", _axis(14, 5)),
        Case("a stride of 3 that leaves a rest", _axis(12, 5, stride=3)),
        Case("a stride of 2 that fits exactly", _axis(11, 5, stride=2)),
        Case("a padding of 2 before and 1 after", _axis(9, 4, padding=(2, 1))),
        Case("taps that are 3 apart", _axis(20, 4, dilation=3)),
        Case(
            "stride, padding and dilation together",
            _axis(17, 3, stride=3, padding=(3, 0), dilation=2),
        ),
        Case("a window as long as the input", _axis(5, 5, stride=2), edge=True),
        Case("a window that does not fit", _axis(3, 7, stride=2), edge=True),
    ),
    hints=(
        "Lay the window at the very beginning. How far can it still slide before its last tap "
        "leaves the padded input? That is the room.",
        "It takes `room // stride` steps, and one position more than steps, as a fence has one "
        "post more than gaps.",
        "`extent = (kernel - 1) * dilation + 1`, `room = size + before + after - extent`, and "
        "`max(room // stride + 1, 0)`.",
    ),
    wrong=(
        Wrong(
            "You counted the steps of the window, not its positions: there is one position more.",
            edit=("room // stride + 1", "room // stride"),
        ),
        Wrong(
            "The dilation is missing: taps that stand apart make the window longer.",
            edit=("(kernel - 1) * dilation + 1", "kernel"),
        ),
        Wrong(
            "`kernel * dilation` is too long: there are only `kernel - 1` gaps between the taps.",
            edit=("(kernel - 1) * dilation + 1", "kernel * dilation"),
        ),
        Wrong(
            "Both paddings count: `before` and `after` can differ.",
            edit=("size + before + after", "size + 2 * before"),
        ),
        Wrong("The padding is missing.", edit=("size + before + after", "size")),
        Wrong(
            "You rounded up: a last window that would stick out of the input does not count.",
            edit=("room // stride", "-(-room // stride)"),
        ),
        Wrong(
            "A count is a whole number: divide with `//`, which rounds down, not with `/`.",
            edit=("room // stride", "room / stride"),
        ),
        Wrong(
            "Where the window does not fit there are 0 positions, not a negative number of them.",
            edit=("max(room // stride + 1, 0)", "room // stride + 1"),
        ),
        Wrong(
            "The 1 belongs outside of the division: first divide the room, then add 1.",
            edit=("room // stride + 1", "(room + 1) // stride"),
        ),
    ),
    right=(_by_walking, _by_range),
    float32=False,
)
