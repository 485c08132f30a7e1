"""The walkthrough as a page of the site."""

import importlib.util

import pytest

from tests.support.programs import ROOT
from tests.support.walkthrough import NOTEBOOK, PLOTLY, code_cells, read


@pytest.fixture(scope="module")
def page():
    path = ROOT / "docs" / "hooks" / "notebook_page.py"
    spec = importlib.util.spec_from_file_location("notebook_page", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.notebook_page(NOTEBOOK)


def test_page_holds_all_text_and_code_in_order(page):
    start = 0
    for cell in read().cells:
        place = page.find(cell.source, start)
        assert place >= start, cell.source
        start = place + len(cell.source)


def test_page_holds_what_the_cells_show(page):
    outputs = [output for cell in code_cells(read()) for output in cell.outputs]
    charts = sum(PLOTLY in output.get("data", {}) for output in outputs)
    tables = sum("text/html" in output.get("data", {}) for output in outputs)
    assert page.count("data:image/png;base64,") == charts > 0
    assert page.count("<table>") == page.count("</table>") == tables > 0
    for output in outputs:
        if output.output_type == "stream":
            assert f"```text\n{output.text.rstrip()}\n```" in page


def test_page_has_no_script_and_no_style_of_its_own(page):
    assert "<script" not in page
    assert "<style" not in page
    assert 'class="dataframe"' not in page
