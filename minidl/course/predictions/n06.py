"""What readers of notebook 06 may expect before they see it."""

from minidl.course.prediction import Choice, Number, Prediction

PREDICTIONS: dict[str, Prediction] = {
    "a_row_of_three": Choice(
        "a and c",
        "A is the surest and removes B. C overlaps A by less than the limit, and B, which is gone, "
        "removes nobody.",
        wrong={
            "a alone": "C does share much with B, but B does not stay, and only boxes that stay "
            "remove others.",
            "b alone": "B overlaps both others, but A is surer than B.",
            "all three": "A and B share half of what they cover together: they mean one face.",
        },
    ),
    "a_crop_of_the_right_size": Choice(
        "between the two",
        "Size and place bring a part of the gap. The points bring more, and with them it hardly "
        "depends on how the box happened to lie.",
        wrong={
            "as small as with the box": "Size and place of the crop matter: the network was "
            "trained on faces with room around them.",
            "as wide as with five points": "Box and face do not always lie in the same way to each "
            "other, and without points the crop cannot follow the face.",
        },
    ),
    "fifty_layers": Choice(
        "it is higher",
        "More layers could do all that fewer can, and one more thing; in the same time, training "
        "does not find it. He and others called this degradation.",
        wrong={
            "it is lower": "It has more weights and could fit better. Whether training gets there "
            "is another question.",
            "both are near 0": "The shallow one is. The deep one stays near chance.",
        },
    ),
    "two_people_in_a_blur": Choice(
        "it falls below 0.6",
        "The likely reason: what tells two faces apart is lost with the detail, and what both "
        "pictures share, the blur, stays.",
        wrong={
            "it stays": "The encoding of one blurred face moves away from its sharp one; where do "
            "both move to?",
            "it grows": "Each moves away from its own sharp picture, but the two end nearer to "
            "each other.",
        },
    ),
    "false_alarms": Number(
        63,
        "1 − (1 − 1/10,000)^10,000 = 63 %: the chance that not one of 10,000 comparisons goes "
        "wrong is only 1/e.",
        within=5,
        mistakes={
            0.01: "That is one comparison. Each passer-by is compared with 10,000 people.",
            0.63: "That is the share; asked is how many of 100.",
            1: "That is one comparison in 10,000; each passer-by makes 10,000 of them.",
            100: "The expected number of false accepts is one for each passer-by, but some have "
            "two or three, and others none.",
        },
    ),
}
