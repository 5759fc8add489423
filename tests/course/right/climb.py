import numpy as np


def with_a_list(ask, x, steps, rate):
    values, x = [], x.copy()
    for _ in range(steps):
        value, gradient = ask(x)
        values.append(value)
        rms = np.linalg.norm(gradient) / np.sqrt(gradient.size)
        x += rate * gradient / (rms if rms else 1.0)
    return x, np.array(values)


def guarded(ask, x, steps, rate):
    values = np.zeros(steps)
    for k in range(steps):
        values[k], gradient = ask(x)
        size = (gradient**2).mean() ** 0.5
        step = np.divide(gradient, size, out=np.zeros_like(gradient), where=size > 0)
        x = x + step * rate
    return x, values
