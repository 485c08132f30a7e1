"""Beam's options, quick to ask."""

from typing import Any, TypeVar

from apache_beam.options.pipeline_options import PipelineOptions

OptionsT = TypeVar("OptionsT", bound=PipelineOptions)


class QuickOptions(PipelineOptions):
    """Options that make each view of them once.

    Beam asks for a view wherever it needs an option, some two thousand times to build
    and start one pipeline, and builds an argument parser and parses all flags for each:
    0.7 s. All views of one object share their values, so that one a class is enough.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Takes what `PipelineOptions` takes."""
        # Set past Beam's own `__setattr__`, which takes the names of options alone.
        object.__setattr__(self, "_views", {})
        super().__init__(*args, **kwargs)

    def view_as(self, cls: type[OptionsT]) -> OptionsT:
        """Returns the view; see `PipelineOptions`."""
        if cls not in self._views:
            self._views[cls] = super().view_as(cls)
        view: OptionsT = self._views[cls]
        return view
