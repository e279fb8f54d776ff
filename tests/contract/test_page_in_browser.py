"""The page in a real browser, without a network: what a reader does with it, and what it does by itself."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import msgspec
import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

import asked
from builders import HEADER, contest, lane, pair, records, trials
from gilscope.figures.run import of_run, together
from gilscope.page import html
from gilscope.page.shared import library
from gilscope.render import throughput
from gilscope.render.report import report
from gilscope.values.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver.remote.webelement import WebElement

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None, reason="needs chromium and its driver (Debian: chromium, chromium-driver)"
)
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,1000",
)
NAME = "<script>alert(1)</script>"
HOSTILE = '</script><script>alert(2)</script><img src="https://example.org/x.png" onerror="alert(3)">'
TWIN, FREE, THREADS = lane("3.14"), lane("3.14t"), lane("3.14t", "threads", 2)
WAIT_S = 60


def made_up(cache: Path) -> str:
    """A page about a probe with markup for a name, and a finding that holds more of it."""
    lanes = [TWIN, lane("3.14", control=True), FREE, THREADS, lane("3.14", "processes", 2)]
    of = contest(*lanes, builds=pair(("the compiler (<b>GCC</b>)",)))
    of = msgspec.structs.replace(of, probe=msgspec.structs.replace(of.probe, id=NAME, question=HOSTILE))
    walls = [1e6, 1e6, 1.08e6, 1.12e6, 1.05e6]
    finding = Finding(contest=of.id, lane="3.14:processes-2", launch=0, phase="end", kind="varies", reason=HOSTILE)
    measured = trials(dict(zip(lanes, walls, strict=True)))
    told = of_run(records(of, measured, [finding])).contests
    return html.page(report(together(HEADER, told)), measured, library(cache))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A headless browser that notes its console and its requests."""
    options = ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for switch in (*SWITCHES, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options, ChromeService(str(DRIVER)))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page on disk."""
    folder = tmp_path_factory.mktemp("page")
    path = folder / "page.html"
    path.write_text(made_up(folder), encoding="utf-8")
    return path


@pytest.fixture
def page(browser: Chrome, file: Path) -> Chrome:
    """The page, opened anew and drawn."""
    browser.get(file.as_uri())
    WebDriverWait(browser, WAIT_S).until(lambda driver: driver.find_elements(By.CSS_SELECTOR, "html[data-ready]"))
    return browser


def cells(page: Chrome) -> list[WebElement]:
    """The heat map's buttons."""
    return page.find_elements(By.CSS_SELECTOR, "#heat td button")


def test_it_opens_without_an_error_or_a_request(page: Chrome) -> None:
    """A console message would be a script's error, or the policy that stopped a request."""
    messages = page.get_log("browser")  # type: ignore[no-untyped-call]  # selenium lacks the annotation
    entries = page.get_log("performance")  # type: ignore[no-untyped-call]  # the same
    events = [json.loads(entry["message"])["message"] for entry in entries]
    requested = [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent" and event["params"]["documentURL"] == page.current_url
    ]

    assert messages == []
    assert page.current_url in requested
    assert [url for url in requested if url != page.current_url and not url.startswith("data:")] == []
    assert len(page.find_elements(By.CSS_SELECTOR, "#penalties svg, #curves svg")) == 2


def test_markup_of_probes_is_shown_as_text(page: Chrome) -> None:
    """Names, questions and reasons stand there as they were written, and make no element."""
    text = page.execute_script("return document.body.textContent")

    assert NAME in page.find_element(By.CSS_SELECTOR, "#heat tbody th").text
    assert page.find_element(By.CSS_SELECTOR, "#findings td:last-child").text == HOSTILE
    assert "(<b>GCC</b>)" in text
    assert page.find_elements(By.CSS_SELECTOR, "img, main b, main script") == []


def test_a_cell_opens_the_rounds_behind_the_terminals_number(page: Chrome) -> None:
    """With the keyboard alone; the figures are the very strings of the terminal's table."""
    lanes = [TWIN, lane("3.14", control=True), FREE, THREADS, lane("3.14", "processes", 2)]
    measured = trials(dict(zip(lanes, [1e6, 1e6, 1.08e6, 1.12e6, 1.05e6], strict=True)))
    (told,) = of_run(records(contest(*lanes, builds=pair()), measured)).contests
    row = next(row for row in throughput.sheet(told).rows if row[0] == THREADS.name)
    cell = next(cell for cell in cells(page) if THREADS.name in str(cell.get_attribute("aria-label")))

    assert cell.text == row[2]
    cell.send_keys(Keys.ENTER)
    shown = [item.text for item in page.find_elements(By.CSS_SELECTOR, "dialog[open] dd")]

    assert shown == list(row[1:-1])
    assert len(page.find_elements(By.CSS_SELECTOR, "dialog[open] tbody tr")) == 7
    assert "1.1200 ms" in page.find_element(By.CSS_SELECTOR, "dialog[open] .trials").text
    page.find_element(By.CSS_SELECTOR, "dialog[open] button").send_keys(Keys.ESCAPE)
    assert page.find_elements(By.CSS_SELECTOR, "dialog[open]") == []


def test_looks_at_something_offer_no_rounds(browser: Chrome, tmp_path: Path) -> None:
    """The table holds what was seen; no lane in it opens trials, and nothing says that one does."""
    of = contest(TWIN, FREE, builds=pair())
    looking = msgspec.structs.replace(of.probe, observes={"lost": "updates"}, ways=("threads",))
    seen = [
        msgspec.structs.replace(trial, observed={"lost": 7.0}) for trial in trials(dict.fromkeys((TWIN, FREE), 1e6))
    ]
    run = of_run(records(msgspec.structs.replace(of, probe=looking), seen))
    path = tmp_path / "looks.html"
    path.write_text(html.page(report(run), seen, library(tmp_path)), encoding="utf-8")
    browser.get(path.as_uri())
    WebDriverWait(browser, WAIT_S).until(lambda driver: driver.find_elements(By.CSS_SELECTOR, "html[data-ready]"))

    browser.find_element(By.CSS_SELECTOR, "#figures summary").click()
    WebDriverWait(browser, WAIT_S).until(lambda driver: driver.find_elements(By.CSS_SELECTOR, "#figures td"))

    assert [cell.text for cell in browser.find_elements(By.CSS_SELECTOR, "#figures td")] == ["7 ±0", "7 ±0"]
    assert browser.find_elements(By.CSS_SELECTOR, "#figures button") == []
    assert not browser.find_element(By.CSS_SELECTOR, "#figures .quiet").is_displayed()


def test_an_answer_is_drawn_on_top(browser: Chrome, tmp_path: Path) -> None:
    """Every intervention has a labelled point, a hostile path is text, and a reader may choose nothing else away."""
    run = asked.run(f"the values of {NAME}")
    path = tmp_path / "why.html"
    path.write_text(html.page(report(of_run(run)), run.trials, library(tmp_path)), encoding="utf-8")
    browser.get_log("browser")  # type: ignore[no-untyped-call]  # selenium lacks the annotation
    browser.get(path.as_uri())
    WebDriverWait(browser, WAIT_S).until(lambda driver: driver.find_elements(By.CSS_SELECTOR, "html[data-ready]"))
    first = browser.find_element(By.CSS_SELECTOR, "main section")
    labels = [text.text for text in first.find_elements(By.CSS_SELECTOR, ".chart svg text")]

    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]  # selenium lacks the annotation
    assert first.get_attribute("id") == "why"
    assert NAME in first.find_element(By.CSS_SELECTOR, "td").text
    assert {"as it stands", "everything apart", "processes-2"} <= set(labels)
    browser.find_element(By.CSS_SELECTOR, "fieldset:nth-of-type(2) legend button").send_keys(Keys.ENTER)
    assert first.is_displayed()


def test_what_was_asked_nothing_has_no_answer(page: Chrome) -> None:
    """Both parts are hidden."""
    assert not any(page.find_element(By.ID, name).is_displayed() for name in ("why", "evidence"))


def test_filters_leave_what_was_chosen(page: Chrome) -> None:
    """A model that is switched off leaves the heat map; without any arm, nothing is left and the page says so."""
    before = len(cells(page))
    page.find_element(By.CSS_SELECTOR, "input[name=models][value=threads]").send_keys(Keys.SPACE)
    after = [cell.get_attribute("aria-label") for cell in cells(page)]
    page.find_element(By.CSS_SELECTOR, "fieldset:nth-of-type(2) legend button").send_keys(Keys.ENTER)

    assert len(after) == before - 1
    assert not any("threads" in str(label) for label in after)
    assert cells(page) == []
    assert page.find_element(By.ID, "nothing").is_displayed()


def test_the_theme_can_be_switched(page: Chrome) -> None:
    """Paper and ink change places, whatever the system prefers."""
    colours = {}
    for theme in ("light", "dark"):
        page.find_element(By.CSS_SELECTOR, f"#theme option[value={theme}]").click()
        colours[theme] = page.execute_script(
            "const style = getComputedStyle(document.body); return [style.backgroundColor, style.color]"
        )

    assert colours["light"] != colours["dark"]


@pytest.mark.parametrize("width", [400, 1400])
def test_nothing_is_wider_than_the_window(page: Chrome, width: int) -> None:
    """Wide tables and charts scroll in their own frames."""
    page.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    widest = page.execute_script("return document.documentElement.scrollWidth")

    assert widest <= width
