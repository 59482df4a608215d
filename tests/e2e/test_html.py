"""The HTML report in a real browser: filters, search, links, keys, themes; no console errors."""

import json
import subprocess

import pytest

import vmsgspec
from browser import Keys, browser

CLAUSE, SCENARIO = "dev.set-vqueue.2", "device/set-vqueue/reserved-nonzero"
EVIL = "<img src=x onerror=\"document.title='owned'\">'\"&</h1><script>document.title='owned'</script>"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    path = tmp_path_factory.mktemp("html") / "report.html"
    outcome = vmsgspec.run("ref:?fault=set-vqueue-takes-reserved", "--name", EVIL, "--report",
                           f"html={path}", ics=vmsgspec.REFERENCE_ICS)
    return path, outcome.report


@pytest.fixture(scope="module")
def window():
    with browser() as b:
        yield b


@pytest.fixture
def page(window, report):
    window.size(1280)
    window.open(report[0])
    yield window
    assert not window.problems()


def ids(report, kind, **wanted):
    return [entry["id"] for entry in report[1][kind]
            if all(entry[key] == value for key, value in wanted.items())]


def test_everything_is_there(page, report):
    assert set(page.visible("clause")) == set(ids(report, "clauses"))
    assert page.visible("scenario") == ids(report, "scenarios")
    assert len(page.all(".cell[href]")) == len(report[1]["clauses"])


def test_hostile_name_stays_text(page):
    assert "owned" not in page.driver.title.split(" - ")[-1] and not page.all("h1 img, h1 script")
    assert page.one("h1").text.startswith("<img src=x")


def test_verdict_filter(page, report):
    failed = ids(report, "clauses", verdict="fail")
    for chip in page.all(".chip[data-kind='clause']"):
        if chip.get_attribute("data-verdict") != "fail":
            chip.click()
            assert chip.get_attribute("aria-pressed") == "false"
    assert page.visible("clause") == failed
    assert page.one("#count").text.startswith(f"{len(failed)} of ")
    page.one("#reset").click()
    assert len(page.visible("clause")) == len(report[1]["clauses"])


def test_scenario_filter(page, report):
    page.one(".chip[data-kind='scenario'][data-verdict='pass']").click()
    passed = set(ids(report, "scenarios", verdict="pass"))
    assert page.visible("scenario") == [s for s in ids(report, "scenarios") if s not in passed]


def test_level_filter(page, report):
    page.one("#level").send_keys("SHOULD")
    assert set(page.visible("clause")) == set(ids(report, "clauses", level="SHOULD"))


def wait_for(page, condition):
    for _ in range(200):
        if page.js(f"return {condition}"):
            return
        page.driver.execute_async_script("setTimeout(arguments[0], 20)")
    raise AssertionError(condition)


def test_search_by_key(page):
    page.press("/")
    assert page.js("return document.activeElement.id") == "search"
    page.press("reserved-nonzero vqueue")
    wait_for(page, "!document.querySelector('#count').textContent.startsWith('137 ')")
    assert SCENARIO in page.visible("scenario") and CLAUSE in page.visible("clause")
    assert len(page.visible("scenario")) < 10
    page.press("no such words")
    wait_for(page, "!document.querySelector('.empty').hidden")
    assert not page.visible("clause") and not page.visible("scenario")
    page.press(Keys.ESCAPE)
    assert len(page.visible("clause")) > 100
    assert page.one("#search").get_attribute("value") == ""


def test_keys_step_through_what_is_broken(page, report):
    broken = ids(report, "clauses", verdict="fail") + ids(report, "scenarios", verdict="fail")
    page.press("n")
    assert page.js("return document.activeElement.closest('.row').id") == broken[0]
    assert page.js("return document.activeElement.closest('.row').open")
    page.press("n")
    assert page.js("return document.activeElement.closest('.row').id") == broken[1]
    page.press("p")
    assert page.js("return document.activeElement.closest('.row').id") == broken[0]


@pytest.mark.parametrize("fragment", [CLAUSE, SCENARIO, f"{SCENARIO}:22"])
def test_deep_links(page, report, fragment):
    page.open(report[0], fragment)
    row = fragment.partition(":")[0]
    assert page.js("return document.getElementById(arguments[0]).open", row)
    box = page.js("const r = document.getElementById(arguments[0]).getBoundingClientRect();"
                  "return [r.top, r.bottom, innerHeight, "
                  "document.querySelector('.tools').getBoundingClientRect().bottom]", fragment)
    assert box[3] <= box[0] < box[2], "it is in sight, not behind the tools"


def test_link_opens_what_a_filter_hides(page):
    page.one(".chip[data-kind='clause'][data-verdict='fail']").click()
    assert CLAUSE not in page.visible("clause")
    page.one(f".cell[href='#{CLAUSE}']").click()
    wait_for(page, f"document.getElementById('{CLAUSE}').open")
    assert CLAUSE in page.visible("clause")


def test_finding_leads_to_its_message(page, report):
    page.open(report[0], CLAUSE)
    page.one(f"[id='{CLAUSE}'] .body ol a.id").click()
    wait_for(page, f"document.getElementById('{SCENARIO}').open")
    hit = page.one(f"[id='{SCENARIO}:22']")
    assert hit.is_displayed() and "GET_VQUEUE resp" in hit.text and "01 09 00 00" in hit.text
    page.one("#bytes").click()
    assert "01 09 00 00" not in hit.text


def trace_of(report, scenario):
    return next(s["trace"] for s in report[1]["scenarios"] if s["id"] == scenario)


def test_traces_get_their_form_when_they_are_looked_at(page, report):
    """Then each message is an element of its direction, with its bytes; before, it is but text."""
    assert page.js("return document.querySelectorAll('.m').length") == 0
    row = page.one(f"[id='{SCENARIO}']")
    page.js("arguments[0].scrollIntoView(); arguments[0].querySelector('summary').click()", row)
    wait_for(page, f"document.getElementById('{SCENARIO}').querySelector('.m')")
    assert page.js("return document.querySelectorAll('.m').length") == len(trace_of(report, SCENARIO))
    shown = page.js("return [...arguments[0].querySelectorAll('.m')].map(m => [m.className, "
                    "m.innerText, m.querySelector('i')?.textContent ?? ''])", row)
    named = {f["message"] for s in report[1]["scenarios"] if s["id"] == SCENARIO for f in s["findings"]}
    classes = {"to-sut": "to", "from-sut": "from", "note": "note"}
    for i, (entry, (classes_shown, text, octets)) in enumerate(zip(trace_of(report, SCENARIO), shown)):
        assert classes[entry["direction"]] in classes_shown.split()
        assert ("hit" in classes_shown.split()) == (i in named)
        assert text.split()[0] == str(i) and entry["text"] in text
        assert "".join(octets.split()) == entry.get("hex", "")


def test_printed_traces_have_their_form(page, report):
    page.js("dispatchEvent(new Event('beforeprint'))")
    bad = page.js("return [...document.querySelectorAll('.row[data-bad]')].map(row => [row.open, "
                  "row.querySelectorAll('.trace').length, row.querySelectorAll('.formed').length])")
    assert bad and all(is_open and traces == formed for is_open, traces, formed in bad)
    page.js("dispatchEvent(new Event('afterprint'))")
    assert not page.js("return document.querySelectorAll('.row[open]').length")


def test_all_open_at_once(page, report):
    """What is far away is only text still; it is shaped when a reader comes there."""
    page.one("#expand").click()
    assert page.js("return document.querySelectorAll('.row:not([open])').length") == 0
    page.js("document.getElementById(arguments[0]).querySelector('.trace').scrollIntoView()", SCENARIO)
    wait_for(page, f"document.getElementById('{SCENARIO}').querySelector('.trace.formed')")
    traces = page.js("return document.querySelectorAll('.trace').length")
    assert 0 < page.js("return document.querySelectorAll('.trace.formed').length") <= traces
    page.one("#collapse").click()
    assert page.js("return document.querySelectorAll('.row[open]').length") == 0


def test_findings_that_say_the_same_are_told_once(window, tmp_path):
    path = tmp_path / "report.html"
    outcome = vmsgspec.run("ref:?fault=sets-reserved-type-bits", "--select", "device/ping/*",
                           "--report", f"html={path}", ics=vmsgspec.REFERENCE_ICS)
    scenario = next(s for s in outcome.report["scenarios"] if len(s["findings"]) > 1)
    messages = [f["message"] for f in scenario["findings"]]
    assert len({f["text"] for f in scenario["findings"]}) == 1
    window.open(path)
    links = [f"#{scenario['id']}:{message}" for message in messages]
    for row, items in ((scenario["id"], 1), (scenario["findings"][0]["clause"], None)):
        told = window.js("return [...document.getElementById(arguments[0]).querySelectorAll('.body ol li')]"
                         ".map(li => [...li.querySelectorAll('a')].map(a => a.hash))", row)
        assert items is None or len(told) == items
        assert links in [[link for link in item if ":" in link] for item in told]
    assert not window.problems()


def test_tab_reaches_rows_and_enter_opens_them(page):
    page.js("document.querySelector('.row summary').focus()")
    page.press(Keys.ENTER)
    assert page.js("return document.querySelector('.row').open")
    page.press(Keys.ENTER)
    assert not page.js("return document.querySelector('.row').open")


def test_names_for_screen_readers(page):
    nameless = page.js(
        "return [...document.querySelectorAll('a[href], button, input, select')].filter(e => "
        "!(e.textContent.trim() || e.ariaLabel || (e.labels && e.labels.length))).length")
    assert nameless == 0
    assert page.js("return document.querySelectorAll('h1, main, header, footer, nav').length") == 5
    assert not page.js("const seen = new Set(); return [...document.querySelectorAll('[id]')]"
                       ".filter(e => seen.has(e.id) || !seen.add(e.id)).length"), "ids are unique"


def luminance(colour):
    channels = [int(part) / 255 for part in colour[colour.index("(") + 1:-1].split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(page, report, scheme):
    """WCAG AA: 4.5 to 1 for text, in both themes."""
    page.size(1280, scheme=scheme)
    page.open(report[0], CLAUSE)
    pairs = page.js("""
        const ground = e => { for (; e; e = e.parentElement) {
            const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)$/.test(c)) return c; }
            return 'rgb(255, 255, 255)'; };
        return [...document.querySelectorAll('.badge, .cell, .chip, .soft, .m, .m i, .m b, a, p, td, .num')]
            .filter(e => e.offsetParent).map(e => [getComputedStyle(e).color, ground(e), e.className]);
        """)
    assert len(pairs) > 100
    for ink, ground, name in pairs:
        light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ink, ground)


def test_theme_is_remembered(page, report):
    page.js("try { localStorage.clear() } catch {}")
    page.open(report[0])
    assert page.js("return document.documentElement.dataset.theme") == "light"
    page.one("#theme").click()
    page.open(report[0])
    assert page.js("return document.documentElement.dataset.theme") == "dark"
    page.js("localStorage.clear()")


def test_theme_is_there_before_the_page(page, report):
    """A long page is seen while it is read: no flash of the other theme."""
    page.size(1280, scheme="dark")
    source = page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": """
        new MutationObserver((_, seen) => { if (document.body) {
            window.themeAtBody = document.documentElement.dataset.theme; seen.disconnect(); }
        }).observe(document, {childList: true, subtree: true});"""})
    try:
        page.open(report[0])
        assert page.js("return window.themeAtBody") == "dark"
    finally:
        page.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", source)


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(page, report, width):
    page.size(width)
    page.open(report[0], SCENARIO)
    assert page.js("return document.documentElement.scrollWidth <= innerWidth")


def test_without_a_script(window, report):
    """All is there and opens; the tools, which would do nothing, are not shown."""
    window.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        window.open(report[0])
        assert len(window.all("details.row")) == (len(report[1]["clauses"])
                                                  + len(report[1]["scenarios"]))
        assert not window.one(".tools").is_displayed()
        window.all(".row summary")[0].click()
        assert window.one(".row .body").is_displayed()
        text = window.one(f"[id='{SCENARIO}'] .trace").get_attribute("textContent")
        for entry in trace_of(report, SCENARIO):
            assert f" {entry['text']}\n" in text
        assert "".join(text.split()).count(trace_of(report, SCENARIO)[22]["hex"]) == 1
    finally:
        window.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("width,media", [(760, "print"), (760, "screen"), (1280, "screen")])
def test_summaries_have_room(page, width, media):
    """Beside its verdict and id, what a clause asks for is not one word a line."""
    page.size(width)
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media})
    widths = page.js("return [...document.querySelectorAll(\".row[data-kind='clause'] .what\")]"
                     ".filter(what => what.offsetParent).map(what => what.offsetWidth)")
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert widths and min(widths) >= 200


def test_printed_rows_are_columns(page):
    """The same for all, in A4: nothing of a row stands beyond the edge, or below as on a phone."""
    page.size(717)
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    rows = page.js("return [...document.querySelectorAll('.row > summary')].map(s => "
                   "[...s.children].map(c => [c.getBoundingClientRect().left, "
                   "c.getBoundingClientRect().right]))")
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    lefts = {tuple(round(left) for left, _ in row[:3]) for row in rows}
    assert len(rows) > 300 and len(lefts) == 1 and len(set(*lefts)) == 3
    assert max(right for row in rows for _, right in row) <= 717


def test_bytes_stay_in_eights_on_a_phone(page, report):
    page.size(390)
    page.open(report[0], f"{SCENARIO}:22")
    tall = page.js("return [...document.querySelectorAll('.row[open] .m i span')]"
                   ".map(group => group.getClientRects().length)")
    assert tall and set(tall) == {1}


def test_two_compared_fit_a_phone(window, report, tmp_path):
    json_path, html = tmp_path / "a.json", tmp_path / "compared.html"
    json_path.write_text(json.dumps(report[1]))
    outcome = subprocess.run([vmsgspec.TOOL, "compare", json_path, json_path, "--report",
                              f"html={html}"], capture_output=True, text=True, timeout=60)
    assert outcome.returncode == vmsgspec.CONFORMS, outcome.stderr
    window.size(390)
    window.open(html)
    over = window.js("return [...document.querySelectorAll('#clauses .scroll')]"
                     ".map(box => box.scrollWidth - box.clientWidth)")
    assert over == [0] and not window.problems()
