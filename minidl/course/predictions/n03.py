"""What readers of notebook 03 may expect before they see it."""

from minidl.course.prediction import Choice, Number, Prediction

PREDICTIONS: dict[str, Prediction] = {
    "an_error_among_a_hundred": Number(
        63,
        "All hundred are right with probability 0.99 to the power of 100, which is 37 %.",
        within=5,
        percent=True,
        mistakes={
            1: "That is the chance for one comparison; there are a hundred.",
            100: "Adding up a hundred times 1 % counts some cases twice: several comparisons can "
            "go wrong at once.",
            **dict.fromkeys((36.6, 37), "That is the chance that all of them are right."),
        },
    ),
    "a_softmax_on_frozen_features": Choice(
        "nearly as well as the nearest neighbour",
        "With features that hold still where a person is the same, one picture is enough to put "
        "a boundary around it. What one picture cannot teach is the features.",
        wrong={
            "as badly as from scratch": "It has one picture each to learn from, but no features: "
            "those came from many pictures of other people.",
            "halfway between": "The features do nearly all of the work, and both have the same.",
        },
    ),
    "pairs_or_people": Choice(
        "the one over people",
        "The 3,000 pairs are made from 200 people, and the errors of pairs that share a person go "
        "together. There is less evidence than there are pairs.",
        wrong={
            "both alike": "They would be, if every pair had people of its own.",
            "the one over pairs": "Pairs are many, and many make an interval narrow. But pairs "
            "that share a person say the same thing again.",
        },
    ),
    "strangers_let_in": Number(
        88,
        "A stranger stays outside only if all hundred comparisons are right: 0.98 to the power of "
        "100 is 13 %. So section 2 predicts 87 %, and about as much is measured.",
        within=7,
        percent=True,
        mistakes={
            2: "That is the rate of one comparison, and a stranger is compared with a hundred.",
            **dict.fromkeys((12, 13, 13.26, 13.3), "That is the share that stays outside."),
        },
    ),
}
