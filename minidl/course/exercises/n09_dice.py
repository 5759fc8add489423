"""How well two segmentations agree: the Dice coefficient."""

import numpy as np

from minidl.course.exercise import Exercise, given, maker, mistakes


def dice(predicted, truth, label):
    """Return how well two maps agree on where one label is, from 0 (nowhere) to 1 (everywhere).

    With A and B the voxels that have the label in the one and in the other map,

        dice = 2·|A ∩ B| / (|A| + |B|),   and 1 if neither map has the label anywhere

    predicted, truth: a whole number for each voxel, two arrays of one shape
    label: the number asked about
    Returns one number.
    """
    ### BEGIN SOLUTION
    a, b = predicted == label, truth == label
    if not (a.any() or b.any()):
        return 1.0
    return 2 * (a & b).sum() / (a.sum() + b.sum())
    ### END SOLUTION


@maker
def _maps(rng, shape, label=1):
    truth, drawn = rng.integers(0, 3, (2, *shape))
    predicted = np.where(rng.random(shape) < 0.7, truth, np.minimum(drawn, 1))
    return {"predicted": predicted, "truth": truth, "label": label}


def _two_maps(predicted, truth, label=1):
    return given(np.array(predicted), np.array(truth), label=label)


EXERCISE = Exercise(
    solution=dice,
    points=1,
    cases={
        "two maps that agree mostly": _maps((5, 6)),
        "the label 0": _maps((4, 3, 5), label=0),
        "a label that the prediction uses too seldom": _maps((4, 5, 3), label=2),
        "as many errors as hits": _two_maps([1, 1, 1, 0, 0], [1, 1, 0, 1, 0]),
    },
    edges={
        "maps that agree nowhere": _two_maps([1, 1, 0, 2], [0, 0, 1, 1]),
        "a label in the prediction alone": _two_maps([1, 0, 1], [0, 0, 2]),
        "a label in the truth alone": _two_maps([0, 0, 2], [1, 0, 1]),
        "maps that agree completely": _two_maps([2, 2, 2], [2, 2, 2], label=2),
        "a label that is in neither map": _two_maps([1, 1, 1], [1, 1, 1], label=2),
    },
    hints=(
        "`predicted == label` is a map of True and False. What are |A|, |B| and |A ∩ B|?",
        "A sum over booleans counts those that are True, and `a & b` is True where both are.",
        "`2 * (a & b).sum() / (a.sum() + b.sum())`, after asking whether both are empty.",
    ),
    wrong=mistakes("""
        The 2 is missing: two maps that agree completely would get ½.
            2 * (a & b) -> (a & b)
        That is the Jaccard index, |A ∩ B| / |A ∪ B|: Dice divides 2·|A ∩ B| by |A| + |B|.
            2 * (a & b).sum() / (a.sum() + b.sum()) -> (a & b).sum() / (a | b).sum()
        That is accuracy: voxels that do *not* have the label count as well, and there are so many
        of them that any map looks good.
            -> return ((predicted == label) == (truth == label)).mean()
        You compare all labels at once; only one is asked about.
            -> return (predicted == truth).mean()
        You divided by the size of the prediction alone (that is precision): |A| + |B| counts both
        maps.
            2 * (a & b).sum() / (a.sum() + b.sum()) -> (a & b).sum() / max(a.sum(), 1)
        You divided by the size of the truth alone (that is recall): |A| + |B| counts both maps.
            2 * (a & b).sum() / (a.sum() + b.sum()) -> (a & b).sum() / max(b.sum(), 1)
        You return 1 as soon as one of the maps lacks the label: where only the other has it, they
        agree nowhere, which is 0.
            a.any() or b.any() -> a.any() and b.any()
        You return 0 where neither map has the label: the maps agree there, so return 1.
            return 1.0 -> return 0.0
        You added 1 above and below the line. That keeps 0/0 away, but it changes every other result
        too: ask first whether both are empty.
            2 * (a & b).sum() / (a.sum() + b.sum()) ->
                (2 * (a & b).sum() + 1) / (a.sum() + b.sum() + 1)
        You divide 0 by 0 where neither map has the label: the maps agree there, so return 1.
            not (a.any() or b.any()) -> False
    """),
    float32=False,
)
