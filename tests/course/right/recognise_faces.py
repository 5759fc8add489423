import numpy as np


def best_pair_again_and_again(found, enrolled, people, tau):
    answers = np.full(len(found), -1)
    if not len(found) or not len(people):
        return answers
    d = np.array([[np.sum((f - e) ** 2) for e in enrolled] for f in found])
    while d.min() < tau:
        face, row = np.unravel_index(d.argmin(), d.shape)
        answers[face] = people[row]
        d[face] = np.inf
        d[:, people == people[row]] = np.inf
    return answers


def sorted_pairs(found, enrolled, people, tau):
    pairs = [
        (float(np.dot(f - e, f - e)), face, int(person))
        for face, f in enumerate(found)
        for e, person in zip(enrolled, people, strict=True)
    ]
    given, taken = {}, set()
    for distance, face, person in sorted(pairs):
        if distance >= tau:
            break
        if face not in given and person not in taken:
            given[face] = person
            taken.add(person)
    return np.array([given.get(face, -1) for face in range(len(found))], int)
