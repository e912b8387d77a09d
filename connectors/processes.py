"""Reads files in processes beside this one, which is free meanwhile."""

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


@contextmanager
def begun_in_processes(
    work: Callable[[Task], Result], tasks: Sequence[Task], processes: int
) -> Iterator[Iterator[Result]]:
    """Begin each task in one of so many processes; the results come in the order of the tasks.

    A program of one thread is forked, where that is sound, because starting anew loads everything
    twice over.
    """
    forks = sys.platform == "linux" and threading.active_count() == 1
    pool = ProcessPoolExecutor(processes, mp_context=get_context("fork" if forks else "spawn"))
    try:
        yield pool.map(work, tasks)
    finally:
        pool.shutdown(cancel_futures=True)
