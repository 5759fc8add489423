"""What readers of notebook 00 may expect before they see it."""

from minidl.course.prediction import Choice, Number, Prediction

PREDICTIONS: dict[str, Prediction] = {
    "multiplications": Choice(
        "20 billion",
        "The last line of the table adds them up: 19.5 billion, on the way forwards alone. Every "
        "filter is laid on every place, and every layer has many filters.",
        wrong={
            "20 thousand": "The picture alone has 150,528 numbers, and each is used many times.",
            "20 million": "That would be one for each of the network's weights; but a weight is "
            "used again at every place of the picture.",
            "20 trillion": "At ten billion a second that would take half an hour, and a painting "
            "below needs sixty such looks.",
        },
    ),
    "what_moves": Choice(
        "G",
        "The network, C and S stay as they are; J depends on the new picture alone, and that is "
        "nothing but its pixels.",
        wrong={
            "weights": "They were learned once, by others. They are the "
            "yardstick that measures J; changing it would bring G no closer.",
            "S": "S is what G should come to resemble; it is given.",
        },
    ),
    "cost_of_content": Choice(
        "it rises",
        "G begins as a copy of C, so the cost of content begins at 0, and a sum of squares cannot "
        "fall below that. J falls because the cost of style falls by more.",
        wrong={
            "it falls": "From where? G begins as a copy of C: there is no difference yet.",
            "it stays at 0": "It would, if G stayed a copy of C; but every brush stroke changes "
            "what the middle layer answers.",
        },
    ),
    "your_threshold": Number(
        0.564,
        "The two most different pictures of one person are 0.44 apart, the two most similar "
        "people 0.69. Any τ between them makes no mistake on these fifteen pairs.",
        within=0.1231,
        said="between 0.441 and 0.687",
        mistakes={
            0.44: "The table rounds: two pictures of Obama are 0.441 apart, a little more.",
            0.69: "The table rounds: Hopper and Collins are 0.687 apart, a little less.",
        },
        too_small="with it two pictures of Obama count as two people",
        too_large="with it Hopper passes for Collins",
    ),
}
