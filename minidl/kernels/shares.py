"""How an array is cut into tasks when every number is used about once: memory sets the pace.

A task must be worth the microseconds that handing it out takes, and there should be a few for each
thread, so that one that was held up takes fewer. The cut depends on the array's shape alone.
"""

LEAST = 1 << 16  # numbers that are worth a task
MOST = 16  # tasks, if none of them needs to be small


def cut(count: int, numbers: int, largest: int | None = None) -> tuple[int, int]:
    """Return how many of ``count`` things, of so many numbers each, make a task; and the tasks.

    ``largest`` is the most things that a task may have.
    """
    each = max(1, -(-count // MOST), -(-LEAST // numbers))
    if largest is not None:
        each = min(each, largest)
    return each, -(-count // each)
