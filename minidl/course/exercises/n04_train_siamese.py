"""Training a Siamese network with triplets: the whole loop."""

import numpy as np

from minidl import nn
from minidl.course.exercise import Exercise, maker, mistakes


def train_siamese(network, optimizer, batches, choose, margin):
    """Train a Siamese network with triplets, one step for each batch.

    The cost of a batch is the mean of d(A,P) − d(A,N) + α over those of its triplets where this is
    above 0, the active ones; d is the squared distance. A batch without an active triplet costs 0,
    its gradient is 0, and it takes a step all the same.

    network: `network.forward(x)` gives the encodings of a batch, (B, D);
        `network.backward(g)` takes the gradient of the cost for these encodings, (B, D) and of
        their dtype (float32 stays float32), back to the weights
    optimizer: `optimizer.step()` changes the weights and clears their gradients
    batches: a list or a generator, gone through once, of pairs (x, labels): pictures, and whose
        they are, ints (B,)
    choose: `choose(d, labels, margin)` gives three arrays of ints, (m,) each: the rows of the batch
        that are A, P and N of its triplets; d: squared distances between all encodings, (B, B)
    margin: α
    Returns a list with the cost of each batch, as it was before the step.
    """
    ### BEGIN SOLUTION
    costs = []
    for x, labels in batches:
        f = network.forward(x)
        d = ((f[:, None] - f) ** 2).sum(axis=2)
        a, p, n = choose(d, labels, margin)
        cost = d[a, p] - d[a, n] + margin
        active = cost > 0
        a, p, n = a[active], p[active], n[active]
        count = max(len(a), 1)
        gradient = np.zeros_like(f)
        np.add.at(gradient, a, 2 * (f[n] - f[p]) / count)
        np.add.at(gradient, p, 2 * (f[p] - f[a]) / count)
        np.add.at(gradient, n, 2 * (f[a] - f[n]) / count)
        network.backward(gradient)
        optimizer.step()
        costs.append(cost[active].sum() / count)
    return costs
    ### END SOLUTION


def all_of_them(d, labels, margin):
    """The rows of every triplet in the batch."""
    same = labels[:, None] == labels
    positive = same & ~np.eye(len(d), dtype=bool)
    return np.nonzero(positive[:, :, None] & ~same[:, None, :])


def within_bounds(d, labels, margin):
    """The triplets with P farther than α and N nearer than 4 α: those of another d are others."""
    a, p, n = all_of_them(d, labels, margin)
    chosen = (d[a, p] > margin) & (d[a, n] < 4 * margin)
    return a[chosen], p[chosen], n[chosen]


def a_single_one(d, labels, margin):
    """The first triplet that there is."""
    return tuple(rows[:1] for rows in all_of_them(d, labels, margin))


def none_at_all(d, labels, margin):
    """No triplets."""
    return (np.zeros(0, int),) * 3


@maker
def training(rng, labels, choose=all_of_them, margin=0.2, *, steps=3, dtype=np.float64, spread=1.0):
    """A small network, an optimiser with a memory, and a few batches."""
    layers, seed = [nn.Dense(6), nn.Tanh(), nn.Dense(3)], int(rng.integers(1000))
    network = nn.Sequential(layers, input_shape=(5,), dtype=dtype, seed=seed)
    pictures = spread * rng.standard_normal((steps, len(labels), 5))
    batches = [(x, np.array(labels)) for x in pictures.astype(dtype)]
    return network.train(), nn.Momentum(network.parameters, lr=0.05), batches, choose, margin


def on_a_line(rng):
    """Encodings that are whole numbers: a triplet that is satisfied exactly, and active ones."""
    network = nn.Sequential([nn.Dense(1)], input_shape=(1,), dtype=np.float64)
    network.layers[0].parameters["w"].value[:] = 1
    x = np.array([[0.0], [1], [2], [3]])
    batches = [(x, np.array([0, 0, 1, 1]))] * 2
    optimizer = nn.GradientDescent(network.parameters, lr=0.01)
    return network.train(), optimizer, batches, all_of_them, 3.0


def one_by_one(rng):
    """Batches that can be gone through just once, as those of a generator."""
    make = training([0, 1, 0, 1, 2, 2], within_bounds, margin=0.5)
    network, optimizer, batches, *others = make(rng)
    return network, optimizer, iter(batches), *others


def nothing_to_learn_in_between(rng):
    """Batches with triplets, and one of strangers only between them."""
    network, optimizer, batches, *others = training([0, 0, 1, 1])(rng)
    batches[1] = batches[1][0], np.arange(4)
    return network, optimizer, batches, *others


EXERCISE = Exercise(
    solution=train_siamese,
    points=5,
    cases={
        "three batches of 3 people × 3 pictures": training([0, 0, 0, 1, 1, 1, 2, 2, 2]),
        "people in any order and a margin of 1": training([7, 3, 7, 5, 3, 5, 5, 3], margin=1),
        "triplets that depend on d and on α, in batches that come one by one": one_by_one,
    },
    edges={
        "a triplet that is satisfied exactly": on_a_line,
        "a single triplet in each batch": training([0, 1, 0, 1], a_single_one, margin=9.0),
        "batches without any triplet": training([0, 0, 1, 1], none_at_all, steps=2),
        "a batch of strangers only, in between": nothing_to_learn_in_between,
        "batches of which many triplets are satisfied": training(
            [0, 0, 1, 1, 2, 2], margin=0.0, steps=4
        ),
        "float32": training([0, 0, 1, 1, 2, 2], dtype=np.float32),
    },
    hints=(
        "One batch: `f = network.forward(x)`, all distances between its rows, the triplets from "
        "`choose`, their costs `d[a, p] - d[a, n] + margin`. Which of them are active?",
        "You know the three gradients of a triplet. A row of `f` plays many roles, and its "
        "gradients add up: `np.add.at(gradient, a, …)`, and the same for `p` and `n`. A plain "
        "`gradient[a] += …` counts a row once, however often it stands in `a`.",
        "The mean over the active triplets: divide the cost and the gradient by their number, or "
        "by 1 if there is none. Then `network.backward(gradient)`, `optimizer.step()`, and the "
        "cost goes into the list.",
    ),
    wrong=mistakes("""
        The network stays as it is: `optimizer.step()` is missing, or the gradient that you give to
        `network.backward` is 0 everywhere.
            optimizer.step() ->
        A batch without active triplets takes a step all the same: its gradient is 0, but the
        optimiser may still be in motion.
            optimizer.step() ->
                if len(a):
                    optimizer.step()
        Only the anchors get a gradient: P and N move as well.
            np.add.at(gradient, p, 2 * (f[p] - f[a]) / count) ->
            np.add.at(gradient, n, 2 * (f[a] - f[n]) / count) ->
        You divide by the number of all triplets: the mean is over the active ones.
            count = max(len(a), 1) -> count = max(len(active), 1)
        You added the costs up; the mean over the active triplets is asked for.
            count = max(len(a), 1) -> count = 1
        The cost is a mean, but its gradient is that of the sum: divide it by the number of active
        triplets as well.
            ]) / count -> ])
        The step comes before its gradient: `network.backward(gradient)` first, then
        `optimizer.step()`.
            network.backward(gradient) -> optimizer.step()
            optimizer.step() -> network.backward(gradient)
        You return each cost as it is after the step; as it was before is asked for.
            a, p, n = choose( -> rows = a, p, n = choose(
            costs.append(cost[active].sum() / count) ->
                f = network.forward(x)
                a, p, n = (f[row] for row in rows)
                cost = ((a - p) ** 2).sum(axis=1) - ((a - n) ** 2).sum(axis=1) + margin
                costs.append(cost[cost > 0].sum() / max((cost > 0).sum(), 1))
        The cost that you return is not clipped: a satisfied triplet costs 0, not less.
            cost[active].sum() -> cost.sum()
        The cost that you return is the mean over all triplets, and not clipped: the mean is over
        the active ones.
            cost[active].sum() / count -> cost.sum() / max(len(cost), 1)
        Satisfied triplets pull and push too: only the active ones have a gradient.
            a, p, n = a[active], p[active], n[active] -> pass
            max(len(a), 1) -> max(int(active.sum()), 1)
        Every sign of the gradient is wrong: the optimiser goes *against* what it gets, so give it
        the gradient, not the direction to move in.
            network.backward(gradient) -> network.backward(-gradient)
        The anchors get no gradient: A stands in both distances.
            np.add.at(gradient, a, 2 * (f[n] - f[p]) / count) ->
        The factor 2 is missing in the gradients: the derivative of u² is 2u.
            , 2 * (f -> , (f
        A batch without active triplets gives NaN, and one step with NaN ruins the weights: divide
        by 1 there.
            count = max(len(a), 1) -> count = a.dtype.type(len(a))
        A triplet that is satisfied exactly is not active: use `>`, since the mean counts the active
        ones.
            active = cost > 0 -> active = cost >= 0
        The margin is missing in the cost.
            - d[a, n] + margin -> - d[a, n]
        You took the distances' roots: d is the squared distance.
            .sum(axis=2) -> .sum(axis=2) ** 0.5
        `choose` wants the squared distances, as they are; you gave it their roots.
            = choose(d, -> = choose(np.sqrt(d),
        You return the last cost alone: a list with one for each batch is asked for.
            return costs -> return costs[-1]
        You stop after the first batch: `return` stands inside the loop.
            costs.append(cost[active].sum() / count) ->
                costs.append(cost[active].sum() / count)
                return costs
        A row that stands in several triplets gets the gradient of one of them only:
        `gradient[a] += …` adds once for each row. Use `np.add.at`.
            np.add.at(gradient, a, -> gradient[a] += (
            np.add.at(gradient, p, -> gradient[p] += (
            np.add.at(gradient, n, -> gradient[n] += (
        A row that stands in several triplets gets the gradient of the last of them only, which is 0
        if that one is satisfied: `gradient[a] += …` adds once for each row. Use `np.add.at`.
            a, p, n = a[active], p[active], n[active] -> pass
            max(len(a), 1) -> max(int(active.sum()), 1)
            np.add.at(gradient, a, -> gradient[a] += active[:, None] * (
            np.add.at(gradient, p, -> gradient[p] += active[:, None] * (
            np.add.at(gradient, n, -> gradient[n] += active[:, None] * (
        What one role gives takes the place of what was there: `gradient[a] = …` keeps the last
        triplet of the last role, and they add up. Use `np.add.at`.
            np.add.at(gradient, a, -> gradient[a] = (
            np.add.at(gradient, p, -> gradient[p] = (
            np.add.at(gradient, n, -> gradient[n] = (
        What one role gives takes the place of what was there, and a satisfied triplet puts a 0
        there: `gradient[a] = …` keeps the last triplet of the last role, and they add up. Use
        `np.add.at`.
            a, p, n = a[active], p[active], n[active] -> pass
            max(len(a), 1) -> max(int(active.sum()), 1)
            np.add.at(gradient, a, -> gradient[a] = active[:, None] * (
            np.add.at(gradient, p, -> gradient[p] = active[:, None] * (
            np.add.at(gradient, n, -> gradient[n] = active[:, None] * (
    """),
    rtol=1e-5,
    atol=1e-7,
    float32=False,
)
