"""Go files of which a reader passes something over, spoilt; and the calls and gates found in them."""

from contextlib import suppress
from random import Random

from portal.source import shortname
from portal.source.callgraph import callees
from portal.source.errors import SourceError
from portal.source.folds import folds
from portal.source.gates import stated
from portal.source.golang import parse
from tests.fuzz.gofiles import WORDS
from tests.fuzz.mutation import spoilt, spoilt_text
from tests.fuzz.questions import Library

FILES = [
    """// Copyright the authors.
// Licensed as it is.

package p

import (
	"fmt"
	generic "k8s.io/apiserver/pkg/features"
)

var table = map[featuregate.Feature]featuregate.VersionedSpecs{
	Tide: {
		{Version: version.MustParse("1.30"), Default: false, PreRelease: Alpha},
		{Version: version.MustParse("1.34"), Default: true, LockToDefault: true, PreRelease: GA},
	},
	generic.Swell: {{Version: version.MustParse("1.31")}},
}
var old = map[Feature]FeatureSpec{Ebb: {Default: true, PreRelease: Beta}}
""",
    """package p

// One.
// Two.
// Three.
// Four.
// Five.
// Six.
// Seven.
// Eight: é航🧭.
func Sail() error {
	if err := raise(); err != nil { // behind
		fmt.Println("é")
		return err
	} else if features.DefaultFeatureGate.Enabled(Tide) {
		if wrapped != nil || err != nil {
			panic(err)
		}
	}
	return nil
}
""",
]
GO_WORDS = [
    *WORDS,
    *(b"if err != nil {", b"return err\n}", b"} else {", b"panic(", b".Enabled(", b"Feature]"),
    *(b"VersionedSpecs{", b"// and\n" * 9, b"Copyright", b"Version: ", b": {{", b"}},"),
]


class Passages:
    """What may be folded lies in the file, and a table's lines do."""

    name = "passages"

    def play(self, chance: Random) -> object:
        """Read one file."""
        data = spoilt(chance, [text.encode() for text in FILES], GO_WORDS)
        source = parse(data)
        lines = source.text.count("\n") + 1
        for fold in folds(source):
            assert 1 <= fold.line < fold.end <= lines, fold
        for gate in stated(data):
            assert all(1 <= state.line <= lines for state in gate.states), gate
        return data


class Calls:
    """Calls of what an imported version declares, and short names."""

    name = "calls"

    def __init__(self, library: Library) -> None:
        """Ask `library`."""
        self._library = library

    def play(self, chance: Random) -> object:
        """Look at one symbol."""
        index = self._library.index
        found = [one for n in range(3) for one in index.package(f"k8s.io/kubernetes/pkg/p{n}")]
        one = chance.choice(found)
        with suppress(SourceError):
            for edge in callees(index, one).edges:
                assert edge.calls > 0
                assert one.mark.line <= edge.line <= one.mark.end_line, edge
        text = spoilt_text(
            chance, [shortname.short(one.importpath, one.mark.name)], ["o", "I", "@", "\0", "é"]
        )
        read = shortname.read(text)
        assert read is None or shortname.read(read) == read
        return one.mark.name, text
