"""Go files that are spoilt: what is declared in them is told within their bounds, and tokens stay tokens."""

from contextlib import suppress
from itertools import pairwise
from random import Random

from portal.source import lexer
from portal.source.buildtags import Build, belongs, constraint_of
from portal.source.calls import calls
from portal.source.declared import read
from portal.source.errors import SourceError
from portal.source.golang import LAYOUT, leaves, parse
from portal.source.imports import import_table
from portal.source.symbols import declared
from tests.fuzz.mutation import spoilt

GO_FILES = [
    """// Package p0 holds a harbour.
package p0

import (
	"fmt"
	tools "k8s.io/client-go/tools/cache"
	. "strings"
	_ "embed"
)

// Harbour is where ships lie.
type Harbour[T any, K comparable] struct {
	*tools.Reflector `json:"reflector,omitempty"`
	Name, Place string
	ships map[K][]T
	inner struct{ depth int }
}

// Sail leaves.
func (h *Harbour[T, K]) Sail(to string, more ...func(int) error) (n int, err error) {
	for i := range 10 {
		switch x := any(to).(type) {
		case string, fmt.Stringer:
			h.inner.depth += i << 2 &^ 0x1F
			fmt.Println(x, 'a', '\\'', "q\\"", `raw
string`, 1e-9, 0b1, 1_000i, .5)
		default:
			go func() { defer h.Sail("", nil) }()
		}
	}
	return len(ToLower(to)), nil
}
""",
    """//go:build linux && (amd64 || !cgo)

package p1 // with a comment

const (
	A, B = iota, 1 << iota /* mid */
	_, _
	C, D
)

var ( x, y int; z = struct{ a int }{1} )

type Alias = map[string]chan<- func()
type I interface { ~int | ~string; M(); fmt.Stringer }
type ( T1 int; T2 = T1 )

func init() {}
func F[P interface{ *T }, T any](a, b P, _ int) (r <-chan T) { goto end; end: return nil }
func G() { if v, ok := <-c; ok { v.M(func() int { return 1 }()) }; select { case c <- 1: default: } }
func (T1) String() string { return "t" }
func (*T2) Ptr()          {}
""",
    """package p2

import "k8s.io/kubernetes/pkg/p0"

var H p0.Harbour[int, string]

func Use() { (&H).Sail("a"); _ = p0.Harbour[int, int]{Name: "é航🧭"} }
""",
]
WORDS = [
    *(
        b"{",
        b"}",
        b"(",
        b")",
        b"[",
        b"]",
        b"`",
        b'"',
        b"'",
        b"/*",
        b"*/",
        b"//",
        b"\n",
        b";",
        b"\\",
    ),
    *(
        b"func ",
        b"type ",
        b"struct {",
        b"interface {",
        b"package ",
        b"import ",
        b"var (",
        b"const (",
    ),
    *(b"//go:build ", b"// +build ", b"&& ", b"|| ", b"!", b"\r", b"\0", b"\xef\xbb\xbf", b"\xff"),
    *(
        "é".encode(),
        "航".encode(),
        "🧭".encode(),
        b"\xed\xa0\x80",
        b"\xe2\x80\xa8",
        b"0x1p-2",
        b".5e+9",
    ),
    *(b"{" * 500, b"(" * 500, b"[" * 500, b"*" * 500, b"func(" * 300, b"/*" * 200, b"a." * 300),
    *(b"if x {" * 300, b"x:" * 200, b"<-" * 300, b"chan " * 300, b"struct{a " * 200),
]


class GoFiles:
    """What one file declares."""

    name = "go"

    def play(self, chance: Random) -> object:
        """Read one file in every way that there is."""
        data = spoilt(chance, [text.encode() for text in GO_FILES], WORDS)
        source = parse(data)
        for mark in read(data).symbols:
            assert 0 <= mark.start <= mark.name_start <= mark.end <= len(source.text), mark
            last = mark.name.rpartition(".")[2]
            assert source.text.startswith(last, mark.name_start), mark
            assert 1 <= mark.doc_line <= mark.line <= mark.end_line, mark
        symbols = declared(source, "f.go")
        for symbol in symbols[:20]:
            for call in calls(source, symbol.span):
                assert call
        import_table(source)
        constraint_of(source.text)
        with suppress(SourceError):
            belongs("f_linux.go", source.text, Build())
        return data


class Tokens:
    """The lexer beside tree-sitter: the same tokens wherever a file is Go."""

    name = "lexer"

    def play(self, chance: Random) -> object:
        """Read the tokens of one file twice."""
        data = spoilt(chance, [text.encode() for text in GO_FILES], WORDS)
        source = parse(data)
        # A mark of byte order may begin a file, and never a declaration, of which tokens are asked.
        ours = lexer.tokens(source.text.removeprefix("\ufeff"))
        # tree-sitter takes a line's end between quotes for a rune, Go does not.
        is_go = not source.has_error and "'\n'" not in source.text
        if is_go and "\0" not in source.text and not _is_open(source.text):
            words = [source.words(leaf) for leaf in leaves(source.root)]
            # And of a text in quotes, where a comment of several lines begins after it.
            if any(word.startswith('"') and "\n" in word for word in words):
                return data
            theirs = [
                word
                for word, after in pairwise([*words, ""])
                if word and word not in LAYOUT and not (word == "," and after in {")", "]", "}"})
            ]
            # tree-sitter parts signs by what may follow, Go by what is longest: `a &^&^ b`.
            assert "".join(ours) == "".join(theirs), _apart(ours, theirs)
        lexer.digest(source.text)
        return data


def _is_open(text: str) -> bool:
    """Return whether a comment or literal has no end: tree-sitter takes its beginning for signs."""
    return lexer.tokens(f"{text}\n~")[-1:] != ["~"]


def _apart(ours: list[str], theirs: list[str]) -> str:
    """Return the tokens around the first that differ."""
    at = next(
        (n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), len(theirs)
    )
    return f"{ours[at - 3 : at + 4]} and {theirs[at - 3 : at + 4]}"
