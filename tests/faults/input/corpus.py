"""All broken files, by their names."""

from tests.faults.input.cases import Case
from tests.faults.input.corpus_delimited import DELIMITED
from tests.faults.input.corpus_json import DOCUMENTS, LINES
from tests.faults.input.corpus_packed import PACKED
from tests.faults.input.corpus_parquet import PARQUET

CASES: list[Case] = [*LINES, *DOCUMENTS, *DELIMITED, *PACKED, *PARQUET]
ENDING = [case for case in CASES if case.sentence]
JUDGED = [case for case in CASES if not case.sentence]
