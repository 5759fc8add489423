"""What readers of notebook 07 may expect before they see it."""

from minidl.course.prediction import Choice, Number, Order, Prediction

PREDICTIONS: dict[str, Prediction] = {
    "field_of_conv5_1": Number(
        156,
        "The pixel itself, 1; each of the thirteen 3 × 3 windows adds 2 steps, and behind each "
        "pool a step is worth twice as many pixels: 2·2·1 + 2·2·2 + 4·2·4 + 4·2·8 + 1·2·16 = 140; "
        "the four pools add one step each, 1 + 2 + 4 + 8 = 15.",
        within=10,
        mistakes={
            116: "That is conv4_4: a pool and a window are still to come.",
            124: "You stopped behind the last pool: conv5_1's own window adds two steps of 16.",
            27: "That is 13 windows of 3 taps without the pools. Behind a pool with stride 2 a tap "
            "is worth twice as many pixels.",
            3: "That is what it sees of the layer before it.",
        },
    ),
    "nine_of_an_untrained_unit": Choice(
        "more alike than nine patches drawn by lot",
        "Choosing the nine strongest of hundreds makes any filter look as if it had a taste. "
        "The next figure measures it, layer by layer, beside the trained network's.",
        wrong={
            "as different as nine patches drawn by lot": "Random weights are a filter too: it "
            "answers most to what looks like it, and the nine strongest all do.",
            "copies of one patch": "At most one patch is kept of each source.",
        },
    ),
    "probes_worst_first": Order(
        ("conv5_1, random weights", "conv1_2, trained", "conv5_1, trained"),
        "From random layers a probe hardly tells a star from a heart; from a trained early layer, "
        "which sees edges, it can tell some; from a trained deep layer nearly all.",
    ),
    "least_changed_rule": Choice(
        "guided",
        "With its signs, more is left of it than of the other two. Besides the sign of the "
        "gradient it asks which units the photograph makes active, and what comes out looks like "
        "the photograph, whatever the weights.",
        wrong={
            "saliency": "Where it is bright hardly changes, but its signs do: it is the gradient "
            "itself, and another network has another gradient.",
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
