def by_walking(size, kernel, stride=1, padding=(0, 0), dilation=1):
    end, count = size + sum(padding), 0
    last = (kernel - 1) * dilation
    while last < end:
        count, last = count + 1, last + stride
    return count


def by_range(size, kernel, stride=1, padding=(0, 0), dilation=1):
    beyond = size + padding[0] + padding[1] - (kernel - 1) * dilation
    return len(range(0, beyond, stride))
