import logging

from pipeline.quiet import shown_logs


def test_warnings_are_shown_without_the_tracebacks_in_their_text(capsys):
    with shown_logs():
        logging.getLogger("some.library").warning(
            "waiting for %d seconds\n Traceback for above exception (most recent call "
            "last):\n  File x",
            10,
        )
    assert capsys.readouterr().err == ("WARNING some.library: waiting for 10 seconds\n")
