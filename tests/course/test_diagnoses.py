"""A diagnosis speaks of the mistake that was made, not of another one."""

import re

import numpy as np
import pytest

from minidl.course import find
from minidl.course.judge import judge


def squares(x, y):
    return np.array([[((a - b) ** 2).sum() for b in y] for a in x]).reshape(len(x), len(y))


# What students might hand in, written in other ways than the exercises' own known mistakes, and
# words that the diagnosis has to hold.
ANSWERS = {
    "output_size": [
        (
            lambda size, kernel, stride=1, padding=(0, 0), dilation=1: max(
                (size + sum(padding) - kernel) // stride + 1, 0
            ),
            "dilation is missing",
        ),
        (
            lambda size, kernel, stride=1, padding=(0, 0), dilation=1: max(
                (size + sum(padding) - dilation * kernel) // stride + 1, 0
            ),
            "too long",
        ),
        (
            lambda size, kernel, stride=1, padding=(0, 0), dilation=1: max(
                (size - dilation * (kernel - 1) - 1) // stride + 1, 0
            ),
            "padding is missing",
        ),
    ],
    "dense_backward": [
        (lambda dy, x, w: (dy @ w.T, (dy.T @ x), np.einsum("nf->f", dy)), "dw is transposed"),
        (lambda dy, x, w: (dy @ w.T, x.T @ dy, np.einsum("nf->f", dy) / len(dy)), "mean"),
    ],
    "error_rates": [
        (lambda d, same, tau: ((d[~same] > tau).mean(), (d[same] <= tau).mean()), "below"),
        (
            lambda d, same, tau: (((d < tau) & ~same).mean(), ((d >= tau) & same).mean()),
            "number of all pairs",
        ),
    ],
    "squared_distances": [
        (lambda x, y: squares(x, y) ** 0.5, "root"),
        (lambda x, y: squares(x, y) / x.shape[1], "averaged"),
    ],
    "identify": [
        (lambda e, gallery, tau: squares(e, gallery).argmin(axis=1), "never refuse"),
        (
            lambda e, gallery, tau: np.array(
                [row.argmin() if row.min() < tau else 0 for row in squares(e, gallery)]
            ),
            "first person of the gallery",
        ),
    ],
    "semi_hard": [
        (
            lambda d, labels, margin: np.array(
                [
                    [
                        [
                            labels[a] == labels[p] != labels[n]
                            and a != p
                            and d[a, n] < d[a, p] + margin
                            for n in range(len(d))
                        ]
                        for p in range(len(d))
                    ]
                    for a in range(len(d))
                ]
            ),
            "closer than the positive",
        )
    ],
    "content_cost": [
        (lambda c, g: (0.5 * float(((c - g) ** 2).sum()), c - g), "wrong way"),
        (lambda c, g: (float(((c - g) ** 2).sum()), 2 * (g - c)), "½ is missing"),
    ],
    "gram_matrix": [
        (lambda a: np.einsum("nijk,nijm->km", a, a) / a[..., 0].size, "divided"),
        (
            lambda a: a.reshape(-1, a.shape[-1]) @ a.reshape(-1, a.shape[-1]).T,
            "positions by positions",
        ),
    ],
    "dice": [
        (
            lambda predicted, truth, label: (
                1.0
                if not ((predicted == label) | (truth == label)).any()
                else ((predicted == label) & (truth == label)).sum()
                / ((predicted == label).sum() + (truth == label).sum())
            ),
            "2 is missing",
        )
    ],
}


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [(name, *answer) for name, answers in ANSWERS.items() for answer in answers],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_students_mistake_gets_the_diagnosis_that_speaks_of_it(name, answer, words):
    diagnosis = judge(find(name), answer, 60.0).diagnosis
    assert diagnosis is not None, "no known mistake was recognised"
    assert words in diagnosis


def test_a_diagnosis_quotes_no_code_of_another_mistake(exercise):
    sources = {diagnosis: exercise.wrong_source(diagnosis) for diagnosis in exercise.wrong}
    for diagnosis, source in sources.items():
        for code in re.findall(r"`([^`]+)`", diagnosis):
            others = [d for d, other in sources.items() if code in other and d != diagnosis]
            assert code in source or code in exercise.source or not others, (
                f"{diagnosis!r} quotes {code!r}, which belongs to {others}"
            )
