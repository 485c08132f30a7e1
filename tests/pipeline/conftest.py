import pytest

from pipeline.__main__ import main


@pytest.fixture
def run(tmp_path, capfd):
    """Runs the program on reviews; returns its status and its stderr, line by line."""

    def call(reviews, *flags):
        output = tmp_path / "data"
        capfd.readouterr()
        status = main([f"--input={reviews}", f"--output={output}", *flags])
        shown = capfd.readouterr()
        assert shown.out == ""
        assert "Traceback" not in shown.err
        return status, shown.err.splitlines()

    return call
