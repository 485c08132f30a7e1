import os
import signal
import threading

import pytest

from schemas.cli.stop_signals import Stopped, received
from trainer.training.preemption import sigterm_noticed


def _send():
    os.kill(os.getpid(), signal.SIGTERM)


def test_the_first_signal_is_a_notice_and_the_second_an_end():
    before = signal.getsignal(signal.SIGTERM)
    with sigterm_noticed() as notice:
        assert not notice.is_given
        _send()
        assert notice.is_given
        with pytest.raises(Stopped):
            _send()
        assert received() == signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) == before


def test_in_another_thread_nothing_is_noticed():
    notices = []

    def work():
        with sigterm_noticed() as notice:
            notices.append(notice)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [notice.is_given for notice in notices] == [False]
