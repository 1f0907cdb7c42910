"""Who the subject is and whom it trusts, in files that are replaced under it, and what the proxy shows."""

from __future__ import annotations

import json
import ssl
from pathlib import Path

from tests.cluster.certificates import Authority, write_private


class Credentials:
    """Begins with one token and one authority; all files are in `folder`."""

    def __init__(self, folder: Path, token: str) -> None:
        """Write the files."""
        self.tokens: set[str] = set()
        """Every one that was ever the subject's."""
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        """What the proxy shows; a change counts for connections from then on."""
        self._folder = folder
        self._founded = 0
        self.hand_out(token)
        self.found()
        self.trust()

    def hand_out(self, token: str) -> None:
        """Replace the subject's token by another one."""
        self.tokens.add(token)
        self._replace("token", token.encode())

    def certify(self) -> None:
        """Show another certificate of the same authority."""
        self._authority.issue("proxy", "proxy")
        self.tls.load_cert_chain(self._folder / "proxy.crt", self._folder / "proxy.key")

    def found(self) -> None:
        """Show a certificate of another authority, which nobody trusts yet."""
        self._founded += 1
        self._authority = Authority(self._folder, f"rig-ca-{self._founded}")
        self.certify()

    def trust(self) -> None:
        """Have the subject told of the authority of now, and of no other."""
        self._replace("ca.crt", self._authority.certificate.read_bytes())

    def kubeconfig(self, name: str, port: int) -> Path:
        """Write a kubeconfig whose one context leads through the proxy on `port`."""
        server = f"https://127.0.0.1:{port}"
        authority = str(self._folder / "ca.crt")
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {"name": name, "cluster": {"server": server, "certificate-authority": authority}}
            ],
            "users": [{"name": "portal", "user": {"tokenFile": str(self._folder / "token")}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": "portal"}}],
            "current-context": name,
        }
        path = self._folder / f"{name}.kubeconfig"
        write_private(path, json.dumps(config).encode())
        return path

    def _replace(self, name: str, data: bytes) -> None:
        """Put a file in place whole, as a kubelet does."""
        fresh = self._folder / f"{name}.new"
        write_private(fresh, data)
        fresh.replace(self._folder / name)
