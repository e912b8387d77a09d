"""The pool that flows run in, so that the event loop only ever parses, waits and answers."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """A sized pool of threads for plain synchronous flows."""

    def __init__(self, size: int) -> None:
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="flow")

    async def run(self, flow: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one flow in a thread of the pool, with the caller's context, and wait for its result."""
        call = partial(contextvars.copy_context().run, flow, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def close(self) -> None:
        """Wait for the flows under way and end the threads."""
        self._pool.shutdown(wait=True, cancel_futures=False)
