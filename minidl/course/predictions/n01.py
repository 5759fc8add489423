"""What readers of notebook 01 may expect before they see it."""

from minidl.course.prediction import Choice, Number, Order, Prediction

PREDICTIONS: dict[str, Prediction] = {
    "sign_of_all_nine": Choice(
        "bright and dark change places",
        "Every sum is one of products with the weights, so minus every weight gives minus every "
        "answer: what was brighter than grey is darker by as much.",
        wrong={
            "the edges vanish": "They stay where they are: only the sign of each answer changes.",
            "nothing": "Each answer gets the other sign, and the sign is what grey, bright and "
            "dark show.",
            "other edges appear": "The nine numbers are as large as before, at the same places: "
            "they still compare left and right.",
        },
    ),
    "weights_of_a_dense_layer": Number(
        358e6,
        "150 · 128 inputs times 148 · 126 outputs, and each pair has a weight of its own.",
        within=10e6,
        mistakes={
            19_200: "That is one weight for each input; every output wants a set of its own.",
            37_848: "That is inputs plus outputs. Every pair has a weight: inputs times outputs.",
        },
    ),
    "fewest_outputs_first": Order(
        ("stride 3", "dilation 2", "plain", "padding 1"),
        "Ten inputs and three taps make 3, 6, 8 and 10 outputs.",
    ),
}
