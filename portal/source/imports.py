"""A Go file's imports: which local name stands for which package.

Source: Go specification, "Import declarations"; Go modules reference, "Major version suffixes".
"""

import re

from portal.source.golang import Node, Source


def import_table(source: Source) -> dict[str, str]:
    """Return local name -> import path; blank and dot imports give no name.

    Without an alias the name is the package's own, which the path only suggests: its last part
    without a major version, which is right for every package of Kubernetes' own modules.
    """
    table: dict[str, str] = {}
    for declaration in source.root.children:
        if declaration.type == "import_declaration":
            for spec in _specs(declaration):
                path = spec.child_by_field_name("path")
                alias = spec.child_by_field_name("name")
                if path is None:
                    continue
                importpath = source.words(path).strip('"`')
                name = source.words(alias) if alias is not None else suggested_name(importpath)
                if name not in {"_", "."}:
                    table[name] = importpath
    return table


def suggested_name(importpath: str) -> str:
    """Return the package name that an import path suggests."""
    parts = importpath.split("/")
    # `v2` and up end the path of a module; below k8s.io/api they are API versions, and packages.
    if len(parts) > 1 and re.fullmatch(r"v([2-9]|\d\d+)", parts[-1]) and not _is_api(parts):
        parts.pop()
    return re.sub(r"\.v\d+$", "", parts[-1]).replace("-", "_")


def _is_api(parts: list[str]) -> bool:
    return parts[0] == "k8s.io" and len(parts) > 3


def _specs(declaration: Node) -> list[Node]:
    found: list[Node] = []
    for child in declaration.named_children:
        if child.type == "import_spec":
            found.append(child)
        elif child.type == "import_spec_list":
            found.extend(spec for spec in child.named_children if spec.type == "import_spec")
    return found
