"""The report in a real browser: it loads, filters and opens, asks for nothing, and hostile evidence does nothing.

python tests/browser/check_report.py — needs Chromium and fails without it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from chromium import Tab, open_tab

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests" / "outputs"), str(ROOT / "src")]

from reports import CANARIES, make_book, make_lines  # noqa: E402

from minutebook.outputs.report import write_report  # noqa: E402

SHOWN = "[...document.querySelectorAll('#rows tr[data-kind]')].filter(row => row.getClientRects().length).length"
TYPE = "(box => {{ box.value = {!r}; box.dispatchEvent(new Event('input')) }})(document.getElementById('find'))"
COUNT = "document.getElementById('count').textContent"
#: The least contrast of a text with what lies behind it, as WCAG 2 counts it.
CONTRAST = """(() => {
  const light = (c) => c.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (!/, 0\\)$/.test(c) && c !== 'transparent') return c; } return 'rgb(255, 255, 255)'; };
  let least = [99, ''];
  for (const e of document.querySelectorAll('body *:not(svg, svg *, script)')) {
    if (!e.getClientRects().length || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < least[0]) least = [ratio, e.tagName + '.' + e.className];
  }
  return least;
})()"""


def main() -> None:
    """Check the hostile page; an AssertionError names what doesn't hold."""
    with tempfile.TemporaryDirectory() as folder, open_tab() as tab:
        page = Path(folder) / "hostile.html"
        write_report(make_book(CANARIES), page, suffix=".html", lines=make_lines(CANARIES))
        check_reading(tab, page)
        check_looks(tab, page)
        check_without_script(tab, page)
        expect("requests", set(tab.requests), {page.resolve().as_uri()})
        expect("complaints", tab.complaints, [])
    print("the report holds in", tab.browser)


def check_reading(tab: Tab, page: Path) -> None:
    """Finding, filtering, opening; nothing of the evidence has run."""
    tab.look(width=1280)
    tab.open(page)
    rows = len(CANARIES)
    expect("title", tab.run("document.title").startswith("Incident of 23 November 2026"), True)
    expect("rows at first", tab.run(SHOWN), rows)
    tab.run(TYPE.format("HYPERLINK"))
    expect("rows found", (tab.run(SHOWN), tab.run(COUNT)), (1, f"1 of {rows} rows"))
    tab.run(TYPE.format("app.log:8"))
    expect("rows found by reference", tab.run(SHOWN), 1)
    tab.run(TYPE.format(""))
    tab.run("document.querySelector('#filter input[value=deploy]').click()")
    expect("rows without deploys", tab.run(SHOWN), rows - rows // 4 - (rows % 4 > 1))
    tab.run("document.querySelector('#filter input[value=deploy]').click()")
    line = "document.querySelector('#rows pre').checkVisibility()"
    expect("lines of a closed row", tab.run(line), False)
    # By keyboard: the first row's summary, then Enter.
    tab.run("document.querySelector('#rows summary').focus()")
    for kind in ("keyDown", "keyUp"):
        tab.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13)
    expect("lines of an opened row", tab.run(line), True)
    tab.run("document.getElementById('close').click()")
    expect("lines after Close all", tab.run(line), False)


def check_looks(tab: Tab, page: Path) -> None:
    """On a phone nothing is wider than the screen; day and night, all text can be read."""
    for is_dark in (False, True):
        tab.look(width=375, height=800, is_dark=is_dark)
        tab.open(page)
        tab.run("document.getElementById('open').click()")
        expect("width on a phone", tab.run("document.documentElement.scrollWidth"), 375)
        ratio, where = tab.run(CONTRAST)
        expect(f"contrast of {where}, {ratio:.2f}, {'dark' if is_dark else 'light'}", ratio >= 4.5, True)
    tab.look(width=794, media="print")
    expect("the filter on paper", tab.run("getComputedStyle(document.getElementById('filter')).display"), "none")
    expect("minutes on paper", tab.run("document.querySelector('#minutes td').checkVisibility()"), True)


def check_without_script(tab: Tab, page: Path) -> None:
    """Nothing is hidden from who allows no scripts but what needs one."""
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    tab.look(width=1280)
    tab.open(page)
    tab.call("Emulation.setScriptExecutionDisabled", value=False)
    expect("rows without script", tab.run(SHOWN), len(CANARIES))
    expect("the filter without script", tab.run("document.getElementById('filter').getClientRects().length"), 0)


def expect(what: str, found: Any, wanted: Any) -> None:
    """Both are the same, or the check ends here."""
    if found != wanted:
        sys.exit(f"FAILED {what}: {found!r}, expected {wanted!r}")
    print("ok", what)


if __name__ == "__main__":
    main()
