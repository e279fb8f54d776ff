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
from gilscope.page.content import content
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
    return html.page(content(report(together(HEADER, told)), measured), library(cache))


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


def test_an_old_browser_has_the_tables(browser: Chrome, file: Path) -> None:
    """Without what unpacks Vega, each chart's place says so."""
    script = {"source": "delete window.DecompressionStream"}
    added = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)
    browser.get(file.as_uri())
    WebDriverWait(browser, WAIT_S).until(lambda driver: driver.find_elements(By.CSS_SELECTOR, "html[data-ready]"))
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)

    told = browser.find_element(By.CSS_SELECTOR, "#lanes .charts .note").text
    assert told == "This browser is too old for charts; their tables have every figure."
    assert browser.find_elements(By.CSS_SELECTOR, "#heat table tr")


def choices(page: Chrome) -> None:
    """Open the choice of what is shown."""
    page.find_element(By.CSS_SELECTOR, "#choice > summary").send_keys(Keys.ENTER)


def open_at(browser: Chrome, file: Path, view: str) -> None:
    """Open the page anew at an address that holds a view."""
    browser.get("about:blank")
    browser.get(f"{file.as_uri()}#{view}")
    WebDriverWait(browser, WAIT_S).until(lambda driver: driver.find_elements(By.CSS_SELECTOR, "html[data-ready]"))


def resize(page: Chrome, width: int) -> None:
    """Make the window that wide, and 900 pixels high."""
    page.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )


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
    assert len(page.find_elements(By.CSS_SELECTOR, "#penalties svg, #lanes svg")) == 2


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
    path.write_text(html.page(content(report(run), seen), library(tmp_path)), encoding="utf-8")
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
    path.write_text(html.page(content(report(of_run(run)), run.trials), library(tmp_path)), encoding="utf-8")
    browser.get_log("browser")  # type: ignore[no-untyped-call]  # selenium lacks the annotation
    browser.get(path.as_uri())
    WebDriverWait(browser, WAIT_S).until(lambda driver: driver.find_elements(By.CSS_SELECTOR, "html[data-ready]"))
    first = browser.find_element(By.CSS_SELECTOR, "main section")
    labels = [text.text for text in first.find_elements(By.CSS_SELECTOR, ".charts svg text")]

    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]  # selenium lacks the annotation
    assert first.get_attribute("id") == "why"
    assert NAME in first.find_element(By.CSS_SELECTOR, "td").text
    assert {"as it stands", "everything apart", "processes-2"} <= set(labels)
    choices(browser)
    browser.find_element(By.CSS_SELECTOR, "#choice-models legend button").send_keys(Keys.ENTER)
    assert first.is_displayed()


def test_what_was_asked_nothing_has_no_answer(page: Chrome) -> None:
    """Both parts are hidden."""
    assert not any(page.find_element(By.ID, name).is_displayed() for name in ("why", "evidence"))


def test_filters_leave_what_was_chosen(page: Chrome) -> None:
    """A model that is switched off leaves the heat map; without any arm, nothing is left and the page says so."""
    before = len(cells(page))
    choices(page)
    page.find_element(By.CSS_SELECTOR, "input[name=models][value=threads]").send_keys(Keys.SPACE)
    after = [cell.get_attribute("aria-label") for cell in cells(page)]
    page.find_element(By.CSS_SELECTOR, "#choice-arms legend button").send_keys(Keys.ENTER)

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
    resize(page, width)
    widest = page.execute_script("return document.documentElement.scrollWidth")

    assert widest <= width


@pytest.mark.parametrize("width", [400, 900, 1400])
def test_the_answer_is_on_the_first_screen(page: Chrome, width: int) -> None:
    """The name of what was measured and the verdict's sentences end within the first 600 pixels."""
    resize(page, width)
    bottom = page.execute_script("return document.getElementById('answer').getBoundingClientRect().bottom + scrollY")

    assert page.find_element(By.TAG_NAME, "h1").text == NAME
    assert page.find_element(By.ID, "answer").text
    assert bottom <= 600


class TestAddress:
    """A view can be linked."""

    def test_what_was_chosen_is_in_it(self, page: Chrome) -> None:
        """The theme and what is left out; the links of the contents keep both."""
        choices(page)
        page.find_element(By.CSS_SELECTOR, "input[name=models][value=threads]").send_keys(Keys.SPACE)
        page.find_element(By.CSS_SELECTOR, "#theme option[value=dark]").click()
        link = page.find_element(By.CSS_SELECTOR, "#contents a[data-anchor=heat]")

        assert page.current_url.endswith("#theme=dark&no-models=threads")
        assert str(link.get_attribute("href")).endswith("#heat&theme=dark&no-models=threads")

    def test_it_brings_the_view_back(self, browser: Chrome, file: Path) -> None:
        """The theme, the choice, and the section."""
        open_at(browser, file, "heat&theme=dark&no-models=threads")

        assert browser.execute_script("return document.documentElement.dataset.theme") == "dark"
        assert not any("threads" in str(cell.get_attribute("aria-label")) for cell in cells(browser))
        assert browser.execute_script("return document.activeElement.id") == "heat"

    def test_the_dialog_is_in_it_until_it_is_closed(self, browser: Chrome, page: Chrome, file: Path) -> None:
        """A link to the rounds of a lane opens them."""
        cell = next(cell for cell in cells(page) if THREADS.name in str(cell.get_attribute("aria-label")))
        cell.send_keys(Keys.ENTER)
        view = page.current_url.partition("#")[2]
        page.find_element(By.CSS_SELECTOR, "dialog[open] button").send_keys(Keys.ESCAPE)
        WebDriverWait(page, WAIT_S).until(lambda driver: "lane=" not in driver.current_url)
        open_at(browser, file, view)

        assert THREADS.name in browser.find_element(By.CSS_SELECTOR, "dialog[open] h2").text

    def test_what_it_says_of_nothing_here_is_passed_over(self, browser: Chrome, file: Path) -> None:
        """A link to another run's view shows this run."""
        open_at(browser, file, "nowhere&theme=<b>&arms=none&lane=3.9:serial&contest=x")

        assert browser.find_elements(By.CSS_SELECTOR, "dialog[open], main b") == []
        assert browser.find_element(By.ID, "nothing").is_displayed()


UNNAMED_PICTURES = """
return [...document.querySelectorAll("[role=img]")].filter((each) => !(
  each.getAttribute("aria-label") && document.getElementById(each.getAttribute("aria-describedby"))?.textContent.trim()
  && (each.closest("dialog") || each.parentElement.parentElement.querySelector(".as-table"))
)).map((each) => each.outerHTML.slice(0, 200));
"""
UNREACHABLE_BOXES = """
return [...document.querySelectorAll("body *")].filter((each) => (
  ["auto", "scroll"].includes(getComputedStyle(each).overflowX) && each.scrollWidth > each.clientWidth
  && each.tabIndex < 0 && !each.querySelector("a, button, input, select, summary")
)).map((each) => each.outerHTML.slice(0, 200));
"""
SKIPPED_LEVELS = """
const shown = [...document.querySelectorAll("h1, h2, h3")].filter((each) => each.checkVisibility());
const levels = shown.map((each) => Number(each.tagName[1]));
return levels.filter((level, place) => level > (levels[place - 1] ?? 0) + 1);
"""
PALE_TEXTS = """
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function over(below, colour) {
  canvas.fillStyle = `rgb(${below.join()})`;
  canvas.fillRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}
function paper(each) {
  const below = each.parentElement ? paper(each.parentElement) : [255, 255, 255];
  return over(below, getComputedStyle(each).backgroundColor);
}
function luminance(colour) {
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const [red, green, blue] = colour.map((part) => linear(part / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function contrast(each) {
  const below = paper(each);
  const both = [below, over(below, getComputedStyle(each).color)].map(luminance);
  const [dark, bright] = both.sort((one, other) => one - other);
  return (bright + 0.05) / (dark + 0.05);
}
const hasText = (each) => [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
return [...document.querySelectorAll("body *:not(script, style, noscript, svg *)")]
  .filter((each) => hasText(each) && each.checkVisibility() && contrast(each) < 4.5)
  .map((each) => `${contrast(each).toFixed(2)} ${each.outerHTML.slice(0, 120)}`);
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
class TestForEveryone:
    """The page for readers who hear it, who use the keyboard alone, or who need strong contrasts."""

    @pytest.fixture(autouse=True)
    def shown(self, browser: Chrome, file: Path, width: int, theme: str) -> None:
        """The page in a theme and a width, all of its parts open."""
        resize(browser, width)
        open_at(browser, file, f"theme={theme}")
        browser.execute_script("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        WebDriverWait(browser, WAIT_S).until(lambda driver: driver.find_elements(By.CSS_SELECTOR, "#figures table"))

    def test_every_chart_has_a_name_a_description_and_a_table(self, browser: Chrome) -> None:
        """The picture itself is one image."""
        assert browser.find_elements(By.CSS_SELECTOR, "[role=img]")
        assert browser.execute_script(UNNAMED_PICTURES) == []

    def test_every_box_that_scrolls_can_be_reached(self, browser: Chrome) -> None:
        """With the keyboard."""
        assert browser.execute_script(UNREACHABLE_BOXES) == []

    def test_headings_skip_no_level(self, browser: Chrome) -> None:
        """They are the page's outline; there is one of the first level."""
        assert browser.execute_script(SKIPPED_LEVELS) == []
        assert len(browser.find_elements(By.TAG_NAME, "h1")) == 1

    def test_text_can_be_read(self, browser: Chrome) -> None:
        """Four and a half to one at least, on whatever lies below it."""
        assert browser.execute_script(PALE_TEXTS) == []

    def test_axe_finds_nothing_serious(self, browser: Chrome) -> None:
        """All rules of axe-core that it runs by default."""
        axe_selenium = pytest.importorskip("selenium_axe_python", reason="selenium-axe-python is not installed")
        axe = axe_selenium.Axe(browser)
        axe.inject()
        found = axe.run()["violations"]

        assert [
            (each["id"], [node["html"] for node in each["nodes"]])
            for each in found
            if each["impact"] in {"serious", "critical"}
        ] == []
