"""What readers of notebook 07 may expect before they see it."""

from minidl.course.prediction import Choice, Number, Order, Prediction

PREDICTIONS: dict[str, Prediction] = {
    "field_of_conv5_1": Number(
        156,
        "Each of the twelve earlier 3 × 3 windows adds 2 steps, and behind each pool a step is "
        "worth twice as many pixels: 2·2·1 + 2·2·2 + 4·2·4 + 4·2·8 + 2·16, and the pools' own.",
        within=40,
        mistakes={
            27: "That is 13 windows of 3 taps without the pools. Behind a pool with stride 2 a tap "
            "is worth twice as many pixels.",
            3: "That is what it sees of the layer before it.",
        },
    ),
    "nine_of_an_untrained_unit": Choice(
        "about as alike as a trained unit's",
        "Choosing the nine strongest of hundreds makes any filter look as if it had a taste. "
        "The next figure measures it.",
        wrong={
            "as different as nine patches drawn by lot": "Random weights are a filter too: it "
            "answers most to what looks like it, and the nine strongest all do.",
            "copies of one patch": "At most one patch is kept of each source.",
        },
    ),
    "probes_worst_first": Order(
        ("conv5_1, random weights", "conv1_2, trained", "conv5_1, trained"),
        "Random layers hardly tell a star from a heart; a trained early layer sees edges, which "
        "help; a trained deep layer sees shapes.",
    ),
    "least_changed_rule": Choice(
        "guided",
        "It keeps only paths on which everything is positive, and those are made by the "
        "photograph's edges, whatever the weights.",
        wrong={
            "saliency": "It is the gradient itself, and another network has another gradient.",
            "deconvnet": "Something of it is left; another rule keeps more.",
        },
    ),
    "plain_ascent": Choice(
        "a fine, garish pattern",
        "Every pixel may go its own way, and the steepest way up is a pattern that no photograph "
        "has.",
        wrong={
            "a photograph of what it looks for": "Nothing in the gradient asks for a photograph.",
            "a grey picture": "Grey is where we begin. The unit's answer rises at every step.",
        },
    ),
}
