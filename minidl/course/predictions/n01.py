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
        358_041_600,
        "150 · 128 inputs times 148 · 126 outputs, and each pair has a weight of its own.",
        within=10e6,
        said="358,041,600",
        mistakes={
            368_640_000: "Without padding the outputs are 148 × 126, not 150 × 128.",
            19_200: "That is one weight for each input; every output wants a set of its own.",
            18_648: "That is one weight for each output; every output reads all the inputs.",
            37_848: "That is inputs plus outputs. Every pair has a weight: inputs times outputs.",
        },
    ),
    "fewest_outputs_first": Order(
        ("stride 3", "dilation 2", "plain", "padding 1"),
        "Ten inputs and three taps make 3, 6, 8 and 10 outputs.",
    ),
    "field_of_three_layers": Number(
        7,
        "The first layer's number sees 3 pixels; with every further layer of 3 taps it sees one "
        "pixel more on each side: 3, 5, 7.",
        mistakes={
            3: "A number of the third layer sees 3 numbers of the second, and each of those sees "
            "more than one of the layer below.",
            5: "That is what a number of the second layer sees.",
            9: "That is 3 + 3 + 3; but the three windows overlap by two thirds.",
            27: "That is 3 · 3 · 3; but neighbouring windows overlap.",
            49: "That is the area, 7 × 7 pixels; the width is asked for.",
        },
    ),
    "where_the_parameters_are": Choice(
        "the 3 dense layers",
        "The first of them alone has 25,088 · 4,096 weights. It shares nothing: every unit has a "
        "weight of its own for every number at every place.",
        wrong={
            "the 16 convolutions": "Their filters are small and shared by all places: 20 million "
            "in all. The work is theirs, not the parameters.",
            "about half and half": "The share of the one kind is six times as large.",
        },
    ),
    "twice_the_rate": Choice(
        "it grows without end",
        "Along the direction in which the loss bends most, each step overshoots by more than the "
        "last one missed. At first the other directions hide it: the loss falls for six steps, to "
        "about half, and then grows without end. How long a step may be depends on how sharply "
        "the loss bends; for this picture the limit lies between the two rates.",
        wrong={
            "it falls twice as fast": "It begins like that; but along the direction that bends "
            "most each step lands farther up on the other side, and after a few steps that is all "
            "that counts.",
            "nothing changes": "The step is what moves the filter: it decides how far.",
        },
    ),
}
