"""A kubeconfig's exec plugin: run as kubectl runs it, but never with a person at its standard input.

Go: k8s.io/client-go/plugin/pkg/client/auth/exec#Authenticator. Differs: what fails is an error of
the page, never a client without a name; a plugin has a limit of time.
"""

import asyncio
import base64
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.client.login import Certificate
from dashboard.errors import CredentialPluginFailed, CredentialPluginHung, MalformedEvent
from dashboard.wire.decode import decode
from dashboard.wire.execcredential import ExecCredential, Status, exec_credential_decoder
from dashboard.wire.review import encode

LIMIT_S = 30.0
"""How long a plugin may take; those that wait for a person take longer than any network."""

OUTPUT_LIMIT_BYTES = 1024 * 1024

EARLY_S = 5.0
"""A credential is renewed this long before it expires."""

VERSIONS = frozenset({"client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"})
INFO = "KUBERNETES_EXEC_INFO"
EXTENSION = "client.authentication.k8s.io/exec"


@dataclass(frozen=True, slots=True)
class Command:
    """What a kubeconfig says under `exec`, in `folder`; `cluster` is its entry under clusters."""

    context: str
    spec: Mapping[str, Any] = field(repr=False)
    cluster: Mapping[str, Any] = field(repr=False)
    folder: Path

    @property
    def name(self) -> str:
        """The command without its folder, for errors."""
        return str(self.spec.get("command", "")).rsplit("/", 1)[-1]

    @property
    def path(self) -> str:
        """The program; a relative path is relative to the kubeconfig, a bare name is on PATH."""
        command = str(self.spec.get("command", ""))
        return str(self.folder / command) if "/" in command else command

    @property
    def arguments(self) -> list[str]:
        """What comes after it."""
        return [str(argument) for argument in self.spec.get("args") or ()]

    def environment(self) -> dict[str, str]:
        """Return ours, the kubeconfig's, and KUBERNETES_EXEC_INFO."""
        named = {str(one["name"]): str(one["value"]) for one in self.spec.get("env") or ()}
        info: dict[str, Any] = {
            "apiVersion": self.spec.get("apiVersion"),
            "kind": "ExecCredential",
            "spec": {"interactive": False},
        }
        if self.spec.get("provideClusterInfo"):
            info["spec"]["cluster"] = self._cluster_info()
        return {**os.environ, **named, INFO: encode(info).decode()}

    def _cluster_info(self) -> dict[str, Any]:
        names = (
            "server",
            "tls-server-name",
            "insecure-skip-tls-verify",
            "certificate-authority-data",
            "proxy-url",
            "disable-compression",
        )
        known = {name: self.cluster[name] for name in names if self.cluster.get(name)}
        if "certificate-authority-data" not in known and self.cluster.get("certificate-authority"):
            authority = (self.folder / str(self.cluster["certificate-authority"])).read_bytes()
            known["certificate-authority-data"] = base64.b64encode(authority).decode()
        for extension in self.cluster.get("extensions") or ():
            if extension.get("name") == EXTENSION:
                known["config"] = extension.get("extension")
        return known


class Plugin:
    """A Login that a plugin gives: kept until it expires or is refused, fetched once for all who wait."""

    def __init__(self, command: Command) -> None:
        """Run nothing yet. Raises CredentialPluginFailed for one that cannot be run here."""
        self._command = command
        self._status: Status | None = None
        self._renew_at = 0.0
        self._turn = asyncio.Lock()
        if command.spec.get("apiVersion") not in VERSIONS:
            raise self._failed(f"its apiVersion is none of {', '.join(sorted(VERSIONS))}")
        if command.spec.get("interactiveMode") == "Always":
            raise self._failed("interactiveMode is Always, and a server has no terminal")

    @property
    def certificate(self) -> Certificate | None:
        """The certificate of the newest answer, None if that was a token."""
        status = self._status
        if status is None or not status.clientCertificateData:
            return None
        return Certificate(status.clientCertificateData, status.clientKeyData)

    async def header(self) -> str | None:
        """Return the plugin's token, None beside a certificate. Raises CredentialPluginFailed."""
        async with self._turn:
            if self._status is None or self._is_old():
                self._status = await self._run()
            return _spoken(self._status)

    async def renew(self, refused: str | None) -> bool:
        """Ask the plugin again, once for all requests that were refused together."""
        seen = self._status
        async with self._turn:
            if self._status is seen and _spoken(seen) == refused:
                self._status = await self._run()
        return self._status != seen or _spoken(seen) != refused

    def _is_old(self) -> bool:
        return time.time() >= self._renew_at

    async def _run(self) -> Status:
        command = self._command
        try:
            process = await asyncio.create_subprocess_exec(
                command.path,
                *command.arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,  # it may print what it was asked to keep
                env=command.environment(),
                start_new_session=True,
                limit=OUTPUT_LIMIT_BYTES,
            )
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise self._failed(f"it cannot be started: {error}") from error
        try:
            async with asyncio.timeout(LIMIT_S):
                output, _ = await process.communicate()
        except TimeoutError as error:
            raise CredentialPluginHung(cluster=command.context, plugin=command.name) from error
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)  # with whatever it started itself
                await process.wait()
        if process.returncode:
            raise self._failed(f"it ended with status {process.returncode}")
        return self._status_of(output)

    def _status_of(self, output: bytes) -> Status:
        try:
            answer: ExecCredential = decode(exec_credential_decoder, output, of=self._command.name)
        except MalformedEvent as error:
            raise self._failed(f"it printed no ExecCredential: {error.detail}") from error
        status = answer.status
        if answer.kind != "ExecCredential" or answer.apiVersion != self._command.spec["apiVersion"]:
            raise self._failed("it printed another kind or apiVersion than the kubeconfig asks for")
        if status is None or not (status.token or status.clientCertificateData):
            raise self._failed("it printed neither token nor certificate")
        if bool(status.clientCertificateData) != bool(status.clientKeyData):
            raise self._failed("it printed a certificate without key, or a key without certificate")
        expires = status.expirationTimestamp
        self._renew_at = expires.timestamp() - EARLY_S if expires else float("inf")
        return status

    def _failed(self, detail: str) -> CredentialPluginFailed:
        return CredentialPluginFailed(
            cluster=self._command.context, plugin=self._command.name, detail=detail
        )


def _spoken(status: Status | None) -> str | None:
    return f"Bearer {status.token}" if status and status.token else None
