"""Chromium against the real site: one server and one browser for all tests of this folder.

PORTOLAN_SHOTS=FOLDER makes the tests write screenshots there, to be set beside the drafts.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.cluster.fixtures import Cluster

ROOT = Path(__file__).resolve().parents[2]
START_S = 60
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Sheet:
    """A page, and everything that its console complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)


OpenSheet = Callable[..., Sheet]


@contextmanager
def serving(data: Path, home: Path, **settings: str) -> Iterator[str]:
    """Run a site of its own, which lets everybody in, and yield its address."""
    subprocess.run([sys.executable, "hatch_build.py", str(data / "bundles")], cwd=ROOT, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        name: value
        for name, value in os.environ.items()
        if name != "KUBECONFIG" and not name.startswith(("PORTOLAN_", "KUBERNETES_"))
    } | {
        "HOME": str(home),
        "GOMODCACHE": _module_cache(),
        "PORTOLAN_AUTH": "none",
        "PORTOLAN_BIND": f"127.0.0.1:{port}",
        "PORTOLAN_DATA": str(data),
        "PORTOLAN_DEBUG": "1",
        **settings,
    }
    log = data / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            origin = f"http://127.0.0.1:{port}"
            _wait_until_it_answers(origin, server, log)
            yield origin
        finally:
            server.terminate()
            server.wait(20)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site that has no cluster, not even in ~/.kube/config."""
    data, home = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("home")
    with serving(data, home, PORTOLAN_DEMO="0") as origin:
        yield origin


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site as it starts where there is no cluster: it shows the demo."""
    data, home = tmp_path_factory.mktemp("demo-site"), tmp_path_factory.mktemp("demo-home")
    with serving(data, home, PORTOLAN_AUTH="") as origin:
        yield origin


@pytest.fixture(scope="session")
def live_site(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> Iterator[str]:
    """The address of a site that shows the real cluster."""
    data, home = tmp_path_factory.mktemp("live-site"), tmp_path_factory.mktemp("live-home")
    with serving(data, home, KUBECONFIG=str(cluster.kubeconfig)) as origin:
        yield origin


def _module_cache() -> str:
    """Return where Go keeps modules, which must not move with HOME."""
    default = Path(os.environ.get("GOPATH") or Path.home() / "go") / "pkg" / "mod"
    return os.environ.get("GOMODCACHE") or str(default)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium: the driver downloads none."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "Chromium is not installed: `apt install chromium` brings what these tests drive"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def open_sheet(site: str, chromium: Browser) -> Iterator[OpenSheet]:
    """Opens pages by path: `open_sheet("/", theme="ink", width=390, script=False)`."""
    contexts: list[BrowserContext] = []

    def open_one(path: str, *, theme: str = "", width: int = 1440, script: bool = True) -> Sheet:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            reduced_motion="reduce",
            java_script_enabled=script,
            base_url=site,
        )
        contexts.append(context)
        if theme:
            context.add_cookies([{"name": "portolan_theme", "value": theme, "url": site}])
        sheet = Sheet(context.new_page())
        sheet.page.on(
            "console",
            lambda said: sheet.complaints.append(said.text) if said.type == "error" else None,
        )
        sheet.page.on("pageerror", lambda error: sheet.complaints.append(str(error)))
        answer = sheet.page.goto(path)
        assert answer is not None
        assert answer.ok, f"{path} answers {answer.status}"
        sheet.page.evaluate("() => document.fonts.ready.then(() => true)")
        return sheet

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def page(live_site: str, chromium: Browser) -> Iterator[Page]:
    """Yield an empty page of a browser that knows the live site; its console must stay silent."""
    context = chromium.new_context(base_url=live_site, viewport={"width": 1440, "height": 900})
    sheet = context.new_page()
    complaints: list[str] = []
    sheet.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    sheet.on("pageerror", lambda error: complaints.append(str(error)))
    yield sheet
    context.close()
    assert complaints == []


@pytest.fixture
def slug(cluster: Cluster) -> str:
    return cluster.kubectl("config", "current-context").strip()


@pytest.fixture
def shoot() -> Callable[[Page, str], None]:
    """Writes a screenshot of a whole page if PORTOLAN_SHOTS names a folder."""
    folder = os.environ.get("PORTOLAN_SHOTS")

    def write(page: Page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return write


def _wait_until_it_answers(origin: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text(encoding="utf-8", errors="replace")
        try:
            with urllib.request.urlopen(f"{origin}/livez", timeout=1):
                return
        except (urllib.error.URLError, TimeoutError):
            try:
                server.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
    pytest.fail(f"the site did not answer in {START_S} s: {log.read_text(errors='replace')}")
