"""What was left out of a source tree that was taken, in a line for each reason."""

from django.utils.translation import ngettext

from portal.source.customs import Left, Reason


def lines(left: dict[Reason, Left]) -> list[str]:
    """Return the lines, in the order of the reasons; none where everything was taken as it was."""
    return [_line(reason, left[reason]) for reason in Reason if reason in left]


def _line(reason: Reason, left: Left) -> str:
    count = left.count
    match reason:
        case Reason.FOLDER:
            text = ngettext(
                "left out: %(count)d folder that is vendored or built: %(example)s",
                "left out: %(count)d folders that are vendored or built, such as %(example)s",
                count,
            )
        case Reason.LINK:
            text = ngettext(
                "left out: %(count)d symbolic link: %(example)s",
                "left out: %(count)d symbolic links, such as %(example)s",
                count,
            )
        case Reason.SUBMODULE:
            text = ngettext(
                "left out: %(count)d git submodule: %(example)s",
                "left out: %(count)d git submodules, such as %(example)s",
                count,
            )
        case Reason.LARGE:
            text = ngettext(
                "left out: %(count)d file larger than a page shows: %(example)s",
                "left out: %(count)d files larger than a page shows, such as %(example)s",
                count,
            )
        case Reason.NAME:
            text = ngettext(
                "left out: %(count)d file whose name is not UTF-8: %(example)s",
                "left out: %(count)d files whose names are not UTF-8, such as %(example)s",
                count,
            )
        case Reason.PATCH:
            text = ngettext(
                "not applied: %(count)d patch of Debian's: %(example)s",
                "not applied: %(count)d patches of Debian's, such as %(example)s",
                count,
            )
        case Reason.CASE:
            text = ngettext(
                "note: %(count)d name differs from another in upper and lower case alone: %(example)s",
                "note: %(count)d names differ from others in upper and lower case alone, such as %(example)s",
                count,
            )
        case Reason.MODULE:
            text = ngettext(
                "note: %(count)d go.mod names no module of its own; its files are with the module around it: "
                "%(example)s",
                "note: %(count)d go.mod files name no modules of their own; their files are with the modules "
                "around them, such as %(example)s",
                count,
            )
    return text % {"count": count, "example": left.example}
