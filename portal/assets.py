"""Static files under names that carry their content's hash, JavaScript imports included."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Rewrites `import … from "./x.js";` as well, so that no module is read from a stale cache."""

    support_js_module_import_aggregation = True
