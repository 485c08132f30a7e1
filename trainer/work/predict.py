"""The work of `python -m trainer predict`."""

import contextlib
import sys
from collections.abc import Iterable
from dataclasses import replace

from schemas.errors import UserError
from trainer.commands.predict import PredictOptions
from trainer.data.data_copy import local_data_set
from trainer.data.data_set import open_data_set
from trainer.serving.answer_text import heading, json_line, table
from trainer.serving.client import Client
from trainer.serving.examples import example_requests, example_split
from trainer.serving.request_files import read_request_file
from trainer.serving.requests import LINE_FORM, Request
from trainer.storage.copies import local_copy


def run(options: PredictOptions) -> None:
    """Prints the recommendations.

    Raises:
      UserError: the model, the data set or a file cannot be used.
    """
    with contextlib.ExitStack() as stand_ins:
        stand_ins.enter_context(local_copy(options.model))
        if options.data is not None:
            stand_ins.enter_context(local_data_set(options.data, example_split))
        _answer(options, _requests(options))


def _requests(options: PredictOptions) -> Iterable[Request]:
    if options.history is not None:
        return [Request(options.history, as_of=options.as_of)]
    if options.data is not None and options.examples is not None:
        return example_requests(open_data_set(options.data), options.examples)
    return (
        request if request.as_of else replace(request, as_of=options.as_of)
        for request in read_request_file(options.input or "")
    )


def _answer(options: PredictOptions, requests: Iterable[Request]) -> None:
    client = Client(options.model)
    answers = client.recommend(
        requests, options.top_k, options.keep_seen, options.rules
    )
    is_table = (options.format or _default_format()) == "table"
    number = 0
    for number, (request, recommendations) in enumerate(answers, start=1):
        if not is_table:
            print(json_line(request, recommendations, client.item_table))
            continue
        if options.history is None:
            gap = "\n" if number > 1 else ""
            print(f"{gap}{heading(request, number)}")
        print(table(recommendations, client.item_table))
    if not number:
        raise UserError(
            f"{options.input} holds no history; a line looks like {LINE_FORM}"
        )


def _default_format() -> str:
    return "table" if sys.stdout is not None and sys.stdout.isatty() else "jsonl"
