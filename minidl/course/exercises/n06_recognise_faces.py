"""A gallery that refuses strangers: who is in one picture."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from minidl.course.exercise import Exercise, given, maker, mistakes


def recognise_faces(found, enrolled, people, tau):
    """Say who is in a picture: for every face which enrolled person it shows, or a stranger.

    A face may be a person if its squared distance to one of that person's enrolled encodings is
    below τ. A face is one person at most, and a person is in a picture once at most: where several
    faces or several people compete, the smaller distance wins, and the loser takes the next best
    person who is still free and near enough, or is a stranger.

    found: encodings of the picture's faces, (Q, D)
    enrolled: encodings of the gallery, (K, D); K may be 0
    people: whom each of them shows, ints, (K,); a person may have several encodings
    tau: the threshold τ, a squared distance; all distances below it are different
    Returns the number of a person for each face, −1 for a stranger, ints, (Q,).
    """
    ### BEGIN SOLUTION
    d = ((found[:, None, :] - enrolled[None, :, :]) ** 2).sum(axis=2)
    answers = np.full(len(found), -1)
    for entry in np.argsort(d, axis=None):
        face, row = divmod(entry, len(people))
        free = answers[face] < 0 and people[row] not in answers
        if free and d[face, row] < tau:
            answers[face] = people[row]
    return answers
    ### END SOLUTION


@maker
def _picture(rng, faces, people, each, tau, size=4):
    """Faces near enrolled people, in another order, and one near nobody."""
    centres = 2 * rng.standard_normal((people, size))
    rows = rng.permutation(np.repeat(np.arange(people), each))
    enrolled = centres[rows] + 0.4 * rng.standard_normal((len(rows), size))
    shown = centres[rng.integers(0, people, faces)]
    found = shown + 0.5 * rng.standard_normal((faces, size))
    found[0] += 9
    return rng.permutation(found), enrolled, rows, tau


def _line(found, enrolled, people, tau):
    """Encodings of a single number, or of two, so that one can see the distances."""
    columns = {"found": found, "enrolled": enrolled}
    arrays = {name: np.atleast_2d(np.array(value, float).T).T for name, value in columns.items()}
    return given(**arrays, people=np.array(people, int), tau=tau)


def _least_sum(d, people):
    """The entries of a table that pair faces with people at the least sum of distances."""
    names = np.unique(people)
    own = np.where(names[:, None] == people, d[:, None], np.inf)  # by face, person and row
    pairs = linear_sum_assignment(own.min(axis=2, initial=np.inf))
    return [q * len(people) + own[q, j].argmin() for q, j in zip(*pairs, strict=True)]


EXERCISE = Exercise(
    solution=recognise_faces,
    points=4,
    cases={
        "3 faces, one of them a stranger's": _picture(3, 3, 1, 4.0),
        "nobody but strangers": _line([5, -7, 30], [0, 1], [0, 1], 4.0),
        "two faces that are near to one person, the second one nearer": _line(
            [1, 0.5, 9], [0, 10], [0, 1], 4.0
        ),
        "a face that loses its best name and has another one near enough": _line(
            [0.5, 0.25], [0, 2], [0, 1], 4.0
        ),
        "a person with two pictures, of which only one is near": _line(
            [7.5, 0.25], [0, 8, 20], [3, 3, 1], 4.0
        ),
        "a person with two pictures far apart, and a face in the middle": _line(
            [5], [0, 10], [2, 2], 4.0
        ),
        "faces for which it matters that the distance is squared": _line(
            [[1.2, 1.2], [9.0, 1.75]], [[0, 0], [9.0, 0]], [0, 1], 2.0
        ),
        "two faces, each near to pictures of two people": _line(
            [1, 11], [0, -0.5, 1.5, 11.2, 12.5], [1, 1, 2, 0, 3], 4.0
        ),
        "three faces that want the same people": _line(
            [0.7, 0.8, 0.3], [-1.0, -0.2, 1.9], [0, 1, 2], 4.0
        ),
        "three people who want the same faces": _line(
            [-0.25, -2, 1], [0.1, 1.5, -0.15], [0, 1, 2], 4.0
        ),
        "6 faces, 4 people with 3 pictures each": _picture(6, 4, 3, 6.0),
    },
    edges={
        "a distance that is exactly τ": _line([2.0], [0], [0], 4.0),
        "nobody enrolled": _line([2, 3], [], [], 4.0),
        "no face in the picture": _line([], [2, 3], [0, 1], 4.0),
    },
    hints=(
        "Begin with the table of all squared distances, a row for each face and a column for each "
        "enrolled encoding. Which entry of the whole table would you trust most?",
        "Go through the table from the smallest distance to the largest. An entry settles who its "
        "face is if it is below τ, the face is not settled yet, and the person is not taken.",
        "`np.argsort(d, axis=None)` lists the entries of the flattened table from the smallest on, "
        "and `divmod(entry, len(people))` says in which row and column one stands.",
    ),
    wrong=mistakes("""
        You never refuse a stranger: an entry counts only if its distance is below τ.
            free and d[face, row] < tau -> free
        You found one person in two faces of a picture: a person is in it once at most.
            and people[row] not in answers ->
        A face that is settled becomes another, farther person later: the nearest stays.
            answers = np.full(len(found), -1) -> answers, taken = np.full(len(found), -1), []
            answers[face] < 0 and people[row] not in answers -> people[row] not in taken
            answers[face] = people[row] -> answers[face] = people[row]; taken.append(people[row])
        You go through the faces in the order given, so the first face takes a person to whom
        another face is nearer: begin with the smallest distance of all.
            in np.argsort(d, axis=None) ->
                in [q * len(people) + k for q in range(len(d)) for k in np.argsort(d[q])]
        Where a face's best person is taken, you call it a stranger: it may be the next best who is
        free and near enough.
            if free and -> if free and d[face, row] == d[face].min() and
        You begin with the largest distance: `np.argsort` sorts upwards.
            np.argsort(d, axis=None) -> np.argsort(-d, axis=None)
        You go through the people in the order given, so the first person takes a face to whom
        another is nearer: begin with the smallest distance of all.
            in np.argsort(d, axis=None) -> in np.lexsort((d.ravel(), np.tile(people, len(d))))
        Each person takes the nearest face, whoever has it already: where two people want one face,
        the nearer of them gets it.
            in np.argsort(d, axis=None) -> in np.argsort(np.tile(people, len(d)), kind='stable')
            answers[face] < 0 and people[row] not in answers ->
                d[face, row] == d[:, people == people[row]].min()
        You go through the faces, the one with the smallest distance first. One that loses its best
        may be farther from the next person than another face: go through the whole table.
            in np.argsort(d, axis=None) ->
                in [q * len(people) + k for q in np.argsort(d.min(axis=1, initial=np.inf))
                    for k in np.argsort(d[q])]
        You made the sum of all distances small. The smallest distance of all is settled first,
        whatever that costs the others.
            in np.argsort(d, axis=None) -> in _least_sum(np.minimum(d, tau), people)
        τ is a squared distance: compare it with the squared distance, with no root, and with no
        square of τ.
            .sum(axis=2) -> .sum(axis=2) ** 0.5
        You added up absolute differences; a squared distance adds up their squares.
            ((found -> (abs(found
            ** 2).sum -> ).sum
        You accept a distance that equals τ; it is not below τ, so use `<`.
            < tau -> <= tau
        You average a person's encodings. It is the person if *one* of their pictures is near
        enough.
            ->
                who = np.unique(people)
                means = [enrolled[people == w].mean(axis=0) for w in who]
                enrolled, people = np.reshape(means, (-1, found.shape[1])), who
        You answer with the row of the gallery; a person may have several rows, so answer with the
        person's number, `people[row]`.
            people[row] not in answers -> people[row] not in people[answers[answers >= 0]]
            answers[face] = people[row] -> answers[face] = row
        You compare each face with the first picture of a person only: the nearest of all their
        pictures counts.
            if free and -> if free and people.tolist().index(people[row]) == row and
        You answer 0 for a stranger, but 0 is a person: answer −1.
            return answers -> return np.maximum(answers, 0)
        You strike out one picture of a person who is found; all of that person's pictures must go,
        for a person is in a picture once at most.
            answers = np.full(len(found), -1) -> answers, taken = np.full(len(found), -1), []
            people[row] not in answers -> row not in taken
            answers[face] = people[row] -> answers[face] = people[row]; taken.append(row)
        You take every row of the gallery for a person of its own; row j shows `people[j]`.
            people[row] -> row
    """),
)
