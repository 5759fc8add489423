"""What readers of notebook 10 may expect before they see it."""

from minidl.course.prediction import Choice, Number, Prediction

PREDICTIONS: dict[str, Prediction] = {
    "operations_per_byte_of_relu": Number(
        0.125,
        "One comparison for eight bytes: a float32 has four, and it is read and written.",
        within=0.005,
        mistakes={
            8: "That is bytes for each operation; the question is the other way round.",
            0.25: "It reads four bytes, and writes four as well.",
            0.5: "That counts numbers. A float32 has four bytes.",
            1: "That is operations for each number of the output.",
        },
    ),
    "filters_outermost": Choice(
        "more than three times",
        "Neighbouring channels give one sum, in which each addition waits for the one before, and "
        "their weights are no neighbours in memory: no vectors, and a cache line for each number.",
        wrong={
            "about the same": "The arithmetic is the same, but it is not what takes the time here.",
            "half as long again": "The fetching changes, and with it whether one instruction can "
            "do several numbers at once. That is worth more.",
        },
    ),
    "tile_of_64_sums": Choice(
        "8 × 8",
        "A tile fetches rows + columns numbers for rows · columns multiplications, and of all "
        "rectangles with 64 sums the square has the smallest sides together: 16.",
        wrong={
            "1 × 64": "It fetches 65 numbers for 64 multiplications: one of b for each.",
            "2 × 32": "It fetches 34 numbers for 64 multiplications; a squarer one does better.",
            "4 × 16": "It fetches 20 numbers for 64 multiplications; a squarer one does better.",
        },
    ),
    "winograd_on_both_axes": Number(
        2.25,
        "4 · 4 = 16 products make 2 · 2 outputs, which the plain way computes with 4 · 9 = 36.",
        within=0.01,
        mistakes={
            1.5: "That is one axis, 6 to 4. The other axis saves as much once more.",
            3: "The two savings multiply, they do not add up: 1.5 · 1.5.",
            4: "That takes six points for each axis, and comes below.",
        },
    ),
    "always_slower_than_pytorch": Choice(
        "1 × 1",
        "A 1 × 1 layer is a plain matrix product. Winograd has nothing to save there, and what is "
        "left is how well the two sides do the same arithmetic.",
        wrong={
            "3 × 3, many channels": "There Winograd's transforms save most of the multiplications.",
            "stride 2": "Nearly, but two first layers win their gradient to the input.",
            "one dimension": "Some of these rows are won and some are lost.",
        },
    ),
}
