"""Cutting exactly what a unit sees."""

from minidl.course.exercise import Case, Exercise, given


def clip_patch(position, size, step, offset, length):
    """Say which pixels along one axis a unit sees, without those that are only padding.

    first = p·step + offset,   last = first + size − 1,   both held inside 0 … length − 1

    position:           p, of the unit in its layer
    size, step, offset: of the layer's receptive field
    length:             pixels of the picture along this axis
    Returns (start, stop), so that picture[start:stop] is what the unit sees.
    """
    ### BEGIN SOLUTION
    first = position * step + offset
    stop = first + size
    return max(first, 0), min(stop, length)
    ### END SOLUTION


def _unit(position, size, step, offset, length):
    return given(position=position, size=size, step=step, offset=offset, length=length)


EXERCISE = Exercise(
    solution=clip_patch,
    points=1,
    cases=(
        Case("a unit in the middle", _unit(5, 7, 2, 0, 40)),
        Case("a field that begins in the padding", _unit(0, 11, 4, -3, 60)),
        Case("a field that ends in the padding", _unit(14, 11, 4, -3, 58)),
        Case("an offset in the middle of the picture", _unit(3, 9, 5, -4, 50)),
        Case("a field larger than the picture", _unit(1, 90, 8, -40, 32), edge=True),
        Case("a field that ends with the picture", _unit(3, 5, 5, 0, 20), edge=True),
    ),
    hints=(
        "Where does the unit at position 0 begin, where that at position 1? A `step` farther each "
        "time.",
        "A slice's end is the first pixel that is *not* in it: `first + size`.",
        "Negative pixels are padding, and so are those from `length` on: `max(…, 0)` and "
        "`min(…, length)`.",
    ),
    wrong={
        "Your start can be negative. That is padding, and NumPy would count it from the far end: "
        "hold it at 0.": {"max(first, 0)": "first"},
        "Your end can stick out of the picture: hold it at `length`.": {
            "min(stop, length)": "stop"
        },
        "One pixel is missing at the end: a slice stops before its end.": {
            "stop = first + size": "stop = first + size - 1"
        },
        "You return the last pixel: a slice stops before its end, so the end is one farther.": {
            "stop = first + size": "stop = first + size - 1",
            "min(stop, length)": "min(stop, length - 1)",
        },
        "The step is missing.": {"position * step + offset": "position + offset"},
        "The offset is missing.": {"position * step + offset": "position * step"},
        "You added the size to the clipped start: the end belongs to the field before it is "
        "clipped.": {"stop = first + size": "first = max(first, 0); stop = first + size"},
    },
    float32=False,
)
