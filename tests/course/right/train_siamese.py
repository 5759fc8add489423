import numpy as np

from minidl import faces


def by_counting_pairs(network, optimizer, batches, choose, margin):
    def cost_and_gradient(f, labels):
        products = f @ f.T
        squares = np.diag(products)
        d = squares[:, None] + squares - 2 * products
        a, p, n = choose(d, labels, margin)
        cost = d[a, p] - d[a, n] + margin
        active = cost > 1e-9
        pulls = np.zeros_like(d)
        np.add.at(pulls, (a[active], p[active]), 1)
        np.add.at(pulls, (a[active], n[active]), -1)
        pulls += pulls.T
        count = active.sum() or 1
        return cost[active].sum() / count, 2 * (pulls.sum(1)[:, None] * f - pulls @ f) / count

    costs = []
    for x, labels in batches:
        value, gradient = cost_and_gradient(network.forward(x), labels)
        network.backward(gradient.astype(x.dtype))
        optimizer.step()
        costs.append(value)
    return costs


def triplet_by_triplet(network, optimizer, batches, choose, margin):
    costs = []
    for x, labels in batches:
        f = network.forward(x)
        d = np.array([[((one - other) ** 2).sum() for other in f] for one in f])
        total, count, gradient = 0, 0, np.zeros_like(f)
        for a, p, n in np.transpose(choose(d, labels, margin)):
            if d[a, p] - d[a, n] + margin > 0:
                count += 1
                total += d[a, p] - d[a, n] + margin
                gradient[a] += 2 * (f[n] - f[p])
                gradient[p] += 2 * (f[p] - f[a])
                gradient[n] += 2 * (f[a] - f[n])
        if count:
            network.backward(gradient / f.dtype.type(count))
            costs.append(total / count)
        else:
            network.backward(gradient)
            costs.append(0.0)
        optimizer.step()
    return costs


def with_the_package(network, optimizer, batches, choose, margin):
    costs = []
    for x, labels in batches:
        f = network.forward(x)
        triplets = faces.Triplets(*choose(faces.squared_distances(f), labels, margin))
        cost, gradient, _ = faces.triplet_cost(f, triplets, margin, reduction="active")
        network.backward(gradient)
        optimizer.step()
        costs.append(cost)
    return costs
