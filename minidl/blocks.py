"""Work on many blocks, in this process or in others, merged in the order of the blocks.

``executor`` is Python's own interface, ``concurrent.futures.Executor``. None is a plain loop in
this process, ``loky.get_reusable_executor()`` uses this machine's cores, and
``dask.distributed.Client(address).get_executor()`` a cluster. The results are the same to the last
bit: every block is worked on alone, and results come back in the order of the blocks, whoever was
done first. Independent tasks are blocks too; many style transfers, one a task:

    def paint(pair):
        return style.transfer(*pair, progress=False).image

    for number, picture in enumerate(in_order(paint, pairs, executor)):
        datasets.save_image(picture, f"{number}.png")
"""

import copy
import os
import platform
import reprlib
import secrets
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import closing, contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from minidl.nn.progress import progress_bar

__all__ = ["Executor", "Shared", "check_executor", "in_order"]

FIRST = 2  # blocks that are out before anybody has answered
AHEAD = 6  # and then for each worker that has: one in work, the others on their way there and back
KEPT = 2  # shared things that a worker keeps
WAKE = 0.5  # seconds; waiting without an end could not be interrupted on Windows


class Shared:
    """What every block needs, a network say; it travels to each worker once or a few times.

    A block brings only the name of it. A worker that has not got it yet says so, and the block is
    sent again with it: also to a worker that joins late, or comes in the place of a lost one, and
    now and then to one that has got it since, for the engine chooses who gets a block. Each
    thread of a worker has its own. It must not change while blocks are out.
    """

    def __init__(self, value: Any):
        self.value, self.name = value, secrets.token_hex(16)


def in_order(
    work: Callable,
    blocks: Iterable,
    executor: Executor | None = None,
    *,
    shared: Shared | None = None,
    progress: bool = False,
    total: int | None = None,
    unit: str = "block",
) -> Iterator:
    """Yield ``work(block)`` for every block, in the order of the blocks.

    At most ``AHEAD`` blocks for each worker that has answered are out or wait for an earlier one,
    ``FIRST`` before anybody has; the next is taken from ``blocks`` when there is room. So memory
    stays bounded, however long the stream. Interrupt, an error, or closing the iterator cancels
    what is out; what was yielded stays with the caller. Lost workers' blocks are Dask's to give to
    others; Python's own pool gives up, with a BrokenProcessPool.

    Args:
        work: what to do, a function that the executor can send.
        blocks: what to do it with, one after the other.
        executor: who does it; None: this process.
        shared: with it, ``work(block, shared.value)`` is called.
        progress, total, unit: of the bar: whether to show it, how many blocks (``len(blocks)``,
            where there is one), and the word for one.

    Raises:
        TypeError: for an executor that is none.
        Exception: what ``work`` raises, with a note that names the block, when its turn comes.
    """
    check_executor(executor)
    if total is None and hasattr(blocks, "__len__"):
        total = len(blocks)
    if executor is None:
        results = _here(work, blocks, shared)
    else:
        results = _Sender(work, executor, shared).run(blocks)
    return _shown(results, show=progress, total=total, unit=unit)


def check_executor(executor: Executor | None) -> None:
    """Refuse what is neither an executor nor None."""
    if executor is not None and not isinstance(executor, Executor):
        raise TypeError(
            "executor must be a concurrent.futures.Executor (Dask's client gives one: "
            f"client.get_executor()), got {type(executor).__name__}."
        )


def _shown(results: Iterator, *, show: bool, **bar: Any) -> Iterator:
    with closing(results):
        yield from progress_bar(show, results, **bar)


@contextmanager
def _naming(number: int, block: Any) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        error.add_note(f"This was block {number} (counted from 0): {reprlib.repr(block)}")
        raise


def _here(work: Callable, blocks: Iterable, shared: Shared | None) -> Iterator:
    for number, block in enumerate(blocks):
        with _naming(number, block):
            result = work(block) if shared is None else work(block, shared.value)
        yield result


# -- from the caller to the workers --------------------------------------------------------------


class _Sent(NamedTuple):
    """A block that is out: what will come back, and what it was."""

    future: Future
    block: Any


class _Sender:
    """Sends blocks out and takes their answers in."""

    def __init__(self, work: Callable, executor: Executor, shared: Shared | None):
        self.work, self.executor, self.shared = work, executor, shared
        self.out: dict[int, _Sent] = {}
        self.ready: dict[int, _Sent] = {}  # answered, and waiting for an earlier one
        self.answered: SimpleQueue[int] = SimpleQueue()
        self.workers: set[tuple] = set()

    def run(self, blocks: Iterable) -> Iterator:
        """Yield the results, in the order of the blocks."""
        numbered, turn = enumerate(blocks), 0
        try:
            while True:
                self._fill(numbered)
                if turn in self.ready:
                    sent = self.ready.pop(turn)
                    with _naming(turn, sent.block):
                        answer = sent.future.result()
                    yield answer.result
                    turn += 1
                elif self.out:
                    self._take_one()
                else:
                    return
        finally:
            for sent in self.out.values():
                sent.future.cancel()

    def _fill(self, numbered: Iterator[tuple[int, Any]]) -> None:
        room = (AHEAD * len(self.workers) or FIRST) - len(self.out) - len(self.ready)
        for _ in range(room):
            number, block = next(numbered, (None, None))
            if number is None:
                return
            # while nobody has answered, nobody has what is shared
            self._send(number, block, bring=not self.workers)

    def _send(self, number: int, block: Any, *, bring: bool) -> None:
        call = _Call(self.work, block, self.shared, bring)
        with _naming(number, block), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph")  # Dask's, of what is shared
            future = self.executor.submit(_answer, call)
        self.out[number] = _Sent(future, block)
        future.add_done_callback(lambda _: self.answered.put(number))

    def _take_one(self) -> None:
        """Wait for the next answer; who lacks what is shared gets it."""
        number = None
        while number is None:
            with suppress(Empty):
                number = self.answered.get(timeout=WAKE)
        sent = self.out.pop(number)
        if not sent.future.cancelled() and sent.future.exception() is None:
            answer = sent.future.result()
            self.workers.add(answer.worker)
            if answer.lacks:
                self._send(number, sent.block, bring=True)
                return
        self.ready[number] = sent


# -- at the worker -------------------------------------------------------------------------------

_kept = threading.local()


class _Call:
    """One block on its way; an object that engines do not look into."""

    def __init__(self, work: Callable, block: Any, shared: Shared | None, bring: bool):
        self.work, self.block, self.caller = work, block, _process()
        self.name = shared and shared.name
        self.values = [shared.value] if shared and bring else []

    def __dask_tokenize__(self) -> str:
        """A name of its own; Dask would read all of it to find one, and do equal blocks once."""
        return secrets.token_hex(16)


class _Answer(NamedTuple):
    """The result; or, instead, that the worker lacks what is shared."""

    worker: tuple
    lacks: bool
    result: Any


def _process() -> tuple[str, int]:
    return platform.node(), os.getpid()


def _answer(call: _Call) -> _Answer:
    worker = (*_process(), threading.get_ident())
    if call.name is None:
        return _Answer(worker, False, call.work(call.block))
    kept = _kept.__dict__
    for value in call.values:
        # threads of the caller's own process get the very object, and must not meet in it
        kept.setdefault(call.name, copy.deepcopy(value) if call.caller == _process() else value)
    if call.name not in kept:
        return _Answer(worker, True, None)
    kept[call.name] = value = kept.pop(call.name)  # the last used goes last
    for name in list(kept)[:-KEPT]:
        del kept[name]
    return _Answer(worker, False, call.work(call.block, value))
