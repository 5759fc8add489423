"""Workers in a ring add up what they have, and each sends as little as possible."""

import numpy as np

from minidl.course.exercise import Exercise, given, mistakes, normal


def ring_all_reduce(values):
    """Let n workers in a ring add up their arrays, until each of them has the sum of all.

    Every worker cuts its array into n chunks of one length. In each round it sends one chunk to
    the next worker in the ring, (i + 1) % n; all do so at the same time. For n − 1 rounds a worker
    adds what comes to its own chunk of that number; after that each has one chunk of the sum. For
    n − 1 more rounds what comes takes the place of the own chunk. A worker always sends the chunk
    that it got in the round before; worker i begins with chunk i.

    values: (n, L), the arrays of the n workers; L is a multiple of n
    Returns (sums, sent): what each worker has at the end, (n, L), and how many numbers each of
    them has sent, a whole number.
    """
    ### BEGIN SOLUTION
    n, length = values.shape
    chunks = values.reshape(n, n, length // n).copy()
    workers, sent = np.arange(n), 0
    for step in range(2 * (n - 1)):
        number = (workers - step) % n
        moving = chunks[workers, number]
        if step < n - 1:
            chunks[(workers + 1) % n, number] += moving
        else:
            chunks[(workers + 1) % n, number] = moving
        sent += length // n
    return chunks.reshape(n, length), sent
    ### END SOLUTION


EXERCISE = Exercise(
    solution=ring_all_reduce,
    points=3,
    cases={
        "3 workers with 6 numbers": normal((3, 6)),
        "4 workers with 12 numbers": normal((4, 12)),
        "7 workers with 7 numbers": normal((7, 7)),
    },
    edges={
        "numbers whose rounded sum depends on who begins": given(
            np.repeat([[1e17], [1.0], [-1e17]], 3, axis=1)
        ),
        "two workers": normal((2, 8)),
        "one worker, who is done already": normal((1, 5)),
    },
    hints=(
        "Keep the chunks as an array `(n, n, L // n)`: `chunks[i, c]` is chunk c of worker i. In "
        "round 0 worker i sends chunk i. Which one did it get in that round, and so sends next?",
        "In round `step` worker i sends chunk `(i - step) % n`; the formula holds for all "
        "2 · (n − 1) rounds. All send at the same time: take what moves first, then put it down.",
        "`moving = chunks[workers, number]` is a copy of what all send. It goes to "
        "`chunks[(workers + 1) % n, number]`: with `+=` in the first n − 1 rounds, with `=` in the "
        "others. Each round sends `L // n` numbers.",
    ),
    wrong=mistakes("""
        Chunk c of every worker holds worker c's own numbers alone: either the first half put what
        came in the place of the own chunk instead of adding it, or the second half began with chunk
        i again; it goes on with the chunk that came last.
            number] += moving -> number] = moving
        In the second half what comes is the sum already: it takes the place of the own chunk.
            number] = moving -> number] += moving
        You stopped after n − 1 rounds: each worker has one chunk of the sum; now these have to go
        round.
            range(2 * (n - 1)) -> range(n - 1)
        You went n rounds in each half; n − 1 are enough.
            range(2 * (n - 1)) -> range(2 * n)
            if step < n - 1 -> if step < n
        You sent the chunk of the next number instead of the one that came: worker i sends chunk (i
        − step) % n.
            (workers - step) % n -> (workers + step) % n
        Every worker sends the same chunk in each round: it should pass on what it got last.
            (workers - step) % n -> workers
        You counted whole arrays, or what all workers send together: in a round one worker sends one
        chunk.
            sent += length // n -> sent += length
        You counted n chunks in each half: there are n − 1 rounds in it.
            return chunks.reshape(n, length), sent -> return chunks.reshape(n, length), 2 * length
        You counted rounds, not numbers.
            sent += length // n -> sent += 1
        You took the mean: the sum is asked for.
            return chunks.reshape(n, length) -> return chunks.reshape(n, length) / n
        You added all arrays up at once, which nobody in the ring can do: it has only its own and
        what comes. Where sums are rounded, that is another sum.
            return chunks.reshape(n, length) -> return np.tile(values.sum(axis=0), (n, 1))
        You changed the workers' arrays themselves: work on a copy.
            .copy() ->
    """),
    whole=True,
)
