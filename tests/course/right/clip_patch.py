def by_listing(position, size, step, offset, length):
    first = position * step + offset
    seen = [i for i in range(first, first + size) if 0 <= i < length]
    return seen[0], seen[-1] + 1


def by_clipping(position, size, step, offset, length):
    first = position * step + offset
    return tuple(sorted((0, bound, length))[1] for bound in (first, first + size))
