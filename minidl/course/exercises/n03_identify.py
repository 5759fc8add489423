"""Recognition, 1:K: the nearest person, if near enough."""

import numpy as np

from minidl.course.exercise import Exercise, given, maker, mistakes


def identify(encodings, gallery, tau):
    """Say for every encoding which person of the gallery it shows, or that it is a stranger.

    d is the squared distance ‖…‖². The nearest person is the answer if d < τ.

    encodings: of new pictures, (Q, D)
    gallery: one encoding for each enrolled person, (K, D)
    tau: the threshold τ
    Returns ints, (Q,): the person's row in the gallery, or −1 for a stranger.
    """
    ### BEGIN SOLUTION
    d = ((encodings[:, None, :] - gallery[None, :, :]) ** 2).sum(axis=2)
    nearest = d.argmin(axis=1)
    return np.where(d.min(axis=1) < tau, nearest, -1)
    ### END SOLUTION


@maker
def _people(rng, queries, people, size, tau, noise=0.5):
    gallery = rng.standard_normal((people, size))
    shown = gallery[rng.integers(0, people, queries)]
    encodings = shown + noise * rng.standard_normal((queries, size))
    encodings[::4] += 2  # strangers
    return {"encodings": encodings, "gallery": gallery, "tau": tau}


EXERCISE = Exercise(
    solution=identify,
    points=2,
    cases={
        "9 pictures, 5 people": _people(9, 5, 4, 2.5),
        "more people than pictures": _people(5, 12, 3, 1.0),
        "a threshold so large that many people lie below it": _people(12, 6, 4, 30.0),
        "a queue of strangers only": _people(6, 5, 4, 0.1),
    },
    edges={
        "a distance that is exactly τ": given(np.array([[2.0]]), np.array([[0.0]]), tau=4.0),
        "a single person in the gallery": _people(8, 1, 3, 2.0),
    },
    hints=(
        "Begin with the table of all squared distances, (Q, K): you wrote `squared_distances` for "
        "that.",
        "For each row of the table: where is the smallest distance (`argmin`), and how large is it "
        "(`min`)?",
        "`np.where(condition, a, b)` takes a where the condition holds and b elsewhere: here the "
        "nearest person where the smallest distance is below τ, and −1 elsewhere.",
    ),
    wrong=mistakes("""
        You never refuse a stranger: where even the nearest person is not below τ, answer −1.
            np.where(d.min(axis=1) < tau, nearest, -1) -> nearest
        You took the farthest person: a small distance means the same person.
            d.argmin(axis=1) -> d.argmax(axis=1)
        You took the first person below τ; several may be, and the nearest is the answer.
            d.argmin(axis=1) -> (d < tau).argmax(axis=1)
        You compared the distance itself with τ; here d and τ are squared distances, so take no
        root.
            .sum(axis=2) -> .sum(axis=2) ** 0.5
        You look for the nearest person along the wrong axis: each row of d belongs to one new
        picture, so take the smallest along `axis=1`.
            (axis=1) -> (axis=0)
        You ask once for the whole queue: each picture has its own nearest, `d.min(axis=1)`.
            d.min(axis=1) < tau -> d.min() < tau
        You count the people from 1; rows are counted from 0.
            nearest, -1) -> nearest + 1, -1)
        You accept a distance that equals τ; it is not below τ, so use `<`.
            d.min(axis=1) < tau -> d.min(axis=1) <= tau
        You answer 0 for a stranger, but that is the first person of the gallery: answer −1.
            nearest, -1) -> nearest, 0)
    """),
)
