"""Figures of a ranking, and of what is recommended, one a file."""

from trainer.metrics.coverage import coverage
from trainer.metrics.hit_rate import hit_rate, hits
from trainer.metrics.mrr import reciprocal_ranks
from trainer.metrics.ndcg import discounted_gains, ndcg
from trainer.metrics.novelty import list_novelty
from trainer.metrics.popularity import list_popularity
from trainer.metrics.rank import rank_of_target

__all__ = [
    "coverage",
    "discounted_gains",
    "hit_rate",
    "hits",
    "list_novelty",
    "list_popularity",
    "ndcg",
    "rank_of_target",
    "reciprocal_ranks",
]
