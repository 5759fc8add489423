"""What students of notebook 02 might hand in, and the diagnosis that has to speak of it."""

import numpy as np
import pytest

from minidl.course import find
from minidl.course.exercises.n02_adam_step import adam_step
from minidl.course.exercises.n02_conv_backward import conv_backward
from minidl.course.exercises.n02_dense_backward import dense_backward
from minidl.course.exercises.n02_max_pool_backward import max_pool_backward
from minidl.course.grade import grade


def cross_entropy(log=np.log, mean=np.mean):
    """Softmax with cross-entropy as the formulas stand: through p, and not through log p."""

    def softmax_cross_entropy(logits, labels):
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        y = np.eye(p.shape[1], dtype=p.dtype)[labels]
        return mean(-log(p)[y == 1]), (p - y) / p.dtype.type(len(p))

    return softmax_cross_entropy


def taps(stride_counts=True, flip=False):
    def backward(dy, x, w, stride=1, padding=0):
        x = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
        dx, dw, step = np.zeros_like(x), np.zeros_like(w), stride if stride_counts else 1
        for u, v in np.ndindex(w.shape[:2]):
            i, j = u + step * np.arange(dy.shape[1]), v + step * np.arange(dy.shape[2])
            seen = np.ix_(range(len(x)), i, j, range(x.shape[3]))
            tap = (-1 - u, -1 - v) if flip else (u, v)
            dw[tap] = np.einsum("nijc,nijf->cf", x[seen], dy)
            dx[seen] += np.einsum("nijf,cf->nijc", dy, w[u, v])
        rows, columns = (slice(padding, size - padding) for size in x.shape[1:3])
        return dx[:, rows, columns], dw, np.einsum("nijf->f", dy)

    return backward


def pooling(winner, gradient):
    def backward(dy, x, size, stride):
        dx = np.zeros_like(x)
        for i, j in np.ndindex(dy.shape[1:3]):
            rows, columns = (slice(k * stride, k * stride + size) for k in (i, j))
            window = x[:, rows, columns]
            dx[:, rows, columns] += (window >= winner(window)) * gradient(dy, i, j)
        return dx

    return backward


def own(window):
    return window.max(axis=2, keepdims=True).max(axis=1, keepdims=True)


def gated_by_r(dlogits, weights, caches):
    blocks, m = caches
    dv, dw, db = dense_backward(dlogits, m.reshape(len(m), -1), weights["w"])
    gradients, dm = {"w": dw, "b": db}, dv.reshape(m.shape)
    for k, (x, _, r) in reversed(list(enumerate(blocks, 1))):
        da = r * max_pool_backward(dm, r, 2, 2)
        dm, gradients[f"w{k}"], gradients[f"b{k}"] = conv_backward(da, x, weights[f"w{k}"], 1, 1)
    return gradients


def one_too_far(w, g, m, s, t, rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    return adam_step(w, g, m, s, t + 1, rate, beta1, beta2, epsilon)


def training(number):
    """A training loop whose ``number(epoch, steps before)`` is given to Adam for t."""

    def loop(weights, loss_and_gradients, x, labels, orders, batch, rate):
        now, losses = {name: w.copy() for name, w in weights.items()}, []
        memory = {name: (np.zeros_like(w), np.zeros_like(w)) for name, w in weights.items()}
        for epoch, order in enumerate(orders):
            for chosen in np.split(order, range(batch, len(order), batch)):
                loss, gradients = loss_and_gradients(now, x[chosen], labels[chosen])
                done = len(losses)
                for name, g in gradients.items():
                    step = *memory[name], number(epoch, done), rate(done)
                    now[name], *memory[name] = adam_step(now[name], g, *step)
                losses.append(loss)
        return now, losses

    return loop


SAFE = {
    f"{tiny} {how}": (lambda p, tiny=tiny, safe=safe: np.log(safe(p, tiny)))
    for tiny in (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20)
    for how, safe in {
        "added": lambda p, tiny: p + tiny,
        "as a bound": lambda p, tiny: np.clip(p, tiny, 1),
    }.items()
}
ANSWERS = {
    **{
        f"log p, {how}": ("softmax_cross_entropy", cross_entropy(log), "falsified")
        for how, log in SAFE.items()
    },
    "no mean": ("softmax_cross_entropy", cross_entropy(mean=np.asarray), "for each example"),
    "mean of all": (
        "softmax_cross_entropy",
        cross_entropy(log=lambda p: np.log(p) / p.shape[1]),
        "N · K numbers",
    ),
    "db of a row": (
        "dense_backward",
        lambda dy, x, w: (dy @ w.T, x.T @ dy, np.ones((1, len(dy)), dy.dtype) @ dy),
        "an axis too many",
    ),
    "no stride": ("conv_backward", taps(stride_counts=False), "in your slices"),
    "dw flipped": ("conv_backward", taps(flip=True), "flipped the filter's gradient"),
    "dy without axes": ("max_pool_backward", pooling(own, lambda dy, i, j: dy[:, i, j]), "`dy"),
    "one winner": (
        "max_pool_backward",
        pooling(np.max, lambda dy, i, j: dy[:, [[i]], [[j]]]),
        "in the whole batch",
    ),
    "gate of r": ("network_backward", gated_by_r, "what the ReLU gave"),
    "t + 1": ("adam_step", one_too_far, "once more"),
    "t from 0": ("train_in_batches", training(lambda epoch, done: done), "begins at 0"),
    "t of epochs": ("train_in_batches", training(lambda epoch, done: epoch + 1), "counts epochs"),
}


@pytest.mark.parametrize(("name", "answer", "words"), ANSWERS.values(), ids=ANSWERS)
def test_a_students_mistake_gets_the_diagnosis_that_speaks_of_it(name, answer, words):
    diagnosis = grade(find(name), answer, 60.0).diagnosis
    assert diagnosis is not None, "no known mistake was recognised"
    assert words in diagnosis


def test_the_same_answers_without_their_mistakes_are_right():
    right = {
        "conv_backward": taps(),
        "max_pool_backward": pooling(own, lambda dy, i, j: dy[:, [[i]], [[j]]]),
        "train_in_batches": training(lambda epoch, done: done + 1),
    }
    for name, answer in right.items():
        feedback = grade(find(name), answer, 60.0)
        assert feedback.kind == "right", feedback
