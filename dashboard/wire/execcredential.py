"""What a credential plugin prints. Go: k8s.io/client-go/pkg/apis/clientauthentication/v1."""

from datetime import datetime

import msgspec


class Status(msgspec.Struct, frozen=True):
    """A token, or a certificate with its key; `expirationTimestamp` None is until it is refused."""

    token: str = ""
    clientCertificateData: str = ""  # noqa: N815  (the plugin's spelling, here and below)
    clientKeyData: str = ""  # noqa: N815
    expirationTimestamp: datetime | None = None  # noqa: N815


class ExecCredential(msgspec.Struct, frozen=True):
    """The plugin's answer."""

    apiVersion: str  # noqa: N815
    kind: str
    status: Status | None = None


exec_credential_decoder = msgspec.json.Decoder(ExecCredential)
