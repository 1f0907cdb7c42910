"""Every way a cluster, a request or the gate can fail a viewer, as one tree of types.

A type exists when someone acts differently on it. Library exceptions are chained to one of these
and never leave the room that met them.

    ClusterError
      ConfigurationError      the operator mends a kubeconfig
        NoKubeconfig  KubeconfigInvalid  ContextUnknown  CertificateInvalid
        CredentialPluginFailed  CredentialPluginHung  UnsupportedAuthProvider  SlowProtobuf
      ReachabilityError       no answer came
        Unreachable  TlsFailed  TimedOut
      ApiserverError          the API server answered no (api/status maps a Status to one)
        Unauthorized  Forbidden  NotFound  TooLargeResourceVersion  TooManyRequests
        NotAcceptable  UnprocessableWatchList  BadRequest  InternalError  ServiceUnavailable
        Expired
          ColumnsChanged  PrintedOtherwise
      StreamError             a watch cannot be trusted further
        MalformedEvent  FrameTooLarge  WatchClosed  VeryShortWatch  Silent  Diverged
      RequestError            the viewer asked for something that cannot be
        UnknownKind  UnknownCluster  InvalidQuery  InvalidFrame
        InvalidValue
          InvalidName  InvalidResourceVersion  InvalidListOptions  InvalidQuantity
      GateError               the viewer may not, or not yet
        Denied
          NeverCached
        NotCheckedYet  IdentityRefused
        SignInNeeded
          TokenRefused
      NotLive                 the rows are whole, and nobody watches them
        NotWatched  OnDemand
      Crowded                 as much is open as one cluster is asked for
"""

from collections.abc import Callable
from enum import StrEnum
from typing import ClassVar, TypeAlias

Param: TypeAlias = str | int | float

DETAIL_LIMIT = 1024
"""Characters of another program's words that an error keeps."""


def gettext_noop(text: str) -> str:
    """Return `text` as it is; the name makes it a msgid for the catalogs."""
    return text


class Retry(StrEnum):
    """What makes the next attempt worth making."""

    NEVER = "never"
    """Nothing, until a person changes something."""
    BACKOFF = "backoff"
    """The same request later: after `retry_after_s` if that is set, else after a growing pause."""
    RESUME = "resume"
    """The same watch from the last good resourceVersion."""
    RELIST = "relist"
    """A new LIST; the last good resourceVersion is of no more use."""
    FALLBACK = "fallback"
    """The same answer asked for in an older way: LIST for WatchList, JSON for protobuf."""
    REAUTHENTICATE = "reauthenticate"
    """The same request with a fresh credential."""


class ClusterError(Exception):
    """Root of the tree: `code` goes over the wire, `status` is Portolan's own HTTP answer.

    `template % params` is what the viewer is told. A view translates `template` first; it is an
    English msgid. `detail` is another program's words: for logs and for an operator, cut to
    DETAIL_LIMIT and stripped of control characters; None when there are none.
    """

    code: ClassVar[str] = "cluster_error"
    status: ClassVar[int] = 500
    retry: ClassVar[Retry] = Retry.NEVER
    template: str = gettext_noop("Something went wrong. Reload the page.")

    def __init__(self, *, detail: str | None = None, **params: Param) -> None:
        """Keep the parameters of `template`, and `detail` made fit for a log."""
        super().__init__()
        self.params: dict[str, Param] = params
        self.detail = _printable(detail) if detail else None
        self.retry_after_s: float | None = None

    @property
    def message(self) -> str:
        """What happened and what to do next, in English."""
        return self.told(str)

    def told(self, translate: Callable[[str], str]) -> str:
        """Return the message in the language of `translate`, which gets msgids.

        A `reason` among the parameters is a msgid too, whose own variables are the other parameters.
        """
        params = dict(self.params)
        if isinstance(reason := params.get("reason"), str):
            worded = translate(reason)
            params["reason"] = worded % self.params if "%(" in worded else worded
        return translate(self.template) % params

    def __str__(self) -> str:
        return f"{self.message} ({self.detail})" if self.detail else self.message

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (type(self), dict(self.__dict__))


def _restore(cls: type[ClusterError], state: dict[str, object]) -> ClusterError:
    # Pickle would call the class with positional arguments, which no class here takes.
    error = cls.__new__(cls)
    error.__dict__.update(state)
    return error


def _printable(text: str) -> str:
    cut = text[:DETAIL_LIMIT]
    return "".join(char if char.isprintable() else " " for char in cut).strip()


# --- configuration


class ConfigurationError(ClusterError):
    """No request can be made before the operator mends the configuration of `cluster`."""

    status = 503

    def __init__(self, *, cluster: str = "", detail: str | None = None, **params: Param) -> None:
        """`cluster` is the kubeconfig context."""
        super().__init__(detail=detail, cluster=cluster, **params)


class NoKubeconfig(ConfigurationError):
    """No kubeconfig was found anywhere it is looked for; `make run` answers with the demo."""

    code = "no_kubeconfig"
    template = gettext_noop(
        "No kubeconfig was found. Set KUBECONFIG or write ~/.kube/config, then start again."
    )


class KubeconfigInvalid(ConfigurationError):
    """A kubeconfig exists but cannot be understood; `detail` says where and why."""

    code = "kubeconfig_invalid"
    template = gettext_noop(
        "The kubeconfig for %(cluster)s cannot be read. Check it with “kubectl config view”."
    )


class ContextUnknown(ConfigurationError):
    """The kubeconfig has no context of this name."""

    code = "context_unknown"
    template = gettext_noop(
        "The kubeconfig has no context %(cluster)s. “kubectl config get-contexts” lists them."
    )


class CertificateInvalid(ConfigurationError):
    """A client certificate, key or CA of the kubeconfig cannot be used: damaged or expired."""

    code = "certificate_invalid"
    template = gettext_noop(
        "A certificate in the kubeconfig for %(cluster)s cannot be used. Renew it, then try again."
    )


class CredentialPluginFailed(ConfigurationError):
    """The kubeconfig's exec plugin ended badly; going on anonymously is not an option."""

    code = "credential_plugin_failed"
    retry = Retry.REAUTHENTICATE
    template = gettext_noop(
        "The credential plugin %(plugin)s of %(cluster)s failed. Log in with it in a terminal."
    )

    def __init__(self, *, cluster: str, plugin: str, detail: str | None = None) -> None:
        """`plugin` is the command's name, without its arguments."""
        super().__init__(cluster=cluster, plugin=plugin, detail=detail)


class CredentialPluginHung(CredentialPluginFailed):
    """The exec plugin gave no answer in time and was ended; it may be waiting for a person."""

    code = "credential_plugin_hung"
    template = gettext_noop(
        "The credential plugin %(plugin)s of %(cluster)s did not answer. "
        "It may be waiting for input: log in with it in a terminal."
    )


class UnsupportedAuthProvider(ConfigurationError):
    """The kubeconfig names an auth-provider; kubectl dropped the built-in ones in 1.26."""

    code = "unsupported_auth_provider"
    template = gettext_noop(
        "%(cluster)s logs in with the auth provider “%(provider)s”, which is not supported. "
        "Use an exec plugin such as kubelogin."
    )

    def __init__(self, *, cluster: str, provider: str, detail: str | None = None) -> None:
        """`provider` is the kubeconfig's auth-provider.name."""
        super().__init__(cluster=cluster, provider=provider, detail=detail)


class SlowProtobuf(ConfigurationError):
    """The package protobuf runs its Python code instead of upb, some fifty times slower."""

    code = "slow_protobuf"
    template = gettext_noop(
        "The Python package protobuf runs as “%(found)s” instead of upb. Install a wheel of it that "
        "fits this Python, and unset PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION."
    )

    def __init__(self, *, found: str) -> None:
        """`found` is the implementation that was loaded."""
        super().__init__(found=found)


# --- reachability


class ReachabilityError(ClusterError):
    """No answer came from `cluster`; what was seen before is shown as stale."""

    status = 503
    retry = Retry.BACKOFF

    def __init__(self, *, cluster: str, detail: str | None = None) -> None:
        """`cluster` is the kubeconfig context."""
        super().__init__(cluster=cluster, detail=detail)


class Unreachable(ReachabilityError):
    """No connection: refused, reset, no route or no such host."""

    code = "unreachable"
    template = gettext_noop(
        "The API server of %(cluster)s cannot be reached. It is tried again on its own; "
        "check the network or the VPN."
    )


class TlsFailed(ReachabilityError):
    """The TLS handshake failed: another CA, another name, or an expired certificate."""

    code = "tls_failed"
    template = gettext_noop(
        "The API server of %(cluster)s is not the one its kubeconfig trusts. "
        "Fetch a new kubeconfig if its certificate changed."
    )


class TimedOut(ReachabilityError):
    """A named limit passed with no answer on an open connection."""

    code = "timed_out"
    status = 504
    template = gettext_noop(
        "The API server of %(cluster)s did not answer in time. It is tried again on its own."
    )


# --- the API server said no


class ApiserverError(ClusterError):
    """The API server refused a request; `gvr` and `verb` say which."""

    status = 502

    def __init__(
        self,
        *,
        gvr: object = "",
        verb: str = "",
        detail: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        """`gvr` is a GVR or a path of the API; its text is kept. `retry_after_s` is Retry-After."""
        super().__init__(gvr=str(gvr), verb=verb, detail=detail)
        self.retry_after_s = retry_after_s


class Unauthorized(ApiserverError):
    """HTTP 401: the credential was refused or has expired. Data seen with it is withdrawn."""

    code = "unauthorized"
    status = 503
    retry = Retry.REAUTHENTICATE
    template = gettext_noop(
        "The API server refused the credential (%(verb)s %(gvr)s). Log in to the cluster again."
    )


class Forbidden(ApiserverError):
    """HTTP 403: the identity is known and lacks the right. Asked again when RBAC moves."""

    code = "forbidden"
    status = 403
    retry = Retry.BACKOFF
    template = gettext_noop(
        "The cluster does not allow this account to %(verb)s %(gvr)s. "
        "Ask its administrator for that right."
    )


class NotFound(ApiserverError):
    """HTTP 404: no such object, or the kind is no longer served."""

    code = "not_found"
    status = 404
    template = gettext_noop(
        "The cluster has no such thing (%(verb)s %(gvr)s). It may have been deleted."
    )


class Expired(ApiserverError):
    """HTTP 410 or an ERROR event of code 410: the resourceVersion or continue token is too old.

    A reflector relists; no viewer sees it (client-go: isExpiredError).
    """

    code = "expired"
    status = 503
    retry = Retry.RELIST
    template = gettext_noop("%(gvr)s is being read again from the start. Nothing needs doing.")


class ColumnsChanged(Expired):
    """A watch prints other columns than the LIST did (facts M15 and M18): its rows mean nothing."""

    code = "columns_changed"


class PrintedOtherwise(Expired):
    """A row that Portolan printed is not what the server prints; the server's own rows take over."""

    code = "printed_otherwise"
    retry = Retry.FALLBACK
    template = gettext_noop(
        "%(gvr)s is being read again in the server's own words, which differ under “%(column)s”."
    )

    def __init__(self, *, gvr: object = "", column: str = "", detail: str | None = None) -> None:
        """`column` is the first that differed; `detail` says how, and names no object."""
        super().__init__(gvr=gvr, verb="list", detail=detail)
        self.params["column"] = column


class TooLargeResourceVersion(ApiserverError):
    """HTTP 504 with cause ResourceVersionTooLarge: the server is behind what was seen before.

    Happens after an etcd restore or on a lagging replica; a reflector lists with resourceVersion
    "" (client-go: isTooLargeResourceVersionError).
    """

    code = "too_large_resource_version"
    status = 503
    retry = Retry.RELIST
    template = gettext_noop(
        "The API server is behind what was seen before; %(gvr)s is being read again."
    )


class TooManyRequests(ApiserverError):
    """HTTP 429: the server asks for fewer requests, after `retry_after_s` if it said so."""

    code = "too_many_requests"
    status = 503
    retry = Retry.BACKOFF
    template = gettext_noop(
        "The API server is busy (%(verb)s %(gvr)s). It is asked again after a pause."
    )


class NotAcceptable(ApiserverError):
    """HTTP 406 or 415: the server cannot encode this kind so (a CRD as protobuf, for one)."""

    code = "not_acceptable"
    retry = Retry.FALLBACK
    template = gettext_noop("The API server cannot send %(gvr)s in the form that was asked for.")


class UnprocessableWatchList(ApiserverError):
    """The server has no streaming list: HTTP 422, or in-stream 500 for want of a newer etcd.

    A reflector goes back to LIST and WATCH for good. Source: fact M7, trap T5.
    """

    code = "unprocessable_watch_list"
    retry = Retry.FALLBACK
    template = gettext_noop("The API server cannot stream a list of %(gvr)s; it is listed instead.")


class BadRequest(ApiserverError):
    """Any other HTTP 4xx: repeating the request repeats the answer."""

    code = "bad_request"
    template = gettext_noop(
        "The API server did not accept the request (%(verb)s %(gvr)s). Its version may differ."
    )


class InternalError(ApiserverError):
    """HTTP 500 and any other 5xx: the server failed."""

    code = "internal_error"
    retry = Retry.BACKOFF
    template = gettext_noop(
        "The API server failed (%(verb)s %(gvr)s). It is asked again on its own."
    )


class ServiceUnavailable(ApiserverError):
    """HTTP 503 or 504: the server, or the aggregated API behind it, is down or too slow."""

    code = "service_unavailable"
    status = 503
    retry = Retry.BACKOFF
    template = gettext_noop(
        "The API server cannot serve %(gvr)s at the moment. It is asked again on its own."
    )


# --- a watch that cannot be trusted further


class StreamError(ClusterError):
    """A watch of `gvr` ended or must end; the resume point is the last good resourceVersion."""

    status = 503
    retry = Retry.RESUME
    template = gettext_noop(
        "The live connection for %(gvr)s is being renewed. Nothing needs doing."
    )

    def __init__(self, *, gvr: object = "", detail: str | None = None, **params: Param) -> None:
        """`gvr` is a GVR; its text is kept. `detail` never holds bytes of the stream."""
        super().__init__(gvr=str(gvr), detail=detail, **params)


class MalformedEvent(StreamError):
    """A frame cannot be decoded or has no resourceVersion, so none after it may be used.

    A second one at the same resourceVersion means relist (client-go: RetryWatcher aborts).
    """

    code = "malformed_event"


class FrameTooLarge(StreamError):
    """A frame passed the size limit; the same bytes would come again, so a LIST takes over."""

    code = "frame_too_large"
    retry = Retry.RELIST
    template = gettext_noop("An object of %(gvr)s is larger than %(limit_bytes)d bytes.")

    def __init__(self, *, gvr: object = "", limit_bytes: int, detail: str | None = None) -> None:
        """`limit_bytes` is the limit that was passed."""
        super().__init__(gvr=gvr, limit_bytes=limit_bytes, detail=detail)


class WatchClosed(StreamError):
    """The stream ended: the server's own timeout, a restart, or a broken connection.

    The end of a stream is no fault by itself. Source: fact M8.
    """

    code = "watch_closed"


class VeryShortWatch(StreamError):
    """The watch ended within a second without one event (client-go: VeryShortWatchError)."""

    code = "very_short_watch"
    retry = Retry.BACKOFF


class Silent(StreamError):
    """Neither event nor bookmark for `limit_s` seconds: no longer live, to be verified by a LIST.

    Source: fact M4.
    """

    code = "silent"
    retry = Retry.RELIST
    template = gettext_noop(
        "Nothing was heard about %(gvr)s for %(limit_s)d seconds; it is being checked."
    )

    def __init__(self, *, gvr: object = "", limit_s: float, detail: str | None = None) -> None:
        """`limit_s` is the silence that was allowed."""
        super().__init__(gvr=gvr, limit_s=limit_s, detail=detail)


class Diverged(StreamError):
    """The copy was found to differ from the cluster at the same version; it is listed anew.

    Nothing known makes this happen: etcd and the API server's own cache have, in some releases.
    Go: k8s.io/apiserver/pkg/storage/cacher#DetectCacheInconsistency (KEP-4988).
    """

    code = "diverged"
    retry = Retry.RELIST
    template = gettext_noop("The copy of %(gvr)s was not what the cluster has; it is read again.")


# --- the request itself


class RequestError(ClusterError):
    """What was asked for cannot be; another address or other words are needed."""

    status = 400


class UnknownKind(RequestError):
    """`kind` is no form of a resource's name, or discovery knows none by it."""

    code = "unknown_kind"
    status = 404
    template = gettext_noop(
        "There is no kind “%(kind)s” here. Look for it with “kubectl api-resources”."
    )

    def __init__(self, *, kind: str, detail: str | None = None) -> None:
        """`kind` is what was asked for; it is cut to 300 characters."""
        super().__init__(kind=kind[:300], detail=detail)


class UnknownCluster(RequestError):
    """No connected context has the slug `cluster`."""

    code = "unknown_cluster"
    status = 404
    template = gettext_noop("There is no cluster “%(cluster)s” here. The home page lists them.")

    def __init__(self, *, cluster: str, detail: str | None = None) -> None:
        """`cluster` is the slug that was asked for; it is cut to 300 characters."""
        super().__init__(cluster=cluster[:300], detail=detail)


class InvalidQuery(RequestError):
    """A filter, sort or column list cannot be read; `position` counts characters from 0."""

    code = "invalid_query"
    template = gettext_noop("The filter cannot be read at character %(position)d: %(reason)s")

    def __init__(
        self, *, position: int, reason: str, detail: str | None = None, **params: Param
    ) -> None:
        """`reason` is a msgid for the person who typed the query; `params` are its variables."""
        super().__init__(position=position, reason=reason, detail=detail, **params)
        self.position = position


class InvalidFrame(RequestError):
    """A WebSocket frame is not of portolan.v1; `reason` is for the client's author."""

    code = "invalid_frame"
    template = gettext_noop("The page and the server do not understand each other: %(reason)s")

    def __init__(self, *, reason: str, detail: str | None = None) -> None:
        """`reason` names the field, never its content."""
        super().__init__(reason=_printable(reason), detail=detail)


class InvalidValue(RequestError, ValueError):
    """A value breaks the rules of its type. Also a ValueError."""

    code = "invalid_value"
    template = gettext_noop("“%(value)s” cannot be used: %(reason)s")

    def __init__(self, *, value: str, reason: str, detail: str | None = None) -> None:
        """`value` is cut to 100 characters."""
        super().__init__(value=_printable(value[:100]), reason=reason, detail=detail)


class InvalidName(InvalidValue):
    """Not a name that an object or namespace can have, so never part of an upstream path."""

    code = "invalid_name"


class InvalidResourceVersion(InvalidValue):
    """Not a resourceVersion that can be compared (Go: resourceversion.InvalidResourceVersion)."""

    code = "invalid_resource_version"


class InvalidListOptions(InvalidValue):
    """The server would refuse these options together."""

    code = "invalid_list_options"


class InvalidQuantity(InvalidValue):
    """Not a resource.Quantity."""

    code = "invalid_quantity"


# --- the gate


class GateError(ClusterError):
    """The viewer's own rights stand between them and the answer."""

    status = 403


class Denied(GateError):
    """The viewer may not read `gvr` in `namespace` ("" is everywhere).

    The same for a name that exists and one that does not. Asked again when RBAC moves.
    """

    code = "denied"
    retry = Retry.BACKOFF
    template = gettext_noop(
        "You have no access to %(gvr)s. Ask the cluster's administrator for that right."
    )

    def __init__(self, *, gvr: object, namespace: str = "", detail: str | None = None) -> None:
        """`gvr` is a GVR; its text is kept."""
        super().__init__(gvr=str(gvr), namespace=namespace, detail=detail)
        if namespace:
            self.template = gettext_noop(
                "You have no access to %(gvr)s in %(namespace)s. "
                "Ask the cluster's administrator for that right."
            )


class NeverCached(Denied):
    """Secrets have no live table for anybody: they are neither cached nor watched."""

    code = "never_cached"
    retry = Retry.NEVER

    def __init__(self, *, gvr: object) -> None:
        """`gvr` is that of Secrets; its text is kept."""
        super().__init__(gvr=gvr)
        self.template = gettext_noop(
            "Secrets are neither cached nor watched, so no view of them is live. "
            "Reload the page to read them again."
        )


class NotCheckedYet(GateError):
    """The API server was not asked yet about `gvr` in `namespace`: neither allowed nor denied."""

    code = "not_checked_yet"
    status = 503
    retry = Retry.BACKOFF
    template = gettext_noop(
        "Your access to %(gvr)s is not checked yet. The page fills in as answers come."
    )

    def __init__(self, *, gvr: object, namespace: str = "", detail: str | None = None) -> None:
        """`gvr` is a GVR; its text is kept."""
        super().__init__(gvr=str(gvr), namespace=namespace, detail=detail)
        self.retry_after_s = 1.0


class IdentityRefused(GateError):
    """A login brought names that must not reach the API server: blank, or `system:` unproven.

    Source: facts M2 and M3, CVE-2026-23990.
    """

    code = "identity_refused"
    template = gettext_noop(
        "This login cannot be used on the cluster: %(reason)s Ask the administrator to map it."
    )

    def __init__(self, *, reason: str, detail: str | None = None) -> None:
        """`reason` is a sentence without the name itself."""
        super().__init__(reason=reason, detail=detail)


class SignInNeeded(GateError):
    """The visitor brought no token for `cluster`; one for another cluster is none for this."""

    code = "sign_in_needed"
    status = 401
    template = gettext_noop("Sign in to %(cluster)s to see what your own rights show there.")

    def __init__(self, *, cluster: str, detail: str | None = None) -> None:
        """`cluster` is the slug."""
        super().__init__(cluster=cluster, detail=detail)


class TokenRefused(SignInNeeded):
    """The API server does not take the visitor's token: mistyped, expired or withdrawn."""

    code = "token_refused"
    template = gettext_noop(
        "The API server of %(cluster)s does not take this token. It may be mistyped, expired or "
        "withdrawn: fetch a new one, then sign in again."
    )


# --- whole, and not live


class NotLive(ClusterError):
    """No failure: the rows are complete as of their time, and are not watched from then on."""

    status = 200


class NotWatched(NotLive):
    """The account that reads `gvr` may list and not watch it: it is listed again now and then."""

    code = "not_watched"
    retry = Retry.BACKOFF
    template = gettext_noop(
        "%(gvr)s is not live: the account may list but not watch it. "
        "It is read again each %(pause_s)d seconds."
    )

    def __init__(self, *, gvr: object, pause_s: float, detail: str | None = None) -> None:
        """`gvr` is a GVR or its path; its text is kept."""
        super().__init__(gvr=str(gvr), pause_s=pause_s, detail=detail)


class OnDemand(NotLive):
    """The kind was listed for this one answer, with the viewer's own credential, and not kept."""

    code = "on_demand"
    template = gettext_noop("%(gvr)s is not live: it was read for this page alone. Reload it.")

    def __init__(self, *, gvr: object, detail: str | None = None) -> None:
        """`gvr` is a GVR; its text is kept."""
        super().__init__(gvr=str(gvr), detail=detail)


# --- limits of our own


class Crowded(ClusterError):
    """`most` streams to one cluster are in use; what nobody looks at has been closed already."""

    code = "crowded"
    status = 503
    retry = Retry.BACKOFF
    template = gettext_noop(
        "%(most)d collections of this cluster are being watched, and that is all it is asked for. "
        "Close views that you do not need, or name fewer namespaces."
    )

    def __init__(self, *, most: int) -> None:
        """`most` is the limit."""
        super().__init__(most=most)
        self.retry_after_s = 10.0
