"""What readers of notebook 09 may expect before they see it."""

from minidl.course.prediction import Choice, Number, Prediction

PREDICTIONS: dict[str, Prediction] = {
    "products_of_one_number": Number(
        2000,
        "5 · 5 · 5 = 125 places of the filter, and 16 channels at each.",
        mistakes={
            125: "Those are the filter's places; the layer before it has 16 channels.",
            80: "That is one dimension, 5 · 16. The filter is 5 long along all three axes.",
            64000: "That is all 32 filters; one number comes from one of them.",
        },
    ),
    "same_padding_looks_ahead": Number(
        12,
        "25 taps are a middle one and 12 on each side; the last 12 read what is still to come.",
        mistakes={
            24: "Half of the other 24 taps lie in the past.",
            25: "Those are all its taps, past and future.",
            12.5: "Taps are whole: one is in the middle.",
            13: "The middle tap reads the present.",
        },
    ),
    "flat_network_on_pairs": Number(
        0.5,
        "Both volumes of a pair have the same middle slice, so they get the same answer, and it is "
        "right for one of them.",
        mistakes={
            1.0: "What would it see in the slice that tells the two apart?",
            50: "A share is a number from 0 to 1.",
            0.0: "It would have to know which answer is right, to give the wrong one each time.",
        },
    ),
    "film_played_backwards": Choice(
        "nothing",
        "Backwards, a film consists of the same frames. Their order is all that has changed, and "
        "a sum does not know it.",
        wrong={
            "its sign": "A filter that spans several frames may change its answer, to any number. "
            "This one sees one at a time.",
            "every number": "Which frame has changed?",
        },
    ),
    "accuracy_of_nothing": Choice(
        "69 %",
        "In the part that is scored fewer voxels lie outside of grey and white matter than in the "
        "whole volume, whose corners are empty; yet they are the most.",
        wrong={
            "0 %": "Every voxel that is neither grey nor white is right.",
            "33 %": "There are three answers, but they are not equally frequent.",
            "80 %": "That is about the share in the whole volume, empty corners included.",
        },
    ),
}
