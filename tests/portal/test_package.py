"""The wheel on a machine that has no checkout: it checks, it serves, it speaks Chinese."""

import http.cookiejar
import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path
from urllib.parse import urljoin

import django
import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD_LIMIT_S = 90
ANSWER_LIMIT_S = 30


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip installed the wheel, and nothing else."""
    folder = tmp_path_factory.mktemp("package")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    run([*build, "--directory", str(folder / "dist")], ROOT)
    (wheel,) = (folder / "dist").glob("*.whl")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    run([*install, "--no-compile", "--target", str(folder / "site"), str(wheel)], folder)
    return folder / "site"


def run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=BUILD_LIMIT_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


class Machine:
    """A home folder, the installed package, and its dependencies; the checkout is out of sight."""

    def __init__(self, site: Path, home: Path) -> None:
        self.site = site
        self.home = home
        dependencies = Path(django.__file__).parents[1]
        self._environment = {
            "HOME": str(home),
            "PATH": "/usr/bin:/bin",
            # Folders of PYTHONPATH have no .pth files read, so no editable install is followed.
            "PYTHONPATH": f"{site}:{dependencies}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def start(self, *command: str, **variables: str) -> subprocess.Popen[str]:
        """Start Python with `command`, from the home folder."""
        # The environment's own interpreter would find the checkout through its .pth files.
        interpreter = str(Path(sys.base_prefix) / "bin" / "python3")
        # ServeStatic leaves a file to the garbage collector when the server ends while it is sent.
        strict = ["-W", "error", "-W", "ignore::ResourceWarning"]
        return subprocess.Popen(
            [interpreter, *strict, *command],
            cwd=self.home,
            env=self._environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str) -> str:
        """Return what `command` prints; it must succeed."""
        process = self.start(*command)
        output, _ = process.communicate(timeout=ANSWER_LIMIT_S)
        assert process.returncode == 0, output
        return output


@pytest.fixture
def machine(installed: Path, tmp_path: Path) -> Machine:
    return Machine(installed, tmp_path)


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Browser:
    """Follows redirects and keeps cookies."""

    def __init__(self) -> None:
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def read(self, url: str) -> bytes:
        """Return the body of a page that answers 200."""
        with self._opener.open(url, timeout=ANSWER_LIMIT_S) as answer:
            body: bytes = answer.read()
            return body


@pytest.fixture
def link(machine: Machine) -> Iterator[str]:
    """The link that `portolan serve` printed; the server ends cleanly afterwards."""
    script = str(machine.site / "bin" / "portolan")
    address = f"127.0.0.1:{free_port()}"
    server = machine.start(script, "serve", PORTOLAN_BIND=address, PORTOLAN_DEMO="0")
    assert server.stdout is not None
    said = server.stdout.readline()
    found = re.fullmatch(r"Portolan: (http://\S+)\n", said)
    if found is None:
        server.kill()
        pytest.fail(said + server.communicate()[0])
    yield found[1]
    server.send_signal(signal.SIGINT)
    output, _ = server.communicate(timeout=ANSWER_LIMIT_S)
    assert server.returncode == 0, output
    assert "Traceback" not in output


def test_the_package_carries_everything_that_it_reads(installed: Path) -> None:
    for name in (
        "content/snapshots.toml",
        "content/walkthroughs/en",
        "content/walkthroughs/zh-hans",
        "static/css/portolan.css",
        "static/js/theme.js",
        "locale/zh_Hans/LC_MESSAGES/django.mo",
        "templates/portal/base.html",
        "bundles/fonts/source-sans-3-latin-wght-normal.woff2",
    ):
        assert (installed / "portal" / name).exists(), name
    assert {path.name for path in installed.iterdir()} == {
        "bin",
        "dashboard",
        "portal",
        *(path.name for path in installed.glob("portolan-*.dist-info")),
    }


def test_without_a_cluster_the_package_shows_the_demo_that_it_carries(machine: Machine) -> None:
    script = str(machine.site / "bin" / "portolan")
    address = f"127.0.0.1:{free_port()}"
    server = machine.start(script, "serve", PORTOLAN_BIND=address)
    assert server.stdout is not None
    try:
        said = [server.stdout.readline(), server.stdout.readline()]
        assert said[0].startswith("Demo cluster: ")
        assert said[1] == f"Portolan: http://{address}\n", "nobody needs a link"
        table = json.loads(Browser().read(f"http://{address}/c/demo/nodes.v1?format=json"))
        assert table["total"] > 5
    finally:
        server.send_signal(signal.SIGINT)
        output, _ = server.communicate(timeout=ANSWER_LIMIT_S)
    assert server.returncode == 0, output
    assert "Traceback" not in output


def test_the_package_has_the_commands_of_the_handbook(installed: Path) -> None:
    (package,) = distributions(path=[str(installed)])
    scripts = {entry.name: entry.value for entry in package.entry_points}

    assert scripts == {
        "portolan": "portal.__main__:main",
        "kubectl-portolan": "portal.__main__:main",
    }


def test_the_checkout_is_out_of_sight(machine: Machine) -> None:
    said = machine.run("-c", "import portal, sys; print(portal.__file__, *sys.path)")

    assert said.startswith(str(machine.site))
    assert str(ROOT) not in said.split()


@pytest.mark.parametrize("command", ["portolan", "kubectl-portolan", "-m"])
def test_each_command_checks_without_a_complaint(machine: Machine, command: str) -> None:
    words = ["-m", "portal"] if command == "-m" else [str(machine.site / "bin" / command)]

    said = machine.run(*words, "check", "--deploy", "--fail-level", "WARNING")

    assert said == "System check identified no issues (4 silenced).\n"


def test_an_installed_package_keeps_its_data_in_the_home_folder(machine: Machine) -> None:
    machine.run("-m", "portal", "check")

    data = machine.home / ".local" / "share" / "portolan"
    assert {path.name for path in data.iterdir()} == {"secret-key", "portolan.sqlite3"}
    assert data.stat().st_mode & 0o777 == 0o700


def test_the_home_page_has_its_styles_and_fonts(link: str) -> None:
    browser = Browser()

    page = browser.read(link).decode()

    assert '<html lang="en"' in page
    (styles,) = re.findall(r'rel="stylesheet" href="([^"]+)"', page)
    address = urljoin(link, styles)
    sheet = browser.read(address).decode()
    tokens = re.search(r'url\("(tokens\.[^"]+)"\)', sheet)
    assert tokens
    address = urljoin(address, tokens[1])
    fonts = set(re.findall(r'url\("([^"]+\.woff2)"\)', browser.read(address).decode()))
    assert len(fonts) == 5
    for font in fonts:
        assert browser.read(urljoin(address, font)).startswith(b"wOF2")


def test_chinese_is_chinese_and_books_are_there(link: str) -> None:
    browser = Browser()
    browser.read(link)

    page = browser.read(urljoin(link, "/zh-hans/")).decode()
    book = browser.read(urljoin(link, "/zh-hans/learn/kube-apiserver")).decode()

    assert '<html lang="zh-Hans"' in page
    assert "集群" in page
    assert "Skip to content" not in page
    assert "kube-apiserver" in book
    assert browser.read(urljoin(link, "/readyz")) == b"ok"


def test_a_second_server_on_the_port_is_told_in_one_sentence(machine: Machine, link: str) -> None:
    port = re.search(r":(\d+)/", link)
    assert port

    second = machine.start("-m", "portal", "serve", PORTOLAN_BIND=f"127.0.0.1:{port[1]}")
    output, _ = second.communicate(timeout=ANSWER_LIMIT_S)

    assert second.returncode == 1
    assert output == (
        f"CommandError: PORTOLAN_BIND: port {port[1]} of 127.0.0.1: Address already in use; "
        "stop what listens there, or name another port\n"
    )


def test_a_database_that_is_none_is_told_in_one_sentence(machine: Machine) -> None:
    data = machine.home / "data"
    data.mkdir()
    (data / "portolan.sqlite3").write_text("no database\n" * 100, encoding="utf-8")

    server = machine.start(
        "-m",
        "portal",
        "serve",
        PORTOLAN_DATA=str(data),
        PORTOLAN_BIND=f"127.0.0.1:{free_port()}",
    )
    output, _ = server.communicate(timeout=ANSWER_LIMIT_S)

    assert server.returncode == 1
    assert output == "CommandError: The database cannot be used: file is not a database\n"


def test_two_servers_that_start_at_once_share_one_folder(machine: Machine) -> None:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        ports = [first.getsockname()[1], second.getsockname()[1]]
    servers = [
        machine.start("-m", "portal", "serve", PORTOLAN_BIND=f"127.0.0.1:{port}", PORTOLAN_DEMO="0")
        for port in ports
    ]
    said = [server.stdout.readline() if server.stdout else "" for server in servers]
    for server in servers:
        server.terminate()
        server.communicate(timeout=ANSWER_LIMIT_S)

    keys = {line.partition("?key=")[2] for line in said}
    assert len(keys) == 1
    assert keys != {""}
