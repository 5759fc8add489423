import numpy as np


def level_by_level(values, pixels, thresholds):
    answers = values[pixels[:, 0]] - values[pixels[:, 1]] <= thresholds
    place = 0
    for level in range(int(np.log2(len(thresholds) + 1))):
        place = 2 * place + int(answers[2**level - 1 + place])
    return place


def by_recursion(values, pixels, thresholds, node=0):
    if node >= len(thresholds):
        return node - len(thresholds)
    first, second = pixels[node]
    if values[first] > values[second] + thresholds[node]:
        return by_recursion(values, pixels, thresholds, 2 * node + 1)
    return by_recursion(values, pixels, thresholds, 2 * node + 2)
