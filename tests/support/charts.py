"""Charts of plotly as images, drawn by a headless Chromium."""

import shutil
from typing import Any

from plotly.offline import get_plotlyjs
from selenium import webdriver

_DRAW = """
const [figure, done] = arguments;
Plotly.toImage(figure, {format: "png", width: 720, height: figure.layout.height})
  .then(url => done(url.split(",")[1]));
"""


class Charts:
    """A browser that draws charts, open inside a `with` block."""

    def __enter__(self) -> "Charts":
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
            options.add_argument(argument)
        # Where there is a driver Selenium need not look for one on the web.
        service = webdriver.ChromeService(shutil.which("chromedriver"))
        self._browser = webdriver.Chrome(options, service)
        self._browser.execute_script(get_plotlyjs())
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.quit()

    def png(self, figure: dict[str, Any]) -> str:
        """Returns the image of a figure with a height, in base64."""
        image: str = self._browser.execute_async_script(_DRAW, figure)
        return image
