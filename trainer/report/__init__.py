"""`report.html`: a run in one file, for whoever has to judge or repeat it."""

from trainer.report.write import write_report

__all__ = ["write_report"]
