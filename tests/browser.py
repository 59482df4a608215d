"""Debian's Chromium, driven by its ChromeDriver: what a reader of a report sees and presses."""

import contextlib
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars")


class Browser:
    """One window. Pages are local files."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, path, fragment=""):
        self.driver.get("about:blank")  # else a new fragment loads nothing
        self.driver.get(f"{path.as_uri()}{'#' + fragment if fragment else ''}")

    def size(self, width, height=900, scheme="light"):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def js(self, script, *args):
        return self.driver.execute_script(script, *args)

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def one(self, css):
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def press(self, *keys):
        self.driver.switch_to.active_element.send_keys(*keys)

    def visible(self, kind):
        """Ids of the rows of a kind that are not filtered away."""
        return self.js("return [...document.querySelectorAll(`.row[data-kind='${arguments[0]}']`)]"
                       ".filter(row => row.offsetParent).map(row => row.id)", kind)

    def problems(self):
        """What the console complains of, since it was last asked."""
        return [entry for entry in self.driver.get_log("browser")
                if entry["level"] in ("WARNING", "SEVERE")]


@contextlib.contextmanager
def browser():
    with tempfile.TemporaryDirectory() as profile:
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        try:
            driver.set_page_load_timeout(120)
            yield Browser(driver)
        finally:
            driver.quit()


__all__ = ["browser", "Browser", "Keys"]
