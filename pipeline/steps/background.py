"""A step that works in threads while the steps before it go on."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput
from apache_beam.transforms.window import GlobalWindows
from apache_beam.typehints.decorators import no_annotations
from apache_beam.utils.windowed_value import WindowedValue


class InBackground(beam.DoFn):
    """Applies a function to each element in other threads, and yields behind them.

    An engine hands a thread of its own one element after the other, through all steps
    that it joined. Where a step works outside Python's lock, as NumPy, zlib and
    TensorFlow do, it need not wait for it. What the function returns is passed on with
    a later element, or at the end of the bundle; so it is for the global window, of
    which all batch data is. `threads` elements more are in memory.
    """

    def __init__(
        self,
        function: Callable[..., Iterable[Any]],
        *args: Any,
        threads: int,
        grouped: bool = False,
    ) -> None:
        """Sets what to do.

        Args:
          function: takes the element, `args` and the step's side inputs, and returns
            what to yield.
          *args: behind the element.
          threads: elements that are worked on at once; 0: one after the other, in the
            engine's thread.
          grouped: whether elements are keys with what `GroupByKey` found of each.
        """
        self._function = function
        self._args = args
        self._threads = threads
        self._grouped = grouped

    def setup(self) -> None:
        """Starts the threads."""
        if self._threads:
            self._pool = ThreadPoolExecutor(
                self._threads, thread_name_prefix="background"
            )

    def start_bundle(self) -> None:
        """Begins with nothing under way."""
        self._under_way: deque[Future[list[Any]]] = deque()

    @no_annotations
    def process(self, element: Any, *side: Any) -> Iterator[Any]:
        """Starts with this element, and yields what is ready of earlier ones."""
        if not self._threads:
            yield from self._function(element, *self._args, *side)
            return
        if self._grouped:
            # The values of a large group come from the service while they are looped
            # over, and only in the thread that the engine has bound to the bundle.
            key, values = element
            element = key, list(values)
        is_full = len(self._under_way) == self._threads
        ready = self._under_way.popleft() if is_full else None
        self._under_way.append(self._pool.submit(self._apply, element, side))
        if ready is not None:
            yield from ready.result()

    @no_annotations
    def finish_bundle(self) -> Iterator[WindowedValue | TaggedOutput]:
        """Yields what is left."""
        while self._under_way:
            for value in self._under_way.popleft().result():
                yield _in_global_window(value)

    def teardown(self) -> None:
        """Ends the threads."""
        if self._threads:
            self._pool.shutdown(cancel_futures=True)

    def _apply(self, element: Any, side: tuple[Any, ...]) -> list[Any]:
        return list(self._function(element, *self._args, *side))


def _in_global_window(value: Any) -> WindowedValue | TaggedOutput:
    if isinstance(value, TaggedOutput):
        return TaggedOutput(value.tag, GlobalWindows.windowed_value(value.value))
    return GlobalWindows.windowed_value(value)
