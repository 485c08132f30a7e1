"""One warning of TensorFlow is kept back, and only inside."""

import logging

from trainer.training.retracing import without_retracing_warnings

RETRACING = "5 out of the last 17 calls to %s triggered tf.function retracing."


def test_keeps_back_nothing_else(caplog):
    logger = logging.getLogger("tensorflow")
    with caplog.at_level(logging.WARNING, "tensorflow"):
        with without_retracing_warnings():
            logger.warning(RETRACING, "measure")
            logger.warning("memory is short")
        logger.warning(RETRACING, "step")
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["memory is short", RETRACING % "step"]
