"""The keys and certificates of one control plane, all on P-256 and all private to its folder."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = dt.timedelta(days=365)
SERVER_NAMES = (
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)
SERVER_ADDRESSES = ("127.0.0.1", "10.96.0.1")


class Authority:
    """A certificate authority that signs what one control plane needs."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.certificate = folder / f"{name}.crt"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"portolan-{name}")])
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        certificate = (
            _builder(self._subject, self._subject, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        write_private(folder / f"{name}.key", _pem(self._key))
        write_private(self.certificate, certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, file: str, common_name: str, organization: str | None = None) -> None:
        """Write FILE.crt and FILE.key, good as a client and as a server on loopback."""
        key = ec.generate_private_key(ec.SECP256R1())
        attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
        if organization is not None:
            attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
        names: list[x509.GeneralName] = [x509.DNSName(name) for name in SERVER_NAMES]
        names += [x509.IPAddress(ipaddress.ip_address(text)) for text in SERVER_ADDRESSES]
        both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        certificate = (
            _builder(x509.Name(attributes), self._subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage(both), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        write_private(self.folder / f"{file}.key", _pem(key))
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        write_private(self.folder / f"{file}.crt", pem)


def prepare(folder: Path) -> None:
    """Fill `folder` with everything a control plane is started with, unless it is there already."""
    if (folder / "complete").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    authority = Authority(folder, "ca")
    authority.issue("apiserver", "kube-apiserver")
    authority.issue("apiserver-to-kubelet", "kube-apiserver-kubelet-client", "system:masters")
    authority.issue("kubelet", "scripted-kubelet")
    Authority(folder, "front-proxy-ca").issue("front-proxy", "front-proxy-client")
    key = ec.generate_private_key(ec.SECP256R1())
    write_private(folder / "service-account.key", _pem(key))
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    write_private(folder / "service-account.pub", public)
    (folder / "complete").touch()


def write_private(path: Path, data: bytes) -> None:
    """Write `data` where only its owner can read it."""
    path.touch(mode=0o600)
    path.write_bytes(data)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        # An hour early, for a clock that is set back.
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
