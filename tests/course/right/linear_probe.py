import numpy as np


def least_squares(a, target, strength):
    """The price as D more examples, of which w should make 0."""
    n, d = a.shape
    rows = np.block([[a, np.ones((n, 1))], [np.sqrt(strength) * np.eye(d), np.zeros((d, 1))]])
    solution = np.linalg.lstsq(rows, np.append(np.asarray(target, float), np.zeros(d)))[0]
    return solution[:-1], solution[-1]


def with_a_column_of_ones(a, target, strength):
    ones = np.column_stack([a, np.ones(len(a))])
    price = np.diag([strength] * a.shape[1] + [0.0])
    w = np.linalg.inv(ones.T @ ones + price) @ ones.T @ target
    return w[:-1], w[-1]
