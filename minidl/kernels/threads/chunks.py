"""How an array is cut into tasks when every number is used about once: memory sets the pace.

A task must be worth the microseconds that handing it out takes. The cut depends on the array's
shape alone, never on the number of threads, and halves well.
"""

LEAST = 1 << 17  # numbers that are worth a task
MOST = 16  # tasks, if none of them needs to be small


def chunk(count: int, numbers: int, largest: int | None = None) -> tuple[int, int]:
    """Return how many of ``count`` things, of so many numbers each, make a task; and the tasks.

    ``largest`` is the most things that a task may have.
    """
    tasks = 1 << min(max(1, count * numbers // LEAST), MOST).bit_length() - 1
    each = max(1, -(-count // tasks))
    if largest is not None:
        each = min(each, largest)
    return each, -(-count // each)
