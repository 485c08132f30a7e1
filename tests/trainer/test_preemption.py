import os
import signal
import threading

import pytest

from trainer.preemption import sigterm_noticed


@pytest.fixture
def ends():
    """What SIGTERM does without us: it is counted."""
    seen = []
    before = signal.signal(signal.SIGTERM, lambda *_: seen.append("end"))
    yield seen
    signal.signal(signal.SIGTERM, before)


def _send():
    os.kill(os.getpid(), signal.SIGTERM)


def test_the_first_signal_is_a_notice_and_the_second_an_end(ends):
    with sigterm_noticed() as notice:
        assert not notice.is_given
        _send()
        assert notice.is_given
        assert ends == []
        _send()
        assert ends == ["end"]


def test_outside_the_block_nothing_has_changed(ends):
    with sigterm_noticed():
        pass
    _send()
    assert ends == ["end"]


def test_in_another_thread_nothing_is_noticed(ends):
    notices = []

    def work():
        with sigterm_noticed() as notice:
            notices.append(notice)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [notice.is_given for notice in notices] == [False]
