"""Elements that are made in other threads while the last ones are used."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")


def prefetched(items: Iterable[T]) -> Iterator[T]:
    """Yields `items`, of which the next is made in another thread meanwhile.

    One element more than with `items` itself is in memory. Worth it where making one
    and using one each take a millisecond or more outside Python's lock.
    """
    iterator = iter(items)
    end = object()
    with ThreadPoolExecutor(1, thread_name_prefix="prefetch") as pool:
        following = pool.submit(next, iterator, end)
        while (item := following.result()) is not end:
            following = pool.submit(next, iterator, end)
            yield item  # type: ignore[misc]


def mapped_ahead(
    function: Callable[[S], T], items: Iterable[S], threads: int
) -> Iterator[T]:
    """Yields `function` of each of `items`, in their order, some of them at once.

    Args:
      function: what to do in other threads.
      items: what to do it to; they are made in the thread that asks for the results.
      threads: elements that are worked on at once, and wait to be used; 0: none, each
        is made when it is asked for.
    """
    if not threads:
        yield from map(function, items)
        return
    under_way: deque[Future[T]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="ahead") as pool:
        try:
            for item in items:
                if len(under_way) == threads:
                    yield under_way.popleft().result()
                under_way.append(pool.submit(function, item))
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()
