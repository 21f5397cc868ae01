"""Pictures to look at: python tests/browser/shoot_report.py EVIDENCE… FOLDER

Of each folder of evidence, saved book or report.html: the report on a desk by day and by night, with its rows open,
on a phone, and as a PDF; of evidence and books every view of the plot too, at the size of a page and of a phone.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path

from chromium import Tab, open_tab

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "src")]

import minutebook as mb  # noqa: E402
from minutebook.outputs.plots import NAMES, draw_plot  # noqa: E402
from minutebook.outputs.plots.figures import save_figure  # noqa: E402

LOOKS = {
    "light": {"width": 1280},
    "dark": {"width": 1280, "is_dark": True},
    "phone": {"width": 375, "height": 800},
    "phone-dark": {"width": 375, "height": 800, "is_dark": True},
}


def main() -> None:
    """Write the pictures."""
    *given, folder = map(Path, sys.argv[1:])
    if not given:
        sys.exit(__doc__)
    folder.mkdir(parents=True, exist_ok=True)
    reports = [path if path.suffix == ".html" else draw(path, folder) for path in given]
    with open_tab() as tab:
        for report in reports:
            for name, look in LOOKS.items():
                tab.look(**look)
                tab.open(report)
                shoot(tab, folder / f"{report.stem}-{name}.png")
            tab.look(width=1280)
            tab.open(report)
            tab.run("document.querySelectorAll('details').forEach(each => each.open = true)")
            shoot(tab, folder / f"{report.stem}-open.png")
            tab.open(report)
            pdf = tab.call("Page.printToPDF", printBackground=False, preferCSSPageSize=True)["data"]
            (folder / f"{report.stem}.pdf").write_bytes(base64.b64decode(pdf))


def draw(evidence: Path, folder: Path) -> Path:
    """Every view of the evidence as a picture; gives its report."""
    name = evidence.parent.name if evidence.name == "evidence" else evidence.name
    book = mb.reconstruct(evidence)
    for view in NAMES:
        for size, size_in in (("page", None), ("phone", (4.5, 6.0))):
            path = folder / f"{name}-{view}-{size}.png"
            save_figure(draw_plot(book, view, size_in=size_in), path)
            print(path)
    report = folder / f"{name}.html"
    mb.report(book, report, evidence=evidence)
    return report


def shoot(tab: Tab, path: Path) -> None:
    """The whole page, from top to bottom, once it's drawn."""
    tab.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))")
    picture = tab.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
    path.write_bytes(base64.b64decode(picture))
    print(path)


if __name__ == "__main__":
    main()
