"""From Hounsfield units to grey: the window of a CT picture."""

import numpy as np

from minidl.course.exercise import Exercise, given, mistakes


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


def _tissue(shape, centre, width, low=-1000, high=1200):
    return lambda rng: {"hu": rng.uniform(low, high, shape), "centre": centre, "width": width}


EXERCISE = Exercise(
    solution=hounsfield_window,
    points=1,
    cases={
        "a slice through the lung's window": _tissue((5, 6), -600, 1500),
        "a window of soft tissue, much of it cut off": _tissue((6, 4), 40, 400),
        "a slice with nothing outside of the window": _tissue((3, 4), 40, 400, -100, 160),
        "a whole volume through a narrow window": _tissue((3, 4, 5), 35, 80),
        "a window of odd width": _tissue((4, 5), -1, 75, -80, 90),
        "whole Hounsfield units": given(hu=np.arange(-900, 1000, 171), centre=50, width=351),
    },
    edges={
        "the two ends of the window and its middle": given(
            np.array([-60.0, 40.0, 140.0]), centre=40, width=200
        ),
    },
    hints=(
        "Where does the window begin? Half of its width below its centre.",
        "How far above the beginning, counted in widths of the window, is a number? Then cut off "
        "what is below 0 or above 1.",
        "`low = centre - width / 2`, then `np.clip((hu - low) / width, 0, 1)`.",
    ),
    wrong=mistakes("""
        Your window begins at its centre; it begins half a width below.
            low = centre - width / 2 -> low = centre
        You took `width` for half of the window: it is the whole, which reaches half a width to each
        side.
            -> width = 2 * width
        You do not cut off what lies outside of the window: `np.clip(…, 0, 1)`.
            np.clip((hu - low) / width, 0, 1) -> (hu - low) / width
        What lies above the window is white; yours is black there.
            clip((hu - low) / width, 0, 1) -> maximum((hu - low) / width, 0) * (hu <= low + width)
        You divided by half of the width, which leaves the upper half of the window white.
            / width, 0, 1) -> / (width / 2), 0, 1)
        You cut off what lies outside of the window and left Hounsfield units: subtract the lower
        end, and divide by the width.
            np.clip((hu - low) / width, 0, 1) -> np.clip(hu, low, low + width)
        You did not divide by the width: the upper end is to become 1.
            np.clip((hu - low) / width, 0, 1) -> np.clip(hu - low, 0, width)
        You cut off at 0 and 1 before you divide by the width: divide first.
            np.clip((hu - low) / width, 0, 1) -> np.clip(hu - low, 0, 1) / width
        Your brightness goes from −1 to 1; black is 0, and the middle of the window one half.
            np.clip((hu - low) / width, 0, 1) -> np.clip((hu - centre) / (width / 2), -1, 1)
        You begin again at black outside of the window: cut off, do not wrap around.
            np.clip((hu - low) / width, 0, 1) -> (hu - low) / width % 1
        You stretch the contrast to the numbers that happen to be there: the same tissue would look
        different in the next slice. Divide by the width.
            -> hu = np.clip(hu, centre - width / 2, centre + width / 2)
            np.clip((hu - low) / width, 0, 1) -> (hu - hu.min()) / (hu.max() - hu.min())
        You halved the width with `//`, which rounds down: use `/`.
            width / 2 -> width // 2
        Your brightness goes from 0 to 255; here it goes from 0 to 1.
            np.clip( -> 255 * np.clip(
        Black and white are swapped: dense tissue is bright.
            np.clip((hu - low) / width, 0, 1) -> 1 - np.clip((hu - low) / width, 0, 1)
    """),
    rtol=1e-5,
    atol=1e-6,
    float32=False,
    any_float=(0,),
)
