"""Mutants that give what the right answer gives, whatever they are given, and why.

{exercise: {argument: parts of the mutants' descriptions}}; a description reads
"function: line  →  changed line", and a part names every mutant in whose description it stands.
"""

EQUAL: dict[str, dict[str, tuple[str, ...]]] = {
    "columns": {"The view is made from x's own strides.": ("ascontiguousarray(x)  →  pass",)},
    "same_padding": {
        "`after` is `before` or one more, never less.": ("if after <= before",),
        "A whole number is below ⌈x⌉ just where it is below x.": (
            "- 1) / stride + 1 < -(-size // stride):",
            "// stride + 1 < -(-size / stride):",
        ),
    },
    "network_sizes": {
        "conv, dense and pool are in the order of the alphabet.": ("<= 'conv'", ">= 'pool'"),
        "Only sizes are asked for.": ("padded = np.ones(",),
        "Every entry is assigned.": ("table = np.ones(",),
        "A table of whole numbers rounds down what is put into it.": ("- kernel) / stride + 1",),
        "No index is negative.": ("if i <= 0",),
    },
    "learn_kernel": {
        "Every loss is assigned.": ("np.ones(steps, x.dtype))", "losses = np.ones(steps"),
    },
    "conv_backward": {
        "Every entry is assigned.": ("(np.zeros_like(x), np.ones_like(w))",),
        "More room behind the last window is read by nobody.": (
            "h + (2 + padding)",
            "wide + (2 + padding)",
            "h + 3 * padding",
            "wide + 3 * padding",
        ),
    },
    "dense_backward": {
        "Every entry is assigned.": ("→  dx, dw, db = (np.ones_like(x), np.zeros_like(w)",),
        "All rows of w are of one size.": ("np.zeros_like(w[-1])",),
    },
    "max_pool_backward": {
        "Nothing is above the maximum.": ("window >= window.max(", "x[tap] >= y"),
    },
    "network_backward": {"Nothing is above the maximum.": ("tiles >= best",)},
    "softmax_cross_entropy": {
        "Every row is assigned.": ("→  loss, gradient = (0.0, np.ones_like",)
    },
    "choose_threshold": {
        "Both rates become 1 minus the rate, and their gap stays.": ("→  accepted = d >= tau",),
        "Gaps between shares of few pairs are equal or far more than 1e-11 apart.": (
            "→  return taus[np.argmin(gaps)]",
            ", 13))]",
            ", 11))]",
            ".round(13)",
            ".round(11)",
            "→  return abs(np.mean(d[~same] < tau) - np.mean(d[same] >= tau))",
            ">= tau)), 13)",
            ">= tau)), 11)",
        ),
    },
    "squared_distances": {
        "The difference is squared.": ("= y[None, :, :] - x[:, None, :]", "e = y - x[:, None]"),
        "Only rounding makes d negative.": ("→  return d", "→  return np.maximum(d, -1)"),
    },
    "train_siamese": {
        "d is symmetric.": (
            "→  cost = d[p, a]",
            "→  cost = d[a, p] - d[n, a]",
            "→  if d[p, a]",
            "→  if d[a, p] - d[n, a]",
            "→  total += d[p, a]",
            "→  total += d[a, p] - d[n, a]",
        ),
        "The table of pairs is made symmetric.": (
            "(pulls, (p[active], a[active]), 1)",
            "(pulls, (n[active], a[active]), -1)",
            "2 * (pulls.sum(0)",
        ),
        "No triplet costs exactly 1e-9.": ("active = cost >= 1e-09",),
        "Nothing divided by 2 is nothing.": ("active.sum() or 2",),
        "A gradient of 0 changes nothing.": ("network.backward(gradient)  →  pass",),
    },
    "batch_hard": {
        "d and `same` are symmetric.": (
            "-np.inf).argmax(axis=0)",
            "np.inf, d).argmin(axis=0)",
            "key=lambda i: d[i, a]",
            "argmax(axis=0, fill_value=-1)",
            "argmin(axis=0, fill_value=np.inf)",
        ),
        "The anchor is at distance 0, which is never the largest.": (
            "→  own = [i for i in range(len(d)) if labels[i] == labels[a]]",
        ),
        "No distance is negative.": ("fill_value=-2",),
    },
    "semi_hard": {
        "A and P show one person, so N differs from the one just where it does from the other.": (
            "~same[None, :, :]",
        ),
        "d is symmetric.": ("= d[p, a] <", "d[n, a]", "< d[p, a] + margin"),
    },
    "triplet_gradient": {
        "a, p and n have one shape.": ("(np.zeros_like(p), np.zeros_l", "(np.zeros_like(a), np.z"),
    },
    "triplet_loss": {
        "What is added is 0.": ("if violation >= 0", "v[v >= 0]"),
        "The larger of the two is taken either way.": ("np.clip(0, v, None)",),
    },
    "chi_square": {
        "0 divided by any number is 0.": ("np.where(total > 0, total, 2)",),
        "Where nothing is divided the total is 0.": ("out=total, where",),
    },
    "logistic_gradient": {"A product of vectors is symmetric.": ("np.dot(w, row)",)},
    "fit_similarity": {
        "Centred numbers add up to 0, so a constant in the other factor does not count.": (
            "w + w.mean())",
            "w - w.sum())",
            "→  dz, dw = (z - z.mean(), w)",
            "target + target.mean(0))",
            "→  p, q = (source - source.mean(0), target)",
            "target - 0)",
            "target - target.sum(0))",
            "(y + my) * (v - mv)",
            "+ y * (v - mv)",
            "(v + mv)",
            "(y - my) * v",
            "(y + my) * (u - mu)",
            "- y * (u - mu)",
            "(u + mu)",
            "(y - my) * u",
            "(x + mx) * (u - mu)",
            "= real + x * (u - mu)",
            "(x - mx) * u +",
            "(x + mx) * (v - mv)",
            "= imaginary + x * (v - mv)",
            "(x - mx) * v -",
        ),
        "In a plane it does not matter which axis is flipped: the sign comes out twice.": (
            "np.array([np.sign(",
        ),
        "±1 is its own reciprocal.": (
            "np.linalg.det(u) / np.linalg.det(v)",
            "turn = u / flip",
            "(s / flip)",
        ),
    },
    "intersection_over_union": {
        "Both signs change, and the product keeps its own.": (
            "(boxes[:, :2] - boxes[:, 2:]).prod",
            "(box[:2] - box[2:]).prod",
        ),
        "The area is 0, as it is without.": ("if width >= 0", "height >= 0"),
    },
    "leaf_of_tree": {"log₂(2ᵏ + 1) has the whole part k.": ("len(thresholds) + 2",)},
    "non_maximum_suppression": {"There is nothing in it.": ("kept = np.ones(0, int)",)},
    "residual_block": {
        "The slices end before it.": ("(1, 2), (1, 1)", "(1, 1), (1, 2)"),
        "0 becomes 0.": ("np.where(y >= 0",),
    },
    "linear_probe": {
        "NumPy counts truth values as 0 and 1.": ("np.asarray(target, float)  →  pass",),
        "The columns of `centred` add up to 0, so a constant in the target counts nothing.": (
            "centred.T @ (target + middle)",
            "centred.T @ target)",
        ),
        "Both are vectors.": ("middle - w @ mean",),
    },
    "occlude": {
        "There is one answer, the first and the last.": (
            "(covered[None])[-1]",
            "answer(picture[None])[-1]",
        ),
    },
    "climb": {
        "Every value is assigned.": ("values = np.ones(steps)",),
        "A gradient of zero over any length is zero.": ("rms if rms else 2.0",),
        "Where the size is not above 0 the gradient is 0 itself.": ("out=gradient, where",),
    },
    "relu_rules": {"Where dy is 0 the result is 0.": ("dy >= 0", "dy[index] >= 0")},
    "content_cost": {
        "The norm looks at no shape and no sign.": ("norm(a_C - a_G)", "norm((a_G - a_C)"),
    },
    "gram_matrix": {
        "Every entry is assigned.": ("gram = np.ones(",),
        "G is symmetric.": ("gram[m, k]",),
        "There is one picture, the first and the last.": ("a[-1,",),
    },
    "lecture_weights": {
        "The order of divisions does not count.": ("→  for n in (",),
        "1 times β is β.": ("→  return (alpha, beta)",),
    },
    "style_cost": {"The difference is symmetric.": ("rows @ (d + d))",)},
    "total_variation": {
        "The gradient was 0 before.": ("→  gradient[:, 1:] = 2 * down",),
        "There is one picture, the first and the last.": (
            "→  gradient[-1,",
            "→  step = image[-1,",
            "- image[-1,",
        ),
        "The order of the axes does not count.": ("((i, j + 1), (i + 1, j))", "axis in (2, 1)"),
    },
    "causal_conv": {
        "The slices end before it.": ("(before, 1)",),
        "It is added to nothing.": ("x.shape[1] - late, 1)",),
    },
    "dice": {
        "Dice is symmetric.": ("(truth == label, predicted == label)",),
        "No count is negative.": ("hits + wrong <= 0",),
        "Without errors 2·hits / 2·hits is 1 as well.": ("1.0 if wrong == 0",),
    },
    "hounsfield_window": {
        "0 becomes 0, and 1 becomes 1.": ("grey <= 0", "grey >= 1"),
        "The larger of a number and the lower end is the same either way.": (
            "np.clip(0, (hu",
            "np.clip(low, hu,",
        ),
    },
    "layer_cost": {
        "Only sizes are asked for.": ("w = np.ones(", "F.conv(np.ones(", "w[..., -1].size"),
    },
    "match_peaks": {
        "Equal peaks are a pair already.": ("elif found[i] <= true[j]",),
        "Pairs can be counted from either list.": ("np.subtract.outer(true, found)",),
        "Any negative number says that there is none.": ("else -2",),
    },
    "least_time": {
        "Only sizes are asked for, and sums of them.": (
            "(width, height, channels)",
            "(height, channels, width)",
            "(kernel, channels, kernel, filters)",
            "(width, height, filters)",
            "(height, filters, width)",
            "np.float32(1)",
            "np.float32(-1)",
            "array in (w, x, y)",
            "array in (x, y, w)",
            "w[..., -1].size",
        ),
    },
    "tiled_product": {
        "Every tile is assigned.": ("(np.ones((len(a), b.shape[1])",),
        "Both cut out the same column.": ("left[:, None, k]",),
    },
    "winograd_row": {
        "What stands behind the last tile is not read.": (
            "outputs * 2), (0, 0)",
            "((0, outputs), (0, 0))",
            "((0, 2), (0, 0))",
            "outputs % 3), (0, 0)",
            "if outputs * 2",
            "→  if outputs:",
            "if 2:",
            "if outputs % 3",
            "0 * d[:2]",
        ),
        "All rows of d are of one size.": ("np.zeros_like(d[1])", "np.zeros_like(d[-1])"),
    },
    "merge_nearest": {
        "The last axis is meant where none is said, and axis 1 is the last.": (
            "np.take_along_axis(distances, order)",
            "np.lexsort((rows, distances))[",
            "np.take_along_axis(rows, order))",
            "places.argsort()",
            "np.take_along_axis(a, by_row)",
            "both.argsort(kind='stable')",
            "np.take_along_axis(both, order),",
            "np.take_along_axis(places, order))",
        ),
        "A merge of two sorted parts does not depend on which comes first.": (
            "heapq.merge(zip(new_d",
        ),
    },
    "ring_all_reduce": {
        "What moves is not changed in place.": (
            "have[worker][chunk]))",
            "[row[c * size:(c + 1) * size] for c in",
        ),
        "No half comes before 'add' in the alphabet.": ("half <= 'add'",),
        "Numbers from −n count from the end.": (
            "number = everyone - 1 - step",
            "number = everyone - step",
        ),
        "Sums that go round once more stay what they are.": (
            "with_roll: for step in range(n - 1):  →  for step in range(n + 1)",
            "with_roll: for step in range(n - 1):  →  for step in range(n * 1)",
            "with_roll: for step in range(n - 1):  →  for step in range(n)",
            "with_roll: for step in range(n - 1):  →  for step in range(n - 0)",
        ),
    },
    "gradients_in_parts": {"Nobody reads the gradient of x.": ("need_input=True",)},
}


def parts(name: str) -> list[str]:
    """All parts of descriptions that an exercise's equal mutants are known by."""
    return [part for known in EQUAL.get(name, {}).values() for part in known]


def is_equal(name: str, description: str) -> bool:
    """Whether a mutant of an exercise is argued to be as right as what it was made from."""
    return any(part in description for part in parts(name))
