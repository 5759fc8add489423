"""What readers of notebook 04 may expect before they see it."""

from minidl.course.prediction import Choice, Number, Order, Prediction

PREDICTIONS: dict[str, Prediction] = {
    "cost_of_the_example": Number(
        0.19,
        "0.50 − 0.51 + 0.20: the gap is 0.01, and 0.19 of the margin is missing.",
        within=0.001,
        mistakes={
            0.0: "N is farther than P, but not by the margin: 0.70 would be far enough.",
            -0.01: "That is d(A,P) − d(A,N) alone; the margin is added to it.",
            0.21: "Positive and negative are swapped: it is d(A,P) − d(A,N) + α.",
            -0.21: "The margin is added, not subtracted.",
            -0.19: "The sign is turned; a cost is never negative.",
            0.01: "That is the gap; it is short of the margin by the cost.",
            0.2: "That would be for two equal distances. N is 0.01 farther.",
        },
    ),
    "stronger_force": Choice(
        "P",
        "The forces are 2(a − p) and 2(a − n), so they are twice as long as the distances: 4 on P "
        "and 2 on N.",
        wrong={
            "N": "N is close, but the derivative of a squared distance is small where it is small.",
            "equal": "That would be so for plain distances; these are squared, and the derivative "
            "of u² is 2u.",
        },
    ),
    "active_at_random": Choice(
        "1",
        "About one in a hundred. The margin is small beside what a trained network keeps between "
        "strangers, and hardly any random stranger comes close.",
        wrong={
            "10": "Fewer: with random strangers the trained network mostly keeps the margin.",
            "50": "A network that knew nothing would be near there or above.",
            "90": "That would be a network that cannot tell people apart.",
        },
    ),
    "wrong_among_the_hardest": Number(
        100,
        "Two people under one name lie as far apart as strangers do, and that is farther than "
        "nearly any honest pair; so the search brings up the wrong labels first.",
        within=5,
        mistakes={
            1: "One in a hundred pictures is wrong, but the hardest pairs are no fair sample.",
            2: "Two in a hundred pairs are wrong, but the hardest pairs are no fair sample.",
            20: "There are 20 such pictures, and each of them is in many pairs.",
        },
    ),
    "collapsed_eer": Choice(
        "better than untrained",
        "Its distances are small, but their order has become better than that of an untrained "
        "network; the equal error rate asks for the order alone.",
        wrong={
            "50 %, as by a coin": "That would take distances without any order. They are small, "
            "not random.",
            "as untrained": "It has learned: the ratio of the distances within a person to those "
            "between people has fallen.",
        },
    ),
    "fewest_errors_first": Order(
        ("batch-all", "semi-hard", "random", "batch-hard"),
        "Batch-all learns from every active triplet of the batch, semi-hard from one for each "
        "pair, random from one for each pair if it happens to be active; batch-hard from the start "
        "collapses.",
    ),
    "loss_of_semi_hard": Choice(
        "stay near half the margin",
        "A semi-hard triplet costs between 0 and α by definition, and they lie on both sides of "
        "the middle of this narrow window. What changes is how many there are.",
        wrong={
            "fall to 0": "The miner always brings those that still cost something.",
            "stay at the margin": "That is what a collapse looks like: all distances equal.",
        },
    ),
}
