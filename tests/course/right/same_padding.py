def by_the_last_window(size, kernel, stride=1, dilation=1):
    last_start = (size - 1) // stride * stride
    last_tap = last_start + (kernel - 1) * dilation
    missing = max(last_tap - (size - 1), 0)
    return missing // 2, (missing + 1) // 2


def one_by_one(size, kernel, stride=1, dilation=1):
    before = after = 0
    while (size + before + after - (kernel - 1) * dilation - 1) // stride + 1 < -(-size // stride):
        if after == before:
            after += 1
        else:
            before += 1
    return before, after
