"""Ranking metrics over the whole catalogue, one to a file."""

from trainer.metrics.hit_rate import hit_rate
from trainer.metrics.mrr import mrr
from trainer.metrics.ndcg import ndcg
from trainer.metrics.rank import rank_of_target

__all__ = ["hit_rate", "mrr", "ndcg", "rank_of_target"]
