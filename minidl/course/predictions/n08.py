"""What readers of notebook 08 may expect before they see it."""

from minidl.course.prediction import Choice, Number, Prediction

PREDICTIONS: dict[str, Prediction] = {
    "which_layer_keeps_pixels": Choice(
        "conv2_1",
        "An early layer answers to small things at exact places: with the same answers, nearly the "
        "same pixels.",
        wrong={
            "conv4_2": "It knows forms and their places, and leaves exact colours open.",
            "conv5_2": "Four pools lie before it: where exactly something is gets lost there.",
        },
    ),
    "shuffled_positions": Choice(
        "nothing changes",
        "Gₖₖ′ is a sum over positions, and a sum does not care about the order of what it adds.",
        wrong={
            "every entry changes": "Both channels' numbers move together from place to place, so "
            "their products are the same ones.",
            "only the diagonal stays": "The diagonal is a sum over positions like every other "
            "entry.",
        },
    ),
    "lowest_after_fifty": Choice(
        "L-BFGS",
        "It uses how the gradient changed over the last steps to guess how the valley bends.",
        wrong={
            "gradient descent with a search": "It never steps uphill, but it knows of no bends.",
            "Adam": "Each pixel has a step length of its own, but none knows of the others.",
        },
    ),
    "one_style_layer_missing": Choice(
        "hardly anything",
        "The other layers know much of what the missing one knew.",
        wrong={
            "the colours": "conv1_1 knows colours best, but the deeper layers see them through it.",
            "the strokes": "There are strokes in every layer from conv2_1 on.",
        },
    ),
    "content_of_a_larger_picture": Number(
        4,
        "It is a sum over positions, and there are four times as many.",
        mistakes={
            2: "Twice as wide and twice as high: how many times as many positions are that?",
            1: "The style cost is divided by the positions; this one is not.",
            16: "The square of the style matrix would grow so; this is one sum over positions.",
        },
    ),
}
