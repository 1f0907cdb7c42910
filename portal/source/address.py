"""Addresses of source on the web: which file, line or symbol one leads to."""

import re
from urllib.parse import unquote

from portal.source.mention import Mention, Sort, symbol

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_GITHUB = re.compile(r"/([^/]+)/([^/]+)(?:/(?:blob|tree|raw|blame|edit)/([^/]+)(?:/(.*))?)?/?")
_SOURCEGRAPH = re.compile(r"/github\.com/([^/@]+)/([^/@]+)(?:@([^/]+))?/-/(?:blob|tree)/(.*)")


def addressed(url: str) -> Mention | None:
    """Return what an address of source is an address of; None: it is none."""
    url = url.rstrip(".,;:!?)]*_")
    host, _slash, rest = url.partition("://")[2].partition("/")
    rest, _hash, fragment = rest.partition("#")
    rest, _mark, query = rest.partition("?")
    rest = f"/{unquote(rest)}"
    line = re.match(r"L(\d{1,7})", fragment or query)
    number = int(line[1]) if line else 0
    host = host.removeprefix("www.")
    if host in {"pkg.go.dev", "godoc.org"}:
        if _IDENTIFIER.match(fragment) and re.fullmatch(r"\w+(\.\w+)?", fragment, re.ASCII):
            return symbol(url, rest, fragment, is_code=True)
        path, _at, ref = rest.strip("/").partition("@")
        ref, _slash, inside = ref.partition("/")
        path = f"{path}/{inside}" if inside else path
        return Mention(Sort.PATH, url, path=path, ref=ref, is_code=True) if path else None
    if host == "raw.githubusercontent.com":
        parts = rest.strip("/").split("/", 3)
        if len(parts) == 4:
            path = f"github.com/{parts[0]}/{parts[1]}/{parts[3]}"
            return Mention(Sort.PATH, url, path=path, ref=parts[2], is_code=True)
    found = None
    if host in {"github.com", "gitee.com", "gitlab.com"}:
        found = _GITHUB.fullmatch(rest.replace("/-/", "/"))
    elif host == "sourcegraph.com":
        found = _SOURCEGRAPH.fullmatch(rest)
    elif host in {"git.k8s.io", "cs.k8s.io"} and rest.strip("/"):
        return Mention(Sort.PATH, url, path=f"k8s.io{rest}".rstrip("/"), line=number, is_code=True)
    if found is None or not found[4]:
        return None
    path = f"github.com/{found[1]}/{found[2]}/{found[4].rstrip('/')}"
    return Mention(Sort.PATH, url, path=path, line=number, ref=found[3] or "", is_code=True)
