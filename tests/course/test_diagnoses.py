"""A diagnosis speaks of the mistake that was made, not of another one."""

import dataclasses
import inspect
import re

import numpy as np
import pytest

from minidl.course import find, names
from minidl.course.grade import grade


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
    "threshold_for_strangers": [
        (
            lambda strangers, gallery, share: max(
                [
                    tau
                    for tau in squares(strangers, gallery).min(axis=1)
                    if np.mean(squares(strangers, gallery).min(axis=1) <= tau) <= share
                ],
                default=0.0,
            ),
            "outside. Count with",
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


def convolve_from_strided_taps(end):
    def convolve(x, w, b, stride=1, padding=0):
        x = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
        rows, columns = ((s - k) // stride + 1 for s, k in zip(x.shape[1:3], w.shape, strict=False))
        y = np.zeros((len(x), rows, columns, w.shape[3]), x.dtype)
        for u, v in np.ndindex(w.shape[:2]):
            down = slice(u * stride, end(u, rows * stride, stride), stride)
            across = slice(v * stride, end(v, columns * stride, stride), stride)
            y += x[:, down, across] @ w[u, v]
        return y + b

    return convolve


def nearest_first(found, true, tolerance):
    free, hits = list(true), 0
    for f in found:
        nearest = min(free, key=lambda t: abs(f - t), default=np.inf)
        if abs(f - nearest) <= tolerance:
            free.remove(nearest)
            hits += 1
    return hits, len(found) - hits, len(free)


def loosely_sorted(values, pictures, new_values, new_pictures, number=9):
    both = np.concatenate([values, new_values])
    numbers = np.concatenate([pictures, np.tile(new_pictures[:, None], both.shape[1])])
    order = np.argsort(-both, axis=0)[:number]
    return np.take_along_axis(both, order, axis=0), np.take_along_axis(numbers, order, axis=0)


def semi_hard_up_to(ends):
    def semi_hard(d, labels, margin):
        same = np.equal.outer(labels, labels)
        near, far = d[:, :, None], d[:, None]
        after = near <= far if "near" in ends else near < far
        before = far <= near + margin if "far" in ends else far < near + margin
        other = ~np.eye(len(d), dtype=bool)
        return (same & other)[:, :, None] & ~same[:, None] & after & before

    return semi_hard


def over_what_is_accepted(d, same, tau):
    yes = d < tau
    return (yes & ~same).sum() / yes.sum(), (~yes & same).sum() / (~yes).sum()


def gram_of_loops(a):
    gram = np.zeros((a.shape[-1], a.shape[-1]))
    for k, m in np.ndindex(gram.shape):
        gram[k, m] = (a[..., k] * a[..., m]).sum()
    return gram


ANSWERS["output_size"].append(
    (
        lambda size, kernel, stride=1, padding=(0, 0), dilation=1: max(
            0, int((size + sum(padding) - dilation * (kernel - 1) - 1) / stride) + 1
        ),
        "towards 0",
    )
)
ANSWERS["output_size"].append(
    (
        lambda size, kernel, stride=1, padding=(0, 0), dilation=1: (
            (size + sum(padding) - dilation * (kernel - 1) - 1) // stride
        ),
        "steps of the window, not its positions",
    )
)
ANSWERS["error_rates"].append((over_what_is_accepted, "number of accepted pairs"))
ANSWERS["semi_hard"] += [
    (semi_hard_up_to("near"), "exactly as far"),
    (semi_hard_up_to("far"), "exactly α farther"),
    (semi_hard_up_to("near and far"), "both ends"),
]
ANSWERS["content_cost"] += [
    (lambda c, g: (((c - g) ** 2).sum() / 4 / c.size, (g - c) / 2 / c.size), "Coursera"),
    (lambda c, g: (((c - g) ** 2).sum() / 4 / c.size, g - c), "Coursera"),
]
ANSWERS["gram_matrix"].append((gram_of_loops, "float64 whatever"))
ANSWERS["convolve"] = [
    (convolve_from_strided_taps(end), "begins at `u`")
    for end in (lambda u, reach, stride: u * stride + reach, lambda u, reach, stride: u + reach)
]
ANSWERS["match_peaks"] = [
    (nearest_first, "nearest true one"),
    (
        lambda found, true, tolerance: tuple(
            nearest_first(true, found, tolerance)[k] for k in (0, 2, 1)
        ),
        "nearest found one",
    ),
]
ANSWERS["recognise_faces"] = [
    (lambda f, e, people, tau: find("recognise_faces").solution(f, e, people, tau**2), "square of")
]
ANSWERS["keep_strongest"] = [(loosely_sorted, "stable")]
ANSWERS["chi_square"] = [
    (lambda f, g, tiny=tiny: (f - g) ** 2 / (f + g + tiny), "to the divisor")
    for tiny in (1e-3, 1e-6, 1e-7, 1e-8, 1e-10, 1e-12)
]
ANSWERS["merge_nearest"] = [
    (
        lambda distances, rows, new_distances, new_rows, count: [
            np.take_along_axis(
                table, np.hstack([distances, new_distances]).argsort(axis=1)[:, :count], axis=1
            )
            for table in (np.hstack([distances, new_distances]), np.hstack([rows, new_rows]))
        ],
        "any order",
    )
]
ANSWERS["hounsfield_window"] = [
    (
        lambda hu, centre, width: np.clip(hu, centre - width / 2, centre + width / 2),
        "left Hounsfield units",
    ),
    (lambda hu, centre, width: np.clip(2 * (hu - centre) / width, -1, 1), "−1 to 1"),
]
ANSWERS["layer_cost"] = [
    (
        lambda size, kernel, channels, filters, rank: (
            (size - kernel + 1) ** rank * filters,
            (kernel**rank * channels + 1) * filters,
            (size - kernel + 1) ** rank * kernel**rank * channels,
        ),
        "filters are missing from your multiplications",
    ),
    (
        lambda size, kernel, channels, filters, rank: (
            size**rank * filters,
            (kernel**rank * channels + 1) * filters,
            size**rank * filters * kernel**rank * channels,
        ),
        "size of the input",
    ),
    (
        lambda size, kernel, channels, filters, rank: (
            (size - kernel + 1) ** rank * filters,
            (kernel**rank * channels + 1) * filters,
            (size - kernel + 1) ** rank * filters * kernel**rank,
        ),
        "missing from your multiplications",
    ),
]


def siamese_of_triplet_gradient(network, optimizer, batches, choose, margin):
    costs = []
    for x, labels in batches:
        f = network.forward(x)
        d = squares(f, f)
        rows = choose(d, labels, margin)
        violation = d[rows[0], rows[1]] - d[rows[0], rows[2]] + margin
        count = max(np.sum(violation > 0), 1)
        gradient = np.zeros_like(f)
        roles = find("triplet_gradient").solution(*(f[r] for r in rows), margin)
        for role, g in zip(rows, roles, strict=True):
            gradient[role] += g / count
        network.backward(gradient)
        optimizer.step()
        costs.append(np.maximum(violation, 0).sum() / count)
    return costs


def batch_hard_of_parts(d, labels):
    positive, negative = [], []
    for i in range(len(d)):
        same = labels == labels[i]
        positive.append(np.argmax(d[i][same]))
        negative.append(np.argmin(d[i][~same]))
    return np.array(positive), np.array(negative)


ANSWERS["train_siamese"] = [(siamese_of_triplet_gradient, "the last of them only")]
ANSWERS["batch_hard"] = [
    (batch_hard_of_parts, "counts within that part"),
    (
        lambda d, labels: (
            np.where(labels[:, None] == labels, d, 0).argmax(1),
            np.where(labels[:, None] == labels, np.inf, d).argmin(1),
        ),
        "put `-np.inf`",
    ),
    (
        lambda d, labels: (
            np.where(labels[:, None] == labels, d, -1).argmax(1),
            np.where(labels[:, None] == labels, 1000, d).argmin(1),
        ),
        "put `np.inf`",
    ),
]
ANSWERS["dice"].append(
    (
        lambda predicted, truth, label: (
            ((predicted == label) & (truth == label)).sum()
            / max(((predicted == label) | (truth == label)).sum(), 1)
            if ((predicted == label) | (truth == label)).any()
            else 1
        ),
        "Jaccard",
    )
)


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [(name, *answer) for name, answers in ANSWERS.items() for answer in answers],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_students_mistake_gets_the_diagnosis_that_speaks_of_it(name, answer, words):
    diagnosis = grade(find(name), answer, 60.0).diagnosis
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


def _changed(exercise, change):
    """The solution, with a change to what it returns."""

    def function(*args, **kwargs):
        return change(exercise.solution(*args, **kwargs))

    function.__signature__ = inspect.signature(exercise.solution)
    return function


def _each(change, value):
    """The value with everything changed that stands in its tuples and dictionaries."""
    if isinstance(value, tuple):
        return tuple(_each(change, v) for v in value)
    if isinstance(value, dict):
        return {name: _each(change, v) for name, v in value.items()}
    return change(value)


def _numbers(change):
    """A change of every single number, and of no array."""
    return lambda value: _each(lambda v: change(v) if np.ndim(v) == 0 else v, value)


def _indices(dtype):
    """Another width for every array of whole numbers."""

    def change(v):
        return v.astype(dtype) if getattr(v, "ndim", 0) and v.dtype.kind == "i" else v

    return lambda value: _each(change, value)


def _whole(value):
    """An int wherever it is equal, as in `return 0` where there are no triplets."""
    return int(value) if np.isfinite(value) and int(value) == value else value


@pytest.mark.parametrize(
    "change",
    [
        _numbers(float),
        _numbers(_whole),
        _numbers(np.float64),
        _numbers(np.asarray),
        _indices(np.int32),
        _indices(np.int16),
    ],
    ids=["float", "int", "np.float64", "0-d array", "int32", "int16"],
)
def test_a_number_of_another_type_is_as_right(exercise, change):
    exercise = dataclasses.replace(exercise, whole=False)
    feedback = grade(exercise, _changed(exercise, change), 60.0)
    assert feedback.kind == "right", feedback


@pytest.mark.parametrize("change", [float, np.float64, np.float32, lambda v: np.array(v / 1)])
@pytest.mark.parametrize("name", [name for name in names() if find(name).whole])
def test_a_float_is_no_whole_number_where_the_notebook_needs_one(name, change):
    exercise = find(name)
    said = str(grade(exercise, _changed(exercise, _numbers(change)), 60.0))
    assert "the value is right, but it is a float" in said and "`int(…)`" in said
    feedback = grade(exercise, _changed(exercise, _numbers(np.int32)), 60.0)
    assert feedback.kind == "right", feedback


def test_losses_may_have_another_floating_dtype_than_the_filter():
    exercise = find("learn_kernel")

    def losses_as(change):
        return _changed(exercise, lambda value: (value[0], change(value[1])))

    for dtype in (np.float64, np.float32):
        loose = dataclasses.replace(exercise, rtol=1e-3)
        assert grade(loose, losses_as(lambda v, d=dtype: v.astype(d)), 60.0).kind == "right"
    assert grade(exercise, losses_as(np.ndarray.tolist), 60.0).kind == "wrong"
    assert grade(exercise, losses_as(lambda v: v.astype(int)), 60.0).kind == "wrong"
    single = _changed(exercise, lambda value: (value[0].astype(float), value[1]))
    assert "give it the dtype of `x`" in grade(exercise, single, 60.0).diagnosis


def test_a_single_result_may_have_another_floating_dtype_where_none_is_asked_for():
    exercise = find("hounsfield_window")
    single, whole = (_changed(exercise, lambda v, t=t: v.astype(t)) for t in (np.float32, int))
    assert grade(exercise, single, 60.0).kind == "right"
    assert "dtype int64" in str(grade(exercise, whole, 60.0))


def test_a_mistake_is_not_named_where_another_fits_as_well(toy):
    """What raises nearly everywhere shows too little to be told from its neighbours."""

    def raises_with_a_scale(x, scale=1.0):
        if scale != 1:
            raise ValueError
        return float((x**2).sum()), x

    assert "factor 2" in grade(toy, raises_with_a_scale, 60.0).diagnosis
    neighbour = {"The scale is squared.": {"2 * scale * x": "scale**2 * x"}}
    exercise = dataclasses.replace(toy, wrong={**toy.wrong, **neighbour})
    assert grade(exercise, raises_with_a_scale, 60.0).diagnosis is None


def test_a_mistake_is_named_beneath_another_one_at_the_edge(toy):
    def mean_and_none_of_nothing(x, scale=1.0):
        if not x.size:
            return 1.0, x
        return scale * float((x**2).mean()), 2 * scale * x

    assert "mean" in grade(toy, mean_and_none_of_nothing, 60.0).diagnosis


def test_a_mistake_is_not_named_where_it_would_have_raised(toy):
    raising = {"2 * scale * x": "3 * scale * x + 0 * x[0]"}
    exercise = dataclasses.replace(toy, wrong={"You look at the first number.": raising})

    def tripled(x, scale=1.0):
        return scale * float((x**2).sum()), 3 * scale * x

    assert grade(exercise, tripled, 60.0).diagnosis is None
