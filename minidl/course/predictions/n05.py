"""What readers of notebook 05 may expect before they see it."""

from minidl.course.prediction import Choice, Number, Prediction

PREDICTIONS: dict[str, Prediction] = {
    "loss_of_knowing_nothing": Number(
        0.693,
        "−log ½ = log 2: to everything it says ½, whichever is true.",
        within=0.01,
        mistakes={
            0.5: "That is ŷ. The loss is minus its logarithm.",
            0: "A loss of 0 is for someone who was certain, and right.",
            1: "That is the logarithm to base 2 (one bit). Here log is the natural one.",
            0.301: "That is the logarithm to base 10; here log is the natural one.",
        },
    ),
    "equal_weights": Choice(
        "nearly as many",
        "On these encodings a plain sum of all differences already says nearly all that the "
        "learned one does; where to cut it (b) does nearly all of the work.",
        wrong={
            "about two thirds": "That was the guess, with a b that nobody had fitted. Fitting b "
            "alone makes the difference.",
            "half": "Any sum of differences says something: it is smaller within a person.",
        },
    ),
    "chi_square_of_opposites": Choice(
        "infinite",
        "The difference is 0.2, and the sum, by which its square is divided, is 0.",
        wrong={
            "0": "0.1 and −0.1 differ by 0.2; it is their sum that is 0, and one divides by it.",
            "0.04": "That is the squared difference. It is still to be divided by the sum.",
            "0.2": "That is the absolute difference, or what comes out with |f| + |f′| below.",
        },
    ),
    "the_best_verifier": Choice(
        "none by much",
        "On these encodings a plain sum of all differences already says nearly all that the "
        "learned one does.",
        wrong={
            "the distance": "It has nothing to learn but τ, and still is hardly worse or better.",
            "the unit on absolute differences": "It has 128 weights; but equal ones did nearly as "
            "well.",
            "the unit on chi-square": "Its errors are fewer by a few pairs in a thousand, if "
            "anything.",
        },
    ),
    "ninety_percent_elsewhere": Number(
        8.3,
        "Half and half are odds of 1; 1 in 100 is odds of 1 to 99. So the odds 9 become 9/99, and "
        "the probability (9/99) / (1 + 9/99) = 8.3 %.",
        within=0.5,
        percent=True,
        mistakes={
            **dict.fromkeys(
                (9, 9.09, 9.1),
                "Those are the odds, 9 to 99; the probability is odds / (1 + odds).",
            ),
            90: "It would be, if one in two pairs showed one person here too.",
            0.9: "90 % of 1 %: but pairs to which it says 0.9 are more often of one person than "
            "others are. (Or, if you mean 90 %: that holds only where half the pairs show one "
            "person.)",
            1.8: "You multiplied the probability by 1/100 over 1/2; what multiplies are odds.",
        },
    ),
}
