"""The pages on what other code may import; their text is that of the docstrings."""

_PACKAGES = {
    "schemas": (
        "What both programs and their users share: names, ids and shapes. They "
        "import the standard library alone.",
        (
            "features",
            "settings",
            "layout",
            "manifest",
            "exported_model",
            "digests",
            "inspection.data_set_view",
            "errors",
        ),
    ),
    "pipeline": (
        "From rows to records. The algorithms are plain functions over NumPy and "
        "Arrow, which `pipeline.graph` wires with Beam.",
        (
            "options",
            "parse.review_schema",
            "parse.events",
            "windowing.histories",
            "windowing.windows",
            "windowing.split",
            "windowing.seen",
            "preprocessing",
            "graph",
            "sample.reviews",
            "sample.settings",
            "recommend.options",
            "recommend.graph",
        ),
    ),
    "trainer": (
        "From records to a model. `trainer.training.train.train` is what `python -m "
        "trainer train` calls.",
        (
            "options",
            "training.train",
            "data.data_set",
            "data.item_table",
            "data.records",
            "frames",
            "runs",
            "config_files",
            "models.base",
            "models.recurrent",
            "models.transformer",
            "models.config",
            "losses.next_item_cross_entropy",
            "metrics.hit_rate",
            "metrics.ndcg",
            "metrics.mrr",
            "metrics.coverage",
            "metrics.novelty",
            "metrics.popularity",
            "baselines.popularity",
            "baselines.recent_popularity",
            "baselines.markov",
            "baselines.item_knn",
            "evaluation.evaluation",
            "evaluation.protocol",
            "serving.module",
            "serving.client",
            "serving.requests",
            "serving.export",
            "report.write",
            "tfx.module",
        ),
    ),
}


def api_pages() -> dict[str, str]:
    """Returns the text of each page by its name."""
    return {
        f"api/{package}.md": "\n\n".join(
            [
                f"# API: {package}",
                text,
                *(f"::: {package}.{module}" for module in modules),
            ]
        )
        + "\n"
        for package, (text, modules) in _PACKAGES.items()
    }
