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


def test_what_is_no_news_is_not_shown_and_what_stands_beside_it_is(capsys):
    with shown_logs():
        logging.warning(
            "Resource module is not available for current platform, memory usage "
            "cannot be fetched."
        )
        logging.getLogger("some.library").warning("a resource is not available")
        logging.getLogger("some.library").error("an error")
    assert capsys.readouterr().err == (
        "WARNING some.library: a resource is not available\n"
        "ERROR some.library: an error\n"
    )
