def by_following_two_units(layers):
    def sees(p):
        first = last = p
        for kernel, stride, before, dilation in reversed(layers):
            first = first * stride - before
            last = last * stride - before + (kernel - 1) * dilation
        return first, last

    (first, last), (second, _) = sees(0), sees(1)
    return last - first + 1, second - first, first


def from_the_top(layers):
    size, step, offset = 1, 1, 0
    for kernel, stride, before, dilation in layers[::-1]:
        size = (size - 1) * stride + (kernel - 1) * dilation + 1
        step, offset = step * stride, offset * stride - before
    return size, step, offset
