"""docs/tfx.md names what is there."""

import ast
import dataclasses
import importlib
import re
from types import SimpleNamespace

import pytest

from tests.support.programs import ROOT
from trainer.tfx.module import _options

TEXT = (ROOT / "docs" / "tfx.md").read_text()
SNIPPETS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
CALLS = [
    node
    for snippet in SNIPPETS
    for node in ast.walk(ast.parse(snippet))
    if isinstance(node, ast.Call)
]


def keywords(component: str) -> list[dict[str, ast.expr]]:
    """The keyword arguments of each use of a component."""
    return [
        {str(of.arg): of.value for of in call.keywords}
        for call in CALLS
        if isinstance(call.func, ast.Attribute) and call.func.attr == component
    ]


@pytest.mark.parametrize(
    ("component", "function"),
    [("Trainer", "run_fn"), ("Transform", "preprocessing_fn")],
)
def test_dotted_paths_lead_to_functions(component, function):
    uses = keywords(component)
    assert uses
    for use in uses:
        module, _, name = ast.literal_eval(use[function]).rpartition(".")
        assert name == function
        assert callable(getattr(importlib.import_module(module), name))


def test_trainers_custom_config_is_taken():
    for use in keywords("Trainer"):
        config = ast.literal_eval(use["custom_config"])
        fn_args = SimpleNamespace(custom_config=config, model_run_dir="run")
        options, of_data = _options(fn_args, "graph")
        given = {**dataclasses.asdict(options), **of_data}
        for name in set(config) - {"config"}:
            assert given[name] == config[name]


def test_transforms_custom_config_is_taken():
    from pipeline.preprocessing import preprocessing_fn

    (use,) = keywords("Transform")
    # The settings are checked before the windows are looked at.
    with pytest.raises(KeyError, match="items"):
        preprocessing_fn({}, ast.literal_eval(use["custom_config"]))
