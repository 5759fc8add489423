"""How many positions a window has along one axis."""

from minidl.course.exercise import Exercise, given, mistakes


def output_size(size, kernel, stride=1, padding=(0, 0), dilation=1):
    """Count the positions of a window that slides along one axis.

    A position counts if every tap stands on the input or on its padding; a window that fits
    nowhere has 0 positions.

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


EXERCISE = Exercise(
    solution=output_size,
    points=1,
    cases={
        "14 inputs and a kernel of 5": given(size=14, kernel=5),
        "a stride of 3 that leaves a remainder": given(size=12, kernel=5, stride=3),
        "a stride of 2 that fits exactly": given(size=11, kernel=5, stride=2),
        "a padding of 2 before and 1 after": given(size=9, kernel=4, padding=(2, 1)),
        "taps that are 3 apart": given(size=20, kernel=4, dilation=3),
        "stride, padding and dilation together": given(
            size=17, kernel=3, stride=3, padding=(3, 0), dilation=2
        ),
        "stride, padding and dilation that leave a remainder": given(
            size=18, kernel=4, stride=4, padding=(1, 2), dilation=2
        ),
        "a stride, and taps that are 3 apart": given(size=15, kernel=3, stride=2, dilation=3),
        "padding behind alone, with a stride": given(size=10, kernel=3, stride=3, padding=(0, 2)),
    },
    edges={
        "a window as long as the input": given(size=5, kernel=5, stride=2),
        "a window that does not fit": given(size=3, kernel=7, stride=2),
        "a window that is one position too long": given(size=4, kernel=5, stride=2),
    },
    hints=(
        "Lay the window at the very beginning. How far can it still slide before its last tap "
        "leaves the padded input? That is the room.",
        "It takes `room // stride` steps, and one position more than steps, as a fence has one "
        "post more than gaps.",
        "`extent = (kernel - 1) * dilation + 1`, `room = size + before + after - extent`, and "
        "`max(room // stride + 1, 0)`.",
    ),
    wrong=mistakes("""
        You counted the steps of the window, not its positions: there is one position more.
            room // stride + 1 -> room // stride
        The dilation is missing: taps that stand apart make the window longer.
            (kernel - 1) * dilation + 1 -> kernel
        `kernel * dilation` is too long: there are only `kernel - 1` gaps between the taps.
            (kernel - 1) * dilation + 1 -> kernel * dilation
        Your window is one position too short: it covers the gaps between its taps, and one position
        more.
            (kernel - 1) * dilation + 1 -> (kernel - 1) * dilation
        The dilation is added once; but it stretches every gap between two taps.
            (kernel - 1) * dilation + 1 -> kernel + dilation - 1
        You counted `before` twice: the paddings `before` and `after` can differ.
            room = size + before + after -> room = size + 2 * before
        The padding is missing.
            room = size + before + after -> room = size
        The stride is missing: the window moves `stride` positions at a time.
            room // stride + 1 -> room + 1
        You rounded up: a last window that sticks out of the input does not count.
            room // stride -> -(-room // stride)
        You divided with `/`: a count is a whole number, so divide with `//`, which rounds down.
            room // stride -> room / stride
        You return a negative number where the window does not fit: there are 0 positions.
            max(room // stride + 1, 0) -> room // stride + 1
        You rounded towards 0, as `int` does. Where the window is a little too long, the room is
        negative, and only `//` rounds it down.
            room // stride -> int(room / stride)
        You added 1 before dividing: first divide the room by the stride, then add 1.
            room // stride + 1 -> (room + 1) // stride
    """),
    float32=False,
    whole=True,
)
