"""Credentials of a kubeconfig: found as kubectl finds them, renewed in time, or refused in words."""

import asyncio
import base64
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from dashboard.api.credential import BearerToken
from dashboard.client import config, login, plugin
from dashboard.client.login import Certificate
from dashboard.client.transport import Transport
from dashboard.errors import (
    CertificateInvalid,
    ConfigurationError,
    CredentialPluginFailed,
    CredentialPluginHung,
    KubeconfigInvalid,
    Unauthorized,
    UnsupportedAuthProvider,
)
from tests.support.apiserver import Recorder, kubeconfig, serve

VERSION = "client.authentication.k8s.io/v1"
SERVER = "https://127.0.0.1:6443"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


def context(path: Path | str) -> config.Context:
    found = config.find(Path("/nowhere"), {"KUBECONFIG": str(path)})
    assert found.trouble is None
    return next(one for one in found.found if one.name == (found.current or one.name))


def program(folder: Path, body: str) -> dict[str, Any]:
    """Return an exec section whose program is this Python; it counts its runs in `runs`."""
    script = folder / "plugin.py"
    script.write_text(
        "import json, os, pathlib, sys, time\n"
        f"runs = pathlib.Path({str(folder / 'runs')!r})\n"
        "count = int(runs.read_text()) + 1 if runs.exists() else 1\n"
        "runs.write_text(str(count))\n"
        "def say(**status):\n"
        f"    print(json.dumps({{'apiVersion': {VERSION!r}, 'kind': 'ExecCredential',"
        " 'status': status}))\n" + body,
        encoding="utf-8",
    )
    return {"apiVersion": VERSION, "command": sys.executable, "args": [str(script)]}


def runs(folder: Path) -> int:
    return int((folder / "runs").read_text(encoding="utf-8"))


def point(path: Path, server: str) -> None:
    """Let the kubeconfig speak of `server`."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["clusters"][0]["cluster"]["server"] = server
    path.write_text(yaml.safe_dump(document), encoding="utf-8")


async def asked(path: Path, times: int = 1) -> Recorder:
    """Return what a server on the kubeconfig's address heard of some requests."""

    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response({})

    async with serve(answer) as server:
        point(path, server.server)
        transport = Transport("test", await config.load(context(path)))
        for _ in range(times):
            await transport.get("/version", accept="application/json")
        await transport.aclose()
    return server


def headers(recorder: Recorder) -> list[str | None]:
    return [one.get("Authorization") for one in recorder.headers]


# --- gaps 1 and 2: several files


async def test_two_files_are_one_configuration_and_the_first_chooses(tmp_path: Path) -> None:
    first = kubeconfig(tmp_path, SERVER, name="one", user={"token": "first"})
    second = kubeconfig(tmp_path, SERVER, name="two", user={"token": "second"})

    chosen = context(f"{first}{os.pathsep}{second}")
    way = await config.load(chosen)

    assert chosen.name == "one"
    assert await way.login.header() == "Bearer first"
    both = config.find(tmp_path, {"KUBECONFIG": f"{first}{os.pathsep}{second}"})
    assert await (await config.load(both.found[1])).login.header() == "Bearer second"


async def test_a_user_of_one_file_serves_a_context_of_another(tmp_path: Path) -> None:
    first = kubeconfig(tmp_path, SERVER, name="one")
    document = yaml.safe_load(first.read_text(encoding="utf-8"))
    users = document.pop("users")
    first.write_text(yaml.safe_dump(document), encoding="utf-8")
    second = tmp_path / "sub" / "users.yaml"
    second.parent.mkdir()
    (second.parent / "token").write_text("beside\n", encoding="utf-8")
    users[0]["user"] = {"tokenFile": "token"}
    second.write_text(yaml.safe_dump({"users": users}), encoding="utf-8")

    way = await config.load(context(f"{first}{os.pathsep}{second}"))

    assert await way.login.header() == "Bearer beside"


# --- gaps 3, 6 and 7: refused in words


@pytest.mark.parametrize(
    ("user", "error", "words"),
    [
        ({"extensions": []}, KubeconfigInvalid, "neither token, certificate nor plugin"),
        ({"auth-provider": {"name": "oidc"}}, UnsupportedAuthProvider, "kubelogin"),
        ({"token": "t", "as": "root"}, KubeconfigInvalid, "impersonation"),
        ({"token": "t", "as-groups": ["system:masters"]}, KubeconfigInvalid, "impersonation"),
        ({"token": "t", "as-uid": "1"}, KubeconfigInvalid, "impersonation"),
        ({"tokenFile": "missing"}, KubeconfigInvalid, "missing"),
        ({"client-certificate": "missing", "client-key": "missing"}, ConfigurationError, "missing"),
    ],
)
async def test_what_cannot_be_honoured_is_said(
    tmp_path: Path, user: dict[str, object], error: type[Exception], words: str
) -> None:
    path = kubeconfig(tmp_path, SERVER, user=user)

    with pytest.raises(error) as raised:
        await config.load(context(path))

    assert words in str(raised.value)


async def test_a_basic_login_is_sent_as_it_is(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, SERVER, user={"username": "maya", "password": "p"})

    assert headers(await asked(path)) == [f"Basic {base64.b64encode(b'maya:p').decode()}"]


# --- gaps 4 and 5: plugins


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sys.exit(3)", "status 3"),
        ("print('no JSON')", "no ExecCredential"),
        ("print('{}')", "no ExecCredential"),
        ("say()", "neither token nor certificate"),
        ("say(clientCertificateData='c')", "certificate without key"),
        (f"print(json.dumps({{'apiVersion': {VERSION!r}, 'kind': 'Pod'}}))", "another kind"),
    ],
)
async def test_a_plugin_that_fails_is_an_error_and_never_nobody(
    tmp_path: Path, body: str, words: str
) -> None:
    path = kubeconfig(tmp_path, SERVER, user={"exec": program(tmp_path, body)})

    with pytest.raises(CredentialPluginFailed) as raised:
        await config.load(context(path))

    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"command": "no-such-plugin-anywhere"}, "cannot be started"),
        ({"apiVersion": "client.authentication.k8s.io/v1alpha1"}, "apiVersion"),
        ({"interactiveMode": "Always"}, "no terminal"),
    ],
)
async def test_a_plugin_that_cannot_run_here_is_said(
    tmp_path: Path, spec: dict[str, str], words: str
) -> None:
    path = kubeconfig(tmp_path, SERVER, user={"exec": program(tmp_path, "") | spec})

    with pytest.raises(CredentialPluginFailed) as raised:
        await config.load(context(path))

    assert words in str(raised.value)


async def test_a_plugin_that_hangs_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin, "LIMIT_S", 0.5)
    body = "import subprocess\nsubprocess.run(['sleep', '60'])\n"
    path = kubeconfig(tmp_path, SERVER, user={"exec": program(tmp_path, body)})

    async with asyncio.timeout(10):
        with pytest.raises(CredentialPluginHung):
            await config.load(context(path))


async def test_a_plugin_has_no_input_and_knows_the_cluster(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("an authority", encoding="ascii")
    body = (
        "info = json.loads(os.environ['KUBERNETES_EXEC_INFO'])\n"
        "cluster = info['spec']['cluster']\n"
        "say(token='|'.join([repr(sys.stdin.read()), os.environ['MINE'], cluster['server'],"
        " cluster['certificate-authority-data'], str(cluster['config']['a']),"
        " str(info['spec']['interactive'])]))"
    )
    spec = program(tmp_path, body) | {
        "env": [{"name": "MINE", "value": "yes"}],
        "provideClusterInfo": True,
    }
    path = kubeconfig(tmp_path, "http://127.0.0.1:1", user={"exec": spec})
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["clusters"][0]["cluster"] |= {
        "certificate-authority": "ca.pem",
        "extensions": [{"name": plugin.EXTENSION, "extension": {"a": 1}}],
    }
    path.write_text(yaml.safe_dump(document), encoding="utf-8")

    header = await (await config.load(context(path))).login.header()

    authority = base64.b64encode(b"an authority").decode()
    assert header == f"Bearer ''|yes|http://127.0.0.1:1|{authority}|1|False"


async def test_a_plugin_runs_once_until_its_token_expires(tmp_path: Path) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    spec = program(tmp_path, f"say(token=str(count), expirationTimestamp={later!r})")
    path = kubeconfig(tmp_path, SERVER, user={"exec": spec})

    heard = await asked(path, times=3)

    assert headers(heard) == ["Bearer 1"] * 3
    assert runs(tmp_path) == 1


async def test_a_token_that_expires_is_fetched_again(tmp_path: Path) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=plugin.EARLY_S / 2)).isoformat()
    spec = program(tmp_path, f"say(token=str(count), expirationTimestamp={soon!r})")
    path = kubeconfig(tmp_path, SERVER, user={"exec": spec})

    heard = await asked(path, times=2)

    assert headers(heard) == ["Bearer 2", "Bearer 3"]


async def test_a_token_that_is_refused_is_fetched_again_once(tmp_path: Path) -> None:
    spec = program(tmp_path, "say(token=str(min(count, 2)))")
    path = kubeconfig(tmp_path, SERVER, user={"exec": spec})

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        is_known = request.headers["Authorization"] == "Bearer 2" and "late" not in request.path
        return web.json_response({}, status=200 if is_known else 401)

    async with serve(answer) as server:
        point(path, server.server)
        transport = Transport("test", await config.load(context(path)))
        await asyncio.gather(
            *(transport.get("/version", accept="application/json") for _ in range(5))
        )
        assert runs(tmp_path) == 2, "once for all who were refused together"
        with pytest.raises(Unauthorized):
            await transport.get("/late", accept="application/json")
        await transport.aclose()

    assert runs(tmp_path) == 3


async def test_a_token_that_is_refused_late_is_not_fetched_again(tmp_path: Path) -> None:
    spec = program(tmp_path, "say(token=str(count))")
    held = (await config.load(context(kubeconfig(tmp_path, SERVER, user={"exec": spec})))).login

    assert await held.renew("Bearer 1")
    assert await held.renew("Bearer 1"), "somebody else has renewed it"
    assert await held.header() == "Bearer 2"


async def test_a_plugin_may_give_a_certificate(tmp_path: Path, pair: Certificate) -> None:
    body = f"say(clientCertificateData={pair.certificate!r}, clientKeyData={pair.key!r})"
    path = kubeconfig(tmp_path, SERVER, user={"exec": program(tmp_path, body)})

    heard = await asked(path)

    assert headers(heard) == [None]


async def test_a_certificate_that_is_none_is_said(tmp_path: Path) -> None:
    body = "say(clientCertificateData='c', clientKeyData='k')"
    path = kubeconfig(tmp_path, SERVER, user={"exec": program(tmp_path, body)})

    with pytest.raises(CertificateInvalid):
        await asked(path)


@pytest.fixture
def pair() -> Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "maya")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Certificate(made.public_bytes(pem).decode(), secret.decode())


# --- gap 8: token files


async def test_a_token_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tmp_path / "token"
    token.write_text("one\n", encoding="utf-8")
    held = login.TokenFile(token, "test")
    assert await held.header() == "Bearer one"

    token.write_text("two\n", encoding="utf-8")
    assert await held.header() == "Bearer one", "not at every request"
    monkeypatch.setattr(login, "FILE_LIFE_S", 0.0)
    assert await held.header() == "Bearer two"

    token.unlink()
    assert await held.header() == "Bearer two", "while it is being replaced"


async def test_a_token_file_is_read_at_once_when_its_token_is_refused(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("one\n", encoding="utf-8")
    held = login.TokenFile(token, "test")
    await held.header()

    assert not await held.renew("Bearer one"), "the same token would fare no better"
    token.write_text("two\n", encoding="utf-8")
    assert await held.renew("Bearer one")
    assert await held.header() == "Bearer two"


async def test_a_token_that_many_are_refused_with_is_read_again_for_all_of_them(
    tmp_path: Path,
) -> None:
    (tmp_path / "token").write_text("one\n", encoding="utf-8")
    path = kubeconfig(tmp_path, SERVER, user={"tokenFile": "token"})
    refused = [asyncio.Event() for _ in range(5)]

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.headers["Authorization"] == "Bearer two":
            refused[int(request.path[1:])].set()
            return web.json_response({})
        before = refused[: int(request.path[1:])]
        await asyncio.gather(*(each.wait() for each in before))  # one after the other
        return web.json_response({}, status=401)

    async with serve(answer) as server:
        point(path, server.server)
        transport = Transport("test", await config.load(context(path)))
        (tmp_path / "token").write_text("two\n", encoding="utf-8")
        await asyncio.gather(
            *(transport.get(f"/{n}", accept="application/json") for n in range(len(refused)))
        )
        await transport.aclose()

    assert sorted(map(str, headers(server))) == ["Bearer one"] * 5 + ["Bearer two"] * 5


async def test_a_token_file_that_is_empty_is_said(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n", encoding="utf-8")
    path = kubeconfig(tmp_path, SERVER, user={"tokenFile": "token"})

    with pytest.raises(KubeconfigInvalid, match="token"):
        await config.load(context(path))


# --- nobody's transport


async def test_a_viewers_token_never_travels_with_the_portals_credential(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, SERVER, user={"token": "portal"})

    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response({}, headers={"Set-Cookie": "balancer=1"})

    async with serve(answer) as server:
        point(path, server.server)
        transport = Transport("test", await config.load(context(path)))
        nobody = transport.nobody()
        for one in (nobody, nobody.speaking(BearerToken("maya")), transport):
            await one.get("/version", accept="application/json")
        await nobody.aclose()
        await transport.aclose()

    assert headers(server) == [None, "Bearer maya", "Bearer portal"]
    assert not any("Cookie" in one for one in server.headers)


async def test_nobody_shows_no_client_certificate(tmp_path: Path, pair: Certificate) -> None:
    data: dict[str, object] = {
        "client-certificate-data": base64.b64encode(pair.certificate.encode()).decode(),
        "client-key-data": base64.b64encode(pair.key.encode()).decode(),
    }
    path = kubeconfig(tmp_path, SERVER, user=data)

    transport = Transport("test", await config.load(context(path)))

    assert transport._configuration.cert_file
    assert transport.nobody()._configuration.cert_file is None
    assert transport.nobody()._configuration.key_file is None
