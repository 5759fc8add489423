import numpy as np


def with_adam_inside(weights, loss_and_gradients, x, labels, orders, batch, rate):
    names = list(weights)
    now = {name: weights[name].copy() for name in names}
    memory = {name: [np.zeros_like(now[name]), np.zeros_like(now[name])] for name in names}
    losses, done = [], 0
    for epoch in range(len(orders)):
        left = list(orders[epoch])
        while left:
            chosen, left = left[:batch], left[batch:]
            loss, gradients = loss_and_gradients(now, x[chosen], labels[chosen])
            losses.append(loss)
            eta = rate(done)
            done += 1
            for name in names:
                m, s = memory[name]
                m += 0.1 * (gradients[name] - m)
                s += 0.001 * (gradients[name] ** 2 - s)
                size = np.sqrt(s / (1 - 0.999**done)) + 1e-8
                now[name] -= eta * m / (1 - 0.9**done) / size
    return now, losses


def all_batches_first(weights, loss_and_gradients, x, labels, orders, batch, rate):
    batches = [
        order[np.arange(len(order)) // batch == i]
        for order in orders
        for i in range(-(-len(order) // batch))
    ]
    means = {name: (np.zeros_like(w), np.zeros_like(w)) for name, w in weights.items()}
    losses = []
    for i, chosen in enumerate(batches):
        loss, gradients = loss_and_gradients(weights, x.take(chosen, axis=0), labels[chosen])
        losses.append(loss)
        means = {
            name: (0.9 * m + 0.1 * gradients[name], 0.999 * s + 0.001 * gradients[name] ** 2)
            for name, (m, s) in means.items()
        }
        scale = rate(i) / (1 - 0.9 ** (i + 1))
        root = (1 - 0.999 ** (i + 1)) ** 0.5
        weights = {
            name: weights[name] - scale * m / (np.sqrt(s) / root + 1e-8)
            for name, (m, s) in means.items()
        }
    return weights, losses
