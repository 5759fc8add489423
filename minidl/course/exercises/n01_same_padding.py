"""The padding that gives one output for each input (or each stride-th one)."""

from minidl.course.exercise import Case, Exercise, Wrong


def same_padding(size, kernel, stride=1, dilation=1):
    """Find the padding called "same" for one axis (TensorFlow's rule).

    The output has ⌈size / stride⌉ positions. Padding is what the last window needs and the input
    has not; half of it goes before, half after, and an odd position after.

    output = ⌈size / stride⌉
    total  = max((output − 1)·stride + extent − size, 0)   with  extent = (kernel − 1)·dilation + 1

    size, kernel, stride, dilation: whole numbers, as for `output_size`
    Returns (before, after), two whole numbers.
    """
    ### BEGIN SOLUTION
    extent = (kernel - 1) * dilation + 1
    output = -(-size // stride)  # rounds up
    total = max((output - 1) * stride + extent - size, 0)
    return total // 2, total - total // 2
    ### END SOLUTION


def _by_the_last_window(size, kernel, stride=1, dilation=1):
    last_start = (size - 1) // stride * stride
    last_tap = last_start + (kernel - 1) * dilation
    missing = max(last_tap - (size - 1), 0)
    return missing // 2, (missing + 1) // 2


def _one_by_one(size, kernel, stride=1, dilation=1):
    before = after = 0
    while (size + before + after - (kernel - 1) * dilation - 1) // stride + 1 < -(-size // stride):
        if after == before:
            after += 1
        else:
            before += 1
    return before, after


def _axis(size, kernel, **options):
    return lambda rng: {"size": size, "kernel": kernel, **options}


EXERCISE = Exercise(
    solution=same_padding,
    points=2,
    cases=(
        Case("a kernel of 5", _axis(14, 5)),
        Case("an even kernel", _axis(9, 4)),
        Case("a stride of 2 on an even size", _axis(8, 3, stride=2)),
        Case("a stride of 2 on an odd size", _axis(9, 3, stride=2)),
        Case("a stride of 3", _axis(10, 6, stride=3)),
        Case("taps that are 3 apart", _axis(12, 3, dilation=3)),
        Case("a kernel of a single tap", _axis(7, 1), edge=True),
        Case("a stride larger than the kernel", _axis(9, 1, stride=3), edge=True),
    ),
    hints=(
        "Where does the last window start, and where does its last tap stand? What is missing "
        "there must be padded.",
        "The last of `output` windows starts at `(output - 1) * stride` and ends `extent` "
        "positions later. Rounding up in whole numbers is `-(-size // stride)`.",
        "`total = max((output - 1) * stride + extent - size, 0)`; then `total // 2` before and "
        "the rest after.",
    ),
    wrong=(
        Wrong(
            "An odd position of padding goes after, not before.",
            edit=("total // 2, total - total // 2", "total - total // 2, total // 2"),
        ),
        Wrong(
            "You padded `extent - 1` whatever the stride is. With a stride the last window needs "
            "less: look where it starts.",
            edit=("max((output - 1) * stride + extent - size, 0)", "extent - 1"),
        ),
        Wrong(
            "Padding came out negative: where the windows do not reach the end, nothing is padded "
            "(take the larger of the total and 0).",
            edit=(
                "max((output - 1) * stride + extent - size, 0)",
                "(output - 1) * stride + extent - size",
            ),
        ),
        Wrong(
            "The dilation is missing: taps that stand apart make the window longer.",
            edit=("(kernel - 1) * dilation + 1", "kernel"),
        ),
        Wrong(
            "The number of outputs is rounded up, not down.",
            edit=("-(-size // stride)", "size // stride"),
        ),
        Wrong(
            "Half of the total on both sides loses a position when the total is odd.",
            edit=("total // 2, total - total // 2", "total // 2, total // 2"),
        ),
        Wrong(
            "All of the padding is on one side: split it in two halves.",
            edit=("total // 2, total - total // 2", "0, total"),
        ),
    ),
    right=(_by_the_last_window, _one_by_one),
    float32=False,
)
