"""What readers of notebook 02 may expect before they see it."""

from minidl.course.prediction import Choice, Number, Prediction

PREDICTIONS: dict[str, Prediction] = {
    "closed_gate": Number(
        0,
        "s = 2 · 1.5 − 4 = −1 is negative: the ReLU gives 0 and goes on giving 0 if w is nudged.",
        mistakes={
            -9: "That was dw with b = −1, when the ReLU was open. What is s now?",
            -15: "That is 2 · (0 − 5) · 1.5, as if the ReLU were open. Is it?",
            -18: "That is 2 · (−1 − 5) · 1.5, as if there were no ReLU; but there is one.",
        },
    ),
    "gate_of_a_product": Choice(
        "the 0.01",
        "A product swaps: each input gets the upstream gradient times the value of the other, so "
        "the 0.01 gets 100 and the 100 gets 0.01.",
        wrong={
            "the 100": "Nudge the 100 by 1: the product rises by 0.01 only.",
            "both get the same": "That is what a sum does; a product multiplies by the other one.",
        },
    ),
    "loss_of_guessing": Number(
        2.303,
        "The right class has p = 1/10, and −log(1/10) = ln 10, whichever class it is.",
        within=0.01,
        mistakes={
            0.1: "That is the probability; the loss is minus its logarithm.",
            0.9: "That is how often a guess is wrong; the loss is minus the logarithm of p.",
            1.0: "That is the logarithm to base 10; here it is the natural one.",
            -2.302: "Minus the logarithm: the logarithm of 0.1 is negative, so the loss is not.",
            0.11: "That is −log 0.9; the right class got a probability of 0.1.",
            3.32: "That is the logarithm to base 2; here it is the natural one.",
        },
    ),
    "gradient_of_a_bias": Number(
        28_800,
        "The bias was added at 24 · 24 positions in each of 50 pictures, and collects from each.",
        mistakes={
            1: "That is what a single position sends; the bias was used at all of them.",
            576: "That is one picture; there are 50.",
            50: "That is one position of each picture; there are 24 · 24.",
        },
    ),
    "where_the_bug_is": Choice(
        "dw of the second convolution",
        "b2 is right, so what arrives there is right; w1 and b1 are right, so what leaves it is "
        "right. Only the line that makes dw2 is left.",
        wrong={
            "dx of the second convolution": "That would spoil w1 and b1, which lie further back.",
            "the relu": "A wrong gate would spoil the bias of its own block, too.",
            "the pooling": "A fault in any of the three would spoil w1, too, which lies furthest "
            "back.",
        },
    ),
    "who_reaches_the_bottom": Choice(
        "momentum and adam",
        "Along the valley the steps agree, and a memory of the direction adds them up; these two "
        "have one. Measuring each coordinate helps the less, the farther the valley is turned from "
        "the axes; by 30° it is turned too far.",
        wrong={
            "only adam": "Momentum has the memory that it takes, and comes as far.",
            "all but gradient descent": "RMSProp measures each coordinate by its own size; in a "
            "valley that runs askew both are steep.",
            "all four": "With its best rate, plain gradient descent shrinks the way along by "
            "at most 2 % a step.",
        },
    ),
    "a_rate_of_a_tenth": Choice(
        "it leaps, then only guesses",
        "Adam's first step changes every weight by just the rate, and most of them were smaller "
        "than 0.1: hardly anything is left of where they began. The loss leaps, and the network "
        "does not recover.",
        wrong={
            "it learns fastest": "Longer steps help as long as the slope still holds where they "
            "end; these end far beyond.",
            "it leaps, then learns": "That is what a rate of 0.01 does. From here it does not "
            "recover, not in these two epochs.",
        },
    ),
    "sure_of_itself": Choice(
        "about its accuracy",
        "Within two points. A network that was trained on many pictures, and not for long after "
        "it had learned them, can be well calibrated.",
        wrong={
            "far above its accuracy": "Networks that overfit are like that, and section 17 makes "
            "one; this one has seen each picture six times only.",
            "far below its accuracy": "The cross-entropy rewards being sure where one is right.",
        },
    ),
    "what_validation_does": Choice(
        "fall, then rise",
        "At first it learns what holds for all pictures, then what holds for its own 300 only, "
        "and it becomes sure of its mistakes.",
        wrong={
            "fall to nearly 0 as well": "That would be so if 300 pictures showed all there is.",
            "fall, then stay where it is": "The accuracy levels off, after a rise; the loss also "
            "counts how sure the mistakes are.",
            "rise from the beginning": "What it learns first is of use for other pictures, too.",
        },
    ),
}
