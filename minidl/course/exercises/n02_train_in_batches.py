"""The training loop: mini-batches, gradients, steps, over and over."""

import numpy as np

from minidl.course.exercise import Exercise, maker, mistakes
from minidl.course.exercises.n02_adam_step import adam_step
from minidl.course.exercises.n02_softmax_cross_entropy import softmax_cross_entropy


def train_in_batches(weights, loss_and_gradients, x, labels, orders, batch, rate):
    """Train with Adam on one mini-batch after the other; one step for each.

    weights: arrays by name, to begin with; they are not changed
    loss_and_gradients: called as loss_and_gradients(weights, x, labels) with the examples of a
             mini-batch, returns its loss and a dictionary of gradients, with the weights' names
    x, labels: all the examples, (N, …) and (N,)
    orders:  the order in which each epoch takes the examples, an array (epochs, N) of positions
    batch:   examples in a mini-batch; the last one of an epoch may have fewer
    rate:    rate(i) is the learning rate of the step before which i steps have been made
    Returns the trained weights, by name and in their dtype, and the list of the losses, one for
    each step.
    """
    ### BEGIN SOLUTION
    weights, losses = dict(weights), []
    m = {name: np.zeros_like(w) for name, w in weights.items()}
    s = {name: np.zeros_like(w) for name, w in weights.items()}
    for order in orders:
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            loss, gradients = loss_and_gradients(weights, x[chosen], labels[chosen])
            t = len(losses) + 1
            for name, g in gradients.items():
                weights[name], m[name], s[name] = adam_step(
                    weights[name], g, m[name], s[name], t, rate(t - 1)
                )
            losses.append(float(loss))
    return weights, losses
    ### END SOLUTION


def one_layer(weights, x, labels):
    """A dense layer with softmax and cross-entropy."""
    loss, dlogits = softmax_cross_entropy(x @ weights["w"] + weights["b"], labels)
    return loss, {"w": x.T @ dlogits, "b": dlogits.sum(axis=0)}


def one_matrix(weights, x, labels):
    """The mean squared distance between x · a and the labels."""
    error = x @ weights["a"] - labels.astype(x.dtype)
    return float((error**2).mean()), {"a": 2 * x.T @ error / x.dtype.type(len(x))}


def steady(i):
    """The same rate at every step."""
    return 0.1


def falling(i):
    """A rate that falls from step to step."""
    return 0.2 / (1 + i)


@maker
def _classes(rng, n, epochs, batch, rate, d=3, k=4):
    weights = {"w": rng.standard_normal((d, k)), "b": rng.standard_normal(k)}
    x, labels = rng.standard_normal((n, d)), rng.integers(0, k, n)
    orders = np.stack([rng.permutation(n) for _ in range(epochs)])
    return weights, one_layer, x, labels, orders, batch, rate


def _distances(rng):
    x, labels = rng.standard_normal((6, 2)), rng.integers(-3, 4, 6)
    orders = np.stack([rng.permutation(6) for _ in range(3)])
    weights = {"a": rng.standard_normal(2)}
    return weights, one_matrix, x, labels, orders, 4, falling


EXERCISE = Exercise(
    solution=train_in_batches,
    points=4,
    cases={
        "one epoch of two batches": _classes(6, 1, 3, steady),
        "three epochs of three batches": _classes(6, 3, 2, steady),
        "a last batch that is smaller": _classes(7, 2, 3, steady),
        "a rate that falls": _classes(6, 2, 2, falling),
        "another network, with one array of weights": _distances,
    },
    edges={
        "all examples in one batch": _classes(5, 3, 5, steady),
        "one example in a batch": _classes(4, 2, 1, steady),
        "a batch larger than the set": _classes(3, 2, 8, steady),
    },
    hints=(
        "Two loops: over the epochs, `for order in orders`, and in each over the places at which a "
        "mini-batch starts, `range(0, len(order), batch)`. What lives longer than a step, the "
        "weights, m, s and the count of steps, begins before both.",
        "`chosen = order[start : start + batch]` are the positions of a mini-batch, and "
        "`x[chosen]`, `labels[chosen]` its examples. A slice that reaches beyond the end is just "
        "shorter, so the smaller last batch comes by itself.",
        "Every array has an m and an s of its own, which live through all epochs, as does the "
        "number t of the step, 1 for the first. Begin with `weights = dict(weights)`, a new "
        "dictionary, so that the caller's keeps its arrays.",
    ),
    wrong=mistakes("""
        You leave out the last mini-batch where it is smaller: its examples count as well.
            range(0, len(order), batch) -> range(0, len(order) - batch + 1, batch)
        You ignore the order: each mini-batch takes the positions that `order` names.
            chosen = order -> chosen = np.arange(len(order))
        You shuffle x without its labels: both take the same positions.
            labels[chosen] -> labels[start : start + batch]
        Every epoch shuffles what the last one left: take the positions in x as it was given.
            for order in orders: ->
                for order in orders:
                    x, labels = x[order], labels[order]
            order[start : start + batch] -> slice(start, start + batch)
        Every epoch takes the first order: each has its own.
            for order in orders: -> for order in [orders[0] for _ in orders]:
        You forget the memory at every step: m and s live as long as the training.
            t = len(losses) + 1 ->
                t = len(losses) + 1
                m = {n: 0 * w for n, w in weights.items()}
                s = {n: 0 * w for n, w in m.items()}
        You forget the memory at every epoch: m and s live as long as the training.
            for order in orders: ->
                for order in orders:
                    m, s = [{n: 0 * w for n, w in weights.items()} for _ in range(2)]
        t begins anew in every epoch, and the rate with it: both count all steps.
            t = len(losses) + 1 -> t = start // batch + 1
        Adam's t begins anew in every epoch: it counts all steps.
            t = len(losses) + 1 -> t = start // batch + 1
            rate(t - 1) -> rate(len(losses))
        The whole of Adam's memory, m, s and t, begins anew in every epoch: it lives as long as the
        training.
            for order in orders: ->
                for order in orders:
                    m, s = [{n: 0 * w for n, w in weights.items()} for _ in range(2)]
            t = len(losses) + 1 -> t = start // batch + 1
            rate(t - 1) -> rate(len(losses))
        Your t begins at 0, and Adam's correction divides by 1 − β⁰ = 0: the first step has the
        number 1.
            t = len(losses) + 1 -> t = len(losses)
            rate(t - 1) -> rate(t)
        Your t stays 1: it counts the steps.
            t = len(losses) + 1 -> t = 1
            rate(t - 1) -> rate(len(losses))
        t stays 1, and the rate that of the first step: both count the steps.
            t = len(losses) + 1 -> t = 1
        Your t counts epochs: it goes up at every step.
            for order in orders: -> for epoch, order in enumerate(orders):
            t = len(losses) + 1 -> t = epoch + 1
            rate(t - 1) -> rate(len(losses))
        The rate counts epochs: ask for `rate(i)` with i the steps made so far.
            for order in orders: -> for epoch, order in enumerate(orders):
            rate(t - 1) -> rate(epoch)
        t and the rate count epochs: both count steps.
            for order in orders: -> for epoch, order in enumerate(orders):
            t = len(losses) + 1 -> t = epoch + 1
        All arrays share one m and one s: each has its own.
            m[name], s[name] -> m, s
            {name: np.zeros_like(w) for name, w in weights.items()} -> 0.0
        Your t counts arrays: it goes up once for each mini-batch, and is the same for all of its
        arrays.
            t = len(losses) + 1 -> t = len(losses) * len(weights)
            rate(t - 1) -> rate(len(losses))
            name, g in gradients.items() -> t, (name, g) in enumerate(gradients.items(), t + 1)
        That is plain gradient descent; the step is to be `adam_step`'s, with its memory.
            = adam_step( -> = (lambda w, g, m, s, t, eta: (w - eta * g, m, s))(
        The rate is one step ahead: before the first step 0 steps have been made.
            rate(t - 1) -> rate(t)
        You take the first rate at every step: ask for `rate(i)`, with i the steps made so far.
            rate(t - 1) -> rate(0)
        Your losses are measured after the step: the one to keep is that whose gradient the step
        takes.
            float(loss) -> float(loss_and_gradients(weights, x[chosen], labels[chosen])[0])
        You train on all examples at every step: a step sees its own mini-batch only.
            x[chosen], labels[chosen] -> x[order], labels[order]
        You changed the weights that you were given. Begin with a copy of the dictionary,
        `dict(weights)`; and as the copy still holds the same arrays, let each step make new ones,
        `w = w - …`: `w -= …` writes into the old.
            weights, losses = dict(weights), [] -> losses = []
        The losses are one for each step, not one for each epoch.
            return weights, losses ->
                return weights, [float(np.mean(e)) for e in np.array_split(losses, len(orders))]
    """),
)
