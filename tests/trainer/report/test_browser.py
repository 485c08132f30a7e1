"""`report.html` in a real browser: on a screen, on a phone, in the dark, on paper."""

import base64
import json
import shutil

import pytest

from trainer.run_files import REPORT

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="there is no Chromium here"),
]

SECTIONS = ("data", "training", "quality", "examples", "repeat")
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # which root cannot have
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability(
        "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
    )
    service = webdriver.ChromeService(executable_path=DRIVER)
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser, reported_run):
    """Opens the report on a screen of a size, in the light or in the dark."""

    def open_page(width=1200, height=900, scheme="light"):
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
        )
        browser.get((reported_run / REPORT).as_uri())
        return browser

    return open_page


def colour(browser, script):
    """Returns red, green and blue of a CSS colour that a script returns."""
    text = browser.execute_script(f"return {script}")
    return [float(part) for part in text[text.index("(") + 1 : -1].split(",")[:3]]


def test_every_section_and_chart_is_drawn_and_nothing_is_logged(opened, tmp_path):
    page = opened()
    for name in SECTIONS:
        assert page.find_element("id", name).is_displayed()
    charts = page.find_elements("css selector", "figure > div")
    assert len(charts) > 8
    for chart in page.find_elements("css selector", ".js-plotly-plot"):
        drawn = chart.find_element("css selector", "svg.main-svg")
        assert drawn.size["width"] > 300
        assert drawn.size["height"] > 100
        shapes = ".barlayer path, .scatterlayer path"
        assert chart.find_elements("css selector", shapes)
    assert page.get_log("browser") == []
    size = page.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
    picture = page.execute_cdp_cmd(
        "Page.captureScreenshot",
        {"captureBeyondViewport": True, "clip": {**size, "scale": 1}},
    )
    data = base64.b64decode(picture["data"])
    assert data.startswith(b"\x89PNG")
    # A blank page of this size takes a tenth of that.
    assert len(data) > 100_000


def test_nothing_but_the_file_is_asked_for(opened):
    page = opened()
    entries = [json.loads(entry["message"]) for entry in page.get_log("performance")]
    urls = {
        entry["message"]["params"]["request"]["url"]
        for entry in entries
        if entry["message"]["method"] == "Network.requestWillBeSent"
    }
    # The browser's own page for a new tab begins each session.
    urls = {url for url in urls if not url.startswith("chrome://")}
    assert page.current_url in urls
    assert all(url.startswith(("file://", "data:")) for url in urls)


def test_a_phone_shows_all_of_it_without_scrolling_sideways(opened):
    page = opened(width=390, height=800)
    assert page.execute_script("return document.documentElement.scrollWidth") <= 390
    widths = [
        chart.size["width"]
        for chart in page.find_elements("css selector", ".js-plotly-plot")
    ]
    assert all(300 < width <= 390 for width in widths)
    text = "getComputedStyle(document.body).fontSize"
    assert page.execute_script(f"return {text}") == "16px"


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_text_and_charts_can_be_read_in_the_light_and_in_the_dark(
    opened, scheme, is_dark
):
    page = opened(scheme=scheme)
    style = "getComputedStyle(document.{}).{}"
    paper = sum(colour(page, style.format("body", "backgroundColor")))
    ink = sum(colour(page, style.format("body", "color")))
    label = "querySelector('.js-plotly-plot .xtick text')"
    of_chart = sum(colour(page, style.format(label, "fill")))
    assert (paper < ink) == is_dark
    assert abs(paper - ink) > 500
    assert abs(paper - of_chart) > 500


def test_it_is_printed_on_white_with_all_charts(opened):
    page = opened(scheme="dark")
    printed = page.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    data = base64.b64decode(printed["data"])
    assert data.startswith(b"%PDF")
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    style = "getComputedStyle(document.body).backgroundColor"
    assert colour(page, style) == [255, 255, 255]
    assert not page.find_element("tag name", "nav").is_displayed()
