import numpy as np


def as_a_mixture(w, g, m, s, t, rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    m = m + (1 - beta1) * (g - m)
    s = s + (1 - beta2) * (g * g - s)
    scale = float(1 - beta2**t) ** 0.5
    step = rate * scale / (1 - beta1**t) * m / (np.sqrt(s) + epsilon * scale)
    return w - step, m, s


def in_place_on_copies(w, g, m, s, t, rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    w, m, s = w.copy(), m.copy(), s.copy()
    m *= beta1
    m += (1 - beta1) * g
    s *= beta2
    s += (1 - beta2) * np.square(g)
    w -= rate * (m / (1 - beta1**t)) / ((s / (1 - beta2**t)) ** 0.5 + epsilon)
    return w, m, s
