"""The links as a Django app: what they register stands in the reading half from then on."""

from django.apps import AppConfig


class CrosslinksConfig(AppConfig):
    """Comes after portal.walkthrough, whose maker of evidence it replaces."""

    name = "portal.crosslinks"

    def ready(self) -> None:
        """Fill evidence from clusters, open pages at the connected one's version, link fields to Go."""
        from dashboard.views import code
        from portal.crosslinks.evidence import make_evidence
        from portal.crosslinks.fields import field_urls
        from portal.crosslinks.replay import make_trace
        from portal.crosslinks.served import kind_url, kinds_url
        from portal.crosslinks.tape import check_tape, make_tape
        from portal.crosslinks.version import running_version
        from portal.walkthrough.blocks import check_evidence
        from portal.walkthrough.edition import register_cluster_version
        from portal.walkthrough.render import BlockKind, register

        register(BlockKind("evidence", make_evidence, check_evidence))
        register(BlockKind("trace", make_trace, check_evidence))
        register(BlockKind("tape", make_tape, check_tape))
        register_cluster_version(running_version)
        code.register_fields(field_urls)
        code.register_kinds(kind_url, kinds_url)
