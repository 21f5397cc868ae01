"""Pictures of the report, to look at: python tests/browser/shoot_report.py REPORT.html… FOLDER

Of each report: on a desk by day and by night, with its rows open, on a phone, and as a PDF.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path

from chromium import Tab, open_tab

LOOKS = {
    "light": {"width": 1280},
    "dark": {"width": 1280, "is_dark": True},
    "phone": {"width": 375, "height": 800},
    "phone-dark": {"width": 375, "height": 800, "is_dark": True},
}


def main() -> None:
    """Write the pictures."""
    *reports, folder = map(Path, sys.argv[1:])
    if not reports:
        sys.exit(__doc__)
    folder.mkdir(parents=True, exist_ok=True)
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


def shoot(tab: Tab, path: Path) -> None:
    """The whole page, from top to bottom, once it's drawn."""
    tab.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))")
    picture = tab.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
    path.write_bytes(base64.b64decode(picture))
    print(path)


if __name__ == "__main__":
    main()
