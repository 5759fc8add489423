"""What readers of notebook 11 may expect before they see it."""

from minidl.course.prediction import Choice, Number, Prediction

PREDICTIONS: dict[str, Prediction] = {
    "average_of_two_averages": Number(
        8,
        "300 · 10 + 100 · 2 = 3,200 is the sum of all 400 numbers: 8 each.",
        mistakes={
            6: "That is the average of the averages. The first worker saw three times as many "
            "numbers as the second.",
            12: "That is the sum of the averages.",
            4: "That gives the second worker the weight of the first.",
        },
    ),
    "gigabytes_of_ten_million": Number(
        5.12,
        "10,000,000 encodings of 128 numbers of 4 bytes each: 512 bytes a face.",
        within=0.15,
        mistakes={
            1.28: "That is numbers; a float32 has four bytes.",
            10.24: "That is float64; an encoding is float32.",
            40.96: "That is bits; a byte has eight.",
            4.77: "That is in GiB, 2³⁰ bytes; 1 GB is 10⁹ bytes here.",
            5120: "In gigabytes: 1 GB is 1,000 MB.",
        },
    ),
    "arithmetic_of_running_twice": Number(
        4 / 3,
        "At once: 1 forwards and 2 back, 3 in all. In parts: 1 more forwards, 4 in all.",
        within=0.04,
        mistakes={
            2: "Only the way forwards is done twice; the way back, two thirds of the work, is not.",
            1.5: "That counts the way back as much as the way forwards; it costs twice as much.",
            1 / 3: "That is how much more; how many times as much is it?",
            4: "That is the whole in ways forwards; the batch at once takes 3 of these.",
            0.75: "The other way round: how many times as much is it?",
        },
        said="4/3, a third more",
    ),
    "faster_at_most": Number(
        20,
        "With endlessly many workers the other 95 % take no time. The twentieth remains.",
        within=0.5,
        mistakes={
            19: "95 to 5; but the time was 100, and 5 are left.",
            95: "The 5 % that cannot be shared out remain, however many workers there are.",
            1.05: "That is what one part in twenty takes off; the other 95 % can be shared out.",
        },
    ),
    "sent_by_each_of_1000": Choice(
        "about the same",
        "Each sends 2 (n − 1) / n times the gradient: 1.8 times it with 10 workers, 1.998 times "
        "with 1,000. There are a hundred times as many rounds, of chunks a hundredth as long.",
        wrong={
            "a hundred times as much": "There are a hundred times as many rounds, but a chunk is a "
            "hundredth as long.",
            "a hundredth": "Its chunks are a hundredth as long, but there are a hundred times as "
            "many rounds.",
        },
    ),
}
