"""The padding that gives one output for each input (or each stride-th one)."""

from minidl.course.exercise import Exercise, given, mistakes


def same_padding(size, kernel, stride=1, dilation=1):
    """Find the padding called "same" for one axis (TensorFlow's rule).

    As little padding as gives ⌈size / stride⌉ outputs; half of it goes before, half after, and an
    odd position after.

    size, kernel, stride, dilation: whole numbers, as for `output_size`
    Returns (before, after), two whole numbers.
    """
    ### BEGIN SOLUTION
    extent = (kernel - 1) * dilation + 1
    output = -(-size // stride)  # rounds up
    total = max((output - 1) * stride + extent - size, 0)
    return total // 2, total - total // 2
    ### END SOLUTION


EXERCISE = Exercise(
    solution=same_padding,
    points=2,
    cases={
        "a kernel of 5": given(size=14, kernel=5),
        "an even kernel": given(size=9, kernel=4),
        "a stride of 2 on an even size": given(size=8, kernel=3, stride=2),
        "a stride of 2 on an odd size": given(size=9, kernel=3, stride=2),
        "a stride of 3": given(size=10, kernel=6, stride=3),
        "taps that are 3 apart": given(size=12, kernel=3, dilation=3),
        "stride and dilation together": given(size=9, kernel=4, stride=2, dilation=3),
    },
    edges={
        "an input shorter than the stride": given(size=2, kernel=3, stride=5),
        "a kernel of a single tap": given(size=7, kernel=1),
        "a stride larger than the kernel": given(size=9, kernel=1, stride=3),
    },
    hints=(
        "Where does the last window start, and where does its last tap stand? What is missing "
        "there must be padded.",
        "The last of `output` windows starts at `(output - 1) * stride` and ends `extent` "
        "positions later. Rounding up in whole numbers is `-(-size // stride)`.",
        "`total = max((output - 1) * stride + extent - size, 0)`; then `total // 2` before and "
        "what remains after.",
    ),
    wrong=mistakes("""
        You put the odd position of padding before; it goes after.
            total // 2, total - total // 2 -> total - total // 2, total // 2
        You padded `extent - 1` whatever the stride is. With a stride the last window needs less:
        look where it starts.
            max((output - 1) * stride + extent - size, 0) -> extent - 1
        You padded half of the kernel on both sides, as is usual in PyTorch: that is as little as
        possible only for an odd kernel with stride 1 and no gaps between its taps.
            return total // 2, total - total // 2 -> return kernel // 2, kernel // 2
        You look at a window behind the last one: the last of `output` windows starts `output - 1`
        strides after the first.
            (output - 1) * stride -> output * stride
        Your padding is negative where the windows do not reach the end: nothing is padded then
        (take the larger of the total and 0).
            = max((output - 1) -> = ((output - 1)
            - size, 0) -> - size)
        The dilation is missing: taps that stand apart make the window longer.
            (kernel - 1) * dilation + 1 -> kernel
        The dilation is added once; but it stretches every gap between two taps.
            (kernel - 1) * dilation + 1 -> kernel + dilation - 1
        You rounded the number of outputs down; it is rounded up.
            -(-size // stride) -> size // stride
        You put half of the total, rounded down, on both sides: a position is lost when the total is
        odd.
            total // 2, total - total // 2 -> total // 2, total // 2
        You put half of the total, rounded up, on both sides: both sides alike cannot hold an odd
        total.
            total // 2, total - total // 2 -> -(-total // 2), -(-total // 2)
        All of your padding is on one side: half of it goes before, half after.
            total // 2, total - total // 2 -> 0, total
    """),
    float32=False,
    whole=True,
)
