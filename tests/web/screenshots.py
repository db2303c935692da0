"""`python -m tests.web.screenshots [folder]`: a picture of every screen, in French, with the sample month.

Wide and narrow, empty and with an error: looked at in review, never kept in the repository.
"""

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.web.browser import Window, find_browser, started
from tests.web.matrix import Way, own_pages
from tests.web.site import RunningSite, tell_month

FOLDER = Path("screenshots")
_NARROW = 390


def name_of(way: Way) -> str:
    """`/c/{where}/refus/{cause}` becomes `refus-cause`."""
    words = re.sub(r"\{(\w+)(:\w+)?\}", r"\1", way.path.removeprefix("/c/{where}")).strip("/")
    return words.replace("/", "-").replace(".", "-") or ("a-faire" if way.is_of_practice else "accueil")


def take(browser: Browser, site: RunningSite, folder: Path) -> int:
    """All screens wide, the screens of the menu narrow and in the past; how many there are."""
    taken = 0
    looks = {"": {}, "narrow": {"width": _NARROW}}
    for prefix, options in looks.items():
        with Window.open(browser, site, site.sign_in("administrator"), **options) as window:
            for way in window.tour(own_pages(site), odd := []):
                if prefix and len(way.names) > 1:
                    continue
                taken += 1
                window.page.screenshot(path=folder / f"{prefix}{'-' * bool(prefix)}{name_of(way)}.png", full_page=True)
            for missed in odd:
                sys.stderr.write(f"no picture: {missed}\n")
    with Window.open(browser, site, site.sign_in("office")) as window:
        past = f"?as_of={site.today.replace(day=1)}"
        for path in ("/historique/envois", "/refus"):
            window.go(site.at(path) + past)
            window.page.screenshot(path=folder / f"as-of{path.replace('/', '-')}.png", full_page=True)
        window.go(site.at("/il-n-y-a-rien"), 404)
        window.page.screenshot(path=folder / "error.png")
    with Window.open(browser, site) as window:
        window.go("/login")
        window.page.screenshot(path=folder / "login.png")
    return taken + 4


def main(folder: Path) -> None:
    """Into the folder, made when it is not there."""
    path, lacking = find_browser()
    if lacking:
        sys.exit(f"missing: {', '.join(lacking)}")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, RunningSite.open(Path(home) / "home") as site, started(path) as browser:
        tell_month(site)
        taken = take(browser, site, folder)
    sys.stdout.write(f"{taken} pictures in {folder}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
