"""Lines of code, and what scripts are told of them."""

from portal.source.folds import folds
from portal.source.golang import parse
from portal.source.package import Package
from portal.source.shortname import short
from portal.source.symbols import declared
from portal.walkthrough.rows import rows, told

TEXT = """package a

type Buoy struct {
	light bool
}

func (b *Buoy) Ring() error {
	if err := ring(b); err != nil {
		return err
	}
	return nil
}

type Bell interface{ Ring() error }

func (o *Other) Sink() {
}
"""


def test_a_line_tells_what_begins_there_and_what_may_be_folded() -> None:
    source = parse(TEXT.encode())
    outline = declared(source, "a.go")
    package = Package("x/a", "a", "a", ("a.go",), (), (), {}, {"a.go": outline}, {"a.go": "a"})

    found = told(package, outline, folds(source))

    assert found[3] == {"short": short("x/a", "Buoy"), "end": "5"}
    assert found[7] == {"short": short("x/a", "Buoy.Ring"), "end": "12", "of": "3"}
    assert found[8] == {"fold": "10", "sort": "error"}
    assert found[14] == {"short": short("x/a", "Bell")}, "the outermost of its line"
    assert "of" not in found[16], "its type is in another file"


def test_what_is_told_is_an_attribute_and_never_markup() -> None:
    html = rows(["<b>x</b>"], 7, "/f", on=7, told={7: {"short": '"><script>'}})

    assert html.startswith('<li id="L7" class="on" data-short="&quot;&gt;&lt;script&gt;">')
    assert '<a class="ln" href="/f#L7">7</a>' in html
    assert "<b>x</b>" in html
