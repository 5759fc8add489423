"""The size and the parameters of every layer of a ConvNet."""

import numpy as np

from minidl.course.exercise import Exercise, given, mistakes
from minidl.course.exercises.n01_output_size import output_size


def network_sizes(shape, layers):
    """Follow a picture through a ConvNet: the size and the parameters of every layer.

    shape:  (height, width, channels) of the picture
    layers: the layers in order, each one of
            ("conv", kernel, stride, padding, filters): square filters, each with a bias;
                zeros are padded on all four sides
            ("pool", size, stride): max pooling with square windows, no padding
            ("dense", units): each unit has a weight for every number before it, and a bias
    Returns an array of whole numbers, (layers, 4): height, width, channels and parameters of each
    layer. The output of a dense layer counts as 1 × 1, with a channel for each unit.
    """
    ### BEGIN SOLUTION
    height, width, channels = shape
    table = []
    for kind, *numbers in layers:
        parameters = 0
        if kind == "conv":
            kernel, stride, padding, filters = numbers
            parameters = (kernel * kernel * channels + 1) * filters
            height = output_size(height, kernel, stride, (padding, padding))
            width = output_size(width, kernel, stride, (padding, padding))
            channels = filters
        elif kind == "pool":
            size, stride = numbers
            height, width = output_size(height, size, stride), output_size(width, size, stride)
        else:
            (units,) = numbers
            parameters = (height * width * channels + 1) * units
            height, width, channels = 1, 1, units
        table.append((height, width, channels, parameters))
    return np.array(table)
    ### END SOLUTION


EXERCISE = Exercise(
    solution=network_sizes,
    points=3,
    cases={
        "one convolution": given((8, 6, 1), [("conv", 3, 1, 0, 4)]),
        "a picture in colour": given((9, 7, 3), [("conv", 3, 1, 0, 5)]),
        "a convolution with padding": given((9, 7, 2), [("conv", 5, 1, 2, 4)]),
        "a convolution with a stride": given((11, 8, 2), [("conv", 3, 2, 1, 4)]),
        "a pooling layer": given((8, 6, 5), [("pool", 2, 2)]),
        "windows that overlap": given((8, 7, 2), [("pool", 3, 2)]),
        "two convolutions": given((9, 8, 3), [("conv", 3, 1, 0, 4), ("conv", 2, 1, 0, 6)]),
        "a dense layer": given((4, 3, 2), [("dense", 5)]),
        "two dense layers": given((2, 3, 2), [("dense", 5), ("dense", 3)]),
        "a whole network": given(
            (30, 27, 3),
            [("conv", 5, 2, 2, 8), ("pool", 3, 2), ("conv", 3, 1, 1, 12), ("pool", 2, 2)]
            + [("dense", 20), ("dense", 10)],
        ),
    },
    edges={
        "a filter of a single tap": given((5, 4, 6), [("conv", 1, 1, 0, 2)]),
        "a window as large as the picture": given((4, 4, 3), [("conv", 4, 3, 0, 7), ("dense", 2)]),
    },
    hints=(
        "Go through the layers one by one and keep three numbers up to date: the height, the width "
        "and the channels of what the next layer gets.",
        "A filter is as deep as its input: kernel · kernel · channels weights, and one bias. For "
        "the sizes you have `output_size`, once for the height and once for the width.",
        "A dense unit has height · width · channels weights, and one bias. After it, `height, "
        "width, channels = 1, 1, units`.",
    ),
    wrong=mistakes("""
        The biases are missing: every filter and every unit has one.
            channels + 1 -> channels
        The biases of the convolutions are missing: every filter has one.
            (kernel * kernel * channels + 1) -> (kernel * kernel * channels)
        The biases of the dense layers are missing: every unit has one.
            (height * width * channels + 1) -> (height * width * channels)
        You counted one bias for a whole convolution; every filter has its own.
            (kernel * kernel * channels + 1) * filters -> kernel * kernel * channels * filters + 1
        You counted a bias at every tap; a filter has one.
            (kernel * kernel * channels + 1) -> kernel * kernel * (channels + 1)
        Your filters are flat: each is as deep as its input, with a table for every channel.
            (kernel * kernel * channels + 1) -> (kernel * kernel + 1)
        The channels stay what they were in the picture: a convolution makes one for each of its
        filters.
            channels = filters ->
        A dense unit sees every number before it, at all positions, not only the channels.
            (height * width * channels + 1) -> (channels + 1)
        After a dense layer there are no positions any more: the next layer gets only its units.
            height, width, channels = 1, 1, units -> channels = units
        Your convolutions pad on one side only: there is padding before and after.
            padding, padding -> padding, 0
        The padding of the convolutions is missing.
            stride, (padding, padding) -> stride
        The stride of the convolutions is missing.
            (height, kernel, stride, (padding -> (height, kernel, 1, (padding
            (width, kernel, stride, (padding -> (width, kernel, 1, (padding
        Your pooling windows move by their own size; the layer says by how much.
            output_size(height, size, stride) -> output_size(height, size, size)
            output_size(width, size, stride) -> output_size(width, size, size)
        A pooling window must fit, too: use `output_size(height, size, stride)`.
            output_size(height, size, stride) -> height // stride
            output_size(width, size, stride) -> width // stride
        You counted one bias for a whole layer; every filter and every unit has its own.
            (kernel * kernel * channels + 1) * filters -> kernel * kernel * channels * filters + 1
            (height * width * channels + 1) * units -> height * width * channels * units + 1
        A filter has the same weights wherever it slides: do not multiply by the positions.
            channels = filters ->
                channels = filters
                parameters *= height * width
        Pooling has nothing to learn: it has no parameters.
            size, stride = numbers -> size, stride = numbers; parameters = size * size
        Pooling has no filters: it takes the largest number of each window, without weights and
        biases.
            size, stride = numbers ->
                size, stride = numbers; parameters = (size * size * channels + 1) * channels
        The width of a layer comes from the width before it, not from the height.
            width = output_size(width, kernel, stride, (padding, padding)) -> width = height
            output_size(width, size, stride) -> output_size(height, size, stride)
        You set the channels to the new filters before you count: a filter is as deep as what the
        layer is given.
            parameters = (kernel * kernel ->
                channels = filters
                parameters = (kernel * kernel
    """),
    float32=False,
)
