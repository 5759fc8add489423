"""From Hounsfield units to grey: the window of a CT picture."""

import numpy as np

from minidl.course.exercise import Case, Exercise, Wrong


def hounsfield_window(hu, centre, width):
    """Show Hounsfield units as brightness, with all the contrast spent on one range.

    The range has its middle at `centre` and is `width` wide. Its lower end becomes 0 (black), its
    upper end 1 (white), straight in between; what lies outside is cut off at 0 and 1.

    hu: Hounsfield units, any shape
    centre, width: of the window, in Hounsfield units
    Returns brightness from 0 to 1, of the shape of `hu`.
    """
    ### BEGIN SOLUTION
    low = centre - width / 2
    return np.clip((hu - low) / width, 0, 1)
    ### END SOLUTION


def _by_interpolation(hu, centre, width):
    ends = (centre - width / 2, centre + width / 2)
    return np.interp(hu, ends, (0, 1)).astype(np.result_type(hu, np.float16))


def _clipped_first(hu, centre, width):
    low, high = centre - width / 2, centre + width / 2
    return (np.clip(hu, low, high) - low) / width


def _by_masks(hu, centre, width):
    grey = (hu - centre) / width + 0.5
    grey[grey < 0] = 0
    grey[grey > 1] = 1
    return grey


def _from_centre(hu, centre, width):
    return np.clip((hu - centre) / width, 0, 1)


def _wrapped(hu, centre, width):
    return np.mod((hu - centre + width / 2) / width, 1)


def _stretched(hu, centre, width):
    inside = np.clip(hu, centre - width / 2, centre + width / 2)
    return (inside - inside.min()) / (inside.max() - inside.min())


def _to_255(hu, centre, width):
    return 255 * np.clip((hu - centre + width / 2) / width, 0, 1)


def _tissue(shape, centre, width):
    def make(rng):
        return {"hu": rng.uniform(-1000, 1200, shape), "centre": centre, "width": width}

    return make


def _range(centre, width):
    def make(rng):
        return {"hu": rng.uniform(-100, 160, (3, 4)), "centre": centre, "width": width}

    return make


EXERCISE = Exercise(
    solution=hounsfield_window,
    points=1,
    cases=(
        Case("a slice through the lung's window", _tissue((5, 6), -600, 1500)),
        Case("a window of soft tissue, much of it cut off", _tissue((6, 4), 40, 400)),
        Case("a slice with nothing outside of the window", _range(40, 400)),
        Case("a whole volume through a narrow window", _tissue((3, 4, 5), 35, 80)),
        Case(
            "the two ends of the window and its middle",
            lambda rng: {"hu": np.array([-60.0, 40.0, 140.0]), "centre": 40, "width": 200},
            edge=True,
        ),
    ),
    hints=(
        "Where does the window begin? Half of its width below its centre.",
        "How far above the beginning, counted in widths of the window, is a number? Then cut off "
        "what is below 0 or above 1.",
        "`low = centre - width / 2`, then `np.clip((hu - low) / width, 0, 1)`.",
    ),
    wrong=(
        Wrong(
            "Your window begins at its centre: it begins half a width below.",
            function=_from_centre,
        ),
        Wrong(
            "`width` is the whole window, not half of it: it reaches only half a width to each "
            "side.",
            function=lambda hu, centre, width: np.clip((hu - centre + width) / (2 * width), 0, 1),
        ),
        Wrong(
            "What lies outside of the window is not cut off: `np.clip(…, 0, 1)`.",
            edit=("np.clip((hu - low) / width, 0, 1)", "(hu - low) / width"),
        ),
        Wrong(
            "Outside of the window you begin again at black: cut off, do not wrap around.",
            function=_wrapped,
        ),
        Wrong(
            "You stretch the contrast to the numbers that happen to be there: the same tissue "
            "would look different in the next slice. Divide by the width.",
            function=_stretched,
        ),
        Wrong("Brightness goes from 0 to 1 here, not to 255.", function=_to_255),
        Wrong(
            "Black and white are exchanged: dense tissue is bright.",
            edit=("np.clip((hu - low) / width, 0, 1)", "1 - np.clip((hu - low) / width, 0, 1)"),
        ),
    ),
    right=(_by_interpolation, _clipped_first, _by_masks),
)
