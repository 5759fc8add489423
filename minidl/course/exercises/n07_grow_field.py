"""How a receptive field grows from layer to layer."""

from minidl.course.exercise import Exercise, given, mistakes


def grow_field(layers):
    """Follow the receptive field of a unit through layers of windows, along one axis.

    layers: from the input on, a list of (kernel, stride, before, dilation), whole numbers; before
            is the padding in front. Without any, the unit is a pixel and sees itself.
    Returns (size, step, offset), whole numbers: the unit at position p of the last layer sees size
            pixels, from p·step + offset on.
    """
    ### BEGIN SOLUTION
    size, step, offset = 1, 1, 0
    for kernel, stride, before, dilation in layers:
        size = size + (kernel - 1) * dilation * step
        offset = offset - before * step
        step = step * stride
    return size, step, offset
    ### END SOLUTION


EXERCISE = Exercise(
    solution=grow_field,
    points=2,
    cases={
        "one 3-tap window": given([(3, 1, 0, 1)]),
        "two 3-tap windows": given([(3, 1, 0, 1), (3, 1, 0, 1)]),
        "a pool of 2 between two windows": given([(3, 1, 0, 1), (2, 2, 0, 1), (3, 1, 0, 1)]),
        "padding before and behind a stride": given([(3, 2, 1, 1), (5, 1, 2, 1)]),
        "strides of 2 and 3": given([(7, 2, 3, 1), (3, 3, 0, 1), (3, 2, 1, 1), (2, 1, 0, 1)]),
        "a dilation behind a stride": given([(4, 3, 1, 1), (3, 2, 2, 2), (3, 1, 0, 3)]),
    },
    edges={"no layer at all": given([])},
    hints=(
        "Begin at the input: a pixel sees itself. `step` tells how far apart, in pixels, two "
        "neighbours of the present layer look.",
        "A window of `kernel` taps spans `(kernel - 1) * dilation` gaps, and every gap is `step` "
        "pixels wide. The padding in front begins `before` positions earlier, each of them `step` "
        "pixels too: `offset = offset - before * step`.",
        "Change `size` and `offset` first, with the step of the layer that the window *reads*; "
        "multiply `step` by the stride last.",
    ),
    wrong=mistakes("""
        You grew the field by the step *behind* the window: its gaps are those of the layer that it
        reads, so multiply the step by the stride last.
            * step -> * step * stride
        You moved the field by the step *behind* the window: its padding is counted in the steps of
        the layer that it reads, so multiply the step by the stride last.
            before * step -> before * step * stride
        You spread the padding by the dilation: `before` counts positions, not taps.
            before * step -> before * dilation * step
        The step is missing in the size: behind a stride, one position is worth several pixels.
            (kernel - 1) * dilation * step -> (kernel - 1) * dilation
        You counted `kernel` gaps: a window of `kernel` taps has only `kernel - 1`.
            (kernel - 1) * dilation -> kernel * dilation
        The dilation is missing: the taps stand apart.
            (kernel - 1) * dilation * step -> (kernel - 1) * step
        You added the strides. They multiply: every second of every second is every fourth.
            step * stride -> step + stride - 1
        You added the padding: padding in front moves the field towards *smaller* positions, so
        subtract it.
            offset - before * step -> offset + before * step
        You counted the padding in pixels: that of a deeper layer counts in that layer's positions,
        each of them `step` pixels.
            offset - before * step -> offset - before
        The offset is missing.
            return size, step, offset -> return size, step, 0
    """),
    float32=False,
    whole=True,
)
