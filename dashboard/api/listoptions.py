"""ListOptions: what a LIST or WATCH asks for, in the server's spelling and under its rules.

Go: k8s.io/apimachinery/pkg/apis/meta/v1#ListOptions, and
k8s.io/apimachinery/pkg/apis/meta/internalversion/validation#ValidateListOptions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from dashboard.errors import InvalidListOptions


class ResourceVersionMatch(StrEnum):
    """How `resource_version` constrains the answer."""

    NOT_OLDER_THAN = "NotOlderThan"
    EXACT = "Exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOptions:
    """A LIST or WATCH of one resource; None and "" send nothing.

    `resource_version` "" is the newest state, "0" any state the server has at hand. `limit` counts
    objects of one page. `send_initial_events` makes a WATCH begin with the present state, ended by
    a bookmark, and needs NOT_OLDER_THAN; the bookmark comes only with `allow_watch_bookmarks`.
    """

    limit: int | None = None
    continue_: str = ""
    resource_version: str | None = None
    resource_version_match: ResourceVersionMatch | None = None
    send_initial_events: bool | None = None
    allow_watch_bookmarks: bool = False
    timeout_seconds: int | None = None
    label_selector: str = ""
    field_selector: str = ""

    def query(self, *, watch: bool = False) -> list[tuple[str, str]]:
        """Return the query of a LIST, or of a WATCH, in a fixed order and not yet encoded.

        Raises InvalidListOptions where the server would answer 400 or 422.
        """
        self.validate(watch=watch)
        pairs: list[tuple[str, str | int | None]] = [
            ("watch", "true" if watch else None),
            ("limit", self.limit),
            ("continue", self.continue_ or None),
            ("resourceVersion", self.resource_version or None),
            ("resourceVersionMatch", self.resource_version_match),
            ("sendInitialEvents", _boolean(self.send_initial_events)),
            # On a LIST the server ignores it.
            ("allowWatchBookmarks", "true" if watch and self.allow_watch_bookmarks else None),
            ("timeoutSeconds", self.timeout_seconds),
            ("labelSelector", self.label_selector or None),
            ("fieldSelector", self.field_selector or None),
        ]
        return [(key, str(value)) for key, value in pairs if value is not None]

    def validate(self, *, watch: bool) -> None:
        """Do nothing, or raise InvalidListOptions with the first rule that is broken."""
        for option, reason in self._broken_rules(watch=watch):
            raise InvalidListOptions(value=option, reason=reason)

    def _broken_rules(self, *, watch: bool) -> Iterator[tuple[str, str]]:
        if self.resource_version and not _is_unsigned(self.resource_version):
            yield "resourceVersion", "not a whole number"
        if self.limit is not None and self.limit < 0:
            yield "limit", "below zero"
        if self.timeout_seconds is not None and self.timeout_seconds < 0:
            yield "timeoutSeconds", "below zero"
        yield from self._broken_watch_rules() if watch else self._broken_list_rules()

    def _broken_list_rules(self) -> Iterator[tuple[str, str]]:
        match = self.resource_version_match
        if match is not None:
            if not self.resource_version:
                yield "resourceVersionMatch", "needs a resourceVersion"
            if self.continue_:
                yield "resourceVersionMatch", "not together with continue"
            if match is ResourceVersionMatch.EXACT and self.resource_version == "0":
                yield "resourceVersionMatch", "no state is exactly 0"
        if self.send_initial_events is not None:
            yield "sendInitialEvents", "only for a WATCH"
        # The server lets "0" pass, because old clients send it (k8s.io/apiserver/pkg/storage).
        if self.continue_ and self.resource_version not in {None, "", "0"}:
            yield "continue", "not together with resourceVersion"

    def _broken_watch_rules(self) -> Iterator[tuple[str, str]]:
        match = self.resource_version_match
        if (
            self.send_initial_events is not None
            and match is not ResourceVersionMatch.NOT_OLDER_THAN
        ):
            yield "sendInitialEvents", "needs resourceVersionMatch NotOlderThan"
        if match is not None:
            if self.send_initial_events is None:
                yield "resourceVersionMatch", "needs sendInitialEvents"
            if self.continue_:
                yield "resourceVersionMatch", "not together with continue"


def _boolean(value: bool | None) -> str | None:  # noqa: FBT001 -- three states of one option
    return None if value is None else str(value).lower()


def _is_unsigned(text: str) -> bool:
    return text.isascii() and text.isdigit()
