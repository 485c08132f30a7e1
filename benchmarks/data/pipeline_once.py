"""One run of the pipeline, timed without its imports; a program of its own.

    python -m benchmarks.data.pipeline_once REVIEWS OUTPUT [FLAGS]

It prints a line of JSON with `seconds`, and `imports_seconds` beside it.
"""

import json
import sys
import time
from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """Runs the pipeline once."""
    path, output, *flags = argv
    start = time.perf_counter()
    from pipeline.__main__ import main as run_pipeline
    from pipeline.quiet import load_libraries

    load_libraries()
    import pipeline.program  # noqa: F401

    imported = time.perf_counter()
    status = run_pipeline(
        ["--input", path, "--output", output, "--overwrite", "--quiet", *flags]
    )
    ended = time.perf_counter()
    times = {"seconds": ended - imported, "imports_seconds": imported - start}
    print(json.dumps(times))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
