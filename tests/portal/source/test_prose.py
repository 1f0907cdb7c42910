"""What a text says about source."""

import time

import pytest

from portal.source.mention import Mention, Sort
from portal.source.prose import MAX_CHARACTERS, MOST, mentions


def only(text: str) -> Mention:
    (found,) = mentions(text).found
    return found[0]


@pytest.mark.parametrize(
    ("text", "importpath", "qualifier", "name"),
    [
        (
            "see go:k8s.io/client-go/rest#Config~12345678 there",
            "k8s.io/client-go/rest",
            "",
            "Config",
        ),
        (
            "k8s.io/client-go/tools/cache.NewReflector",
            "k8s.io/client-go/tools/cache",
            "",
            "NewReflector",
        ),
        ("k8s.io/client-go/rest#Config.Host.", "k8s.io/client-go/rest", "", "Config.Host"),
        (
            "(*k8s.io/client-go/tools/cache.Reflector).Run",
            "k8s.io/client-go/tools/cache",
            "",
            "Reflector.Run",
        ),
        (
            "https://pkg.go.dev/k8s.io/client-go@v0.20.2/rest#Config",
            "k8s.io/client-go/rest",
            "",
            "Config",
        ),
        ("使用cache.NewInformer函数", "", "cache", "NewInformer"),
        ("`cache.Reflector.Run`", "", "cache", "Reflector.Run"),
        ("(*Reflector).ListAndWatch", "", "", "Reflector.ListAndWatch"),
        ("metav1.ObjectMeta,", "", "metav1", "ObjectMeta"),
    ],
)
def test_a_symbol_is_found_as_people_write_it(
    text: str, importpath: str, qualifier: str, name: str
) -> None:
    found = only(text)

    assert found.sort is Sort.SYMBOL
    assert (found.importpath, found.qualifier, found.name) == (importpath, qualifier, name)


@pytest.mark.parametrize(
    ("text", "path", "line", "ref"),
    [
        ("reflector.go:254", "reflector.go", 254, ""),
        ("at vendor/k8s.io/api/core/v1/types.go:7:3.", "vendor/k8s.io/api/core/v1/types.go", 7, ""),
        (
            "https://github.com/kubernetes/kubernetes/blob/v1.20.2/pkg/a/b.go#L15-L20.",
            "github.com/kubernetes/kubernetes/pkg/a/b.go",
            15,
            "v1.20.2",
        ),
        (
            "github.com/kubernetes/client-go/blob/master/rest/config.go#L9",
            "github.com/kubernetes/client-go/rest/config.go",
            9,
            "master",
        ),
        (
            "https://raw.githubusercontent.com/etcd-io/etcd/main/server/main.go",
            "github.com/etcd-io/etcd/server/main.go",
            0,
            "main",
        ),
        ("pkg/kubelet", "pkg/kubelet", 0, ""),
    ],
)
def test_a_path_is_found_with_its_line_and_version(
    text: str, path: str, line: int, ref: str
) -> None:
    found = only(text)

    assert found.sort is Sort.PATH
    assert (found.path, found.line, found.ref) == (path, line, ref)


def test_a_signature_ends_before_its_body() -> None:
    found = only(
        "```go\nfunc (r *T) Do(\n\ta int,\n\tb interface{},\n) (err error) {\n\treturn\n}\n```"
    )

    assert found.sort is Sort.SIGNATURE
    assert found.name == "T.Do"
    assert found.text == "func (r *T) Do( a int, b interface{}, ) (err error)"


def test_words_of_prose_are_no_symbols() -> None:
    text = "Node.js is fast. e.g. this, and.that; see README.md or v1.2.3."

    assert mentions(text).found == ()


def test_a_name_alone_is_found_in_code_and_in_prose_with_a_capital_inside() -> None:
    text = "OldThing, NewThing `NewThing` thing doIt() `x` `plain` Plain oldThing: cache.OldOther OldOther"
    found = [(one.name, one.is_bare) for one, _at in mentions(text).found]

    assert found == [
        ("OldThing", True),
        ("NewThing", False),
        ("doIt", False),
        ("oldThing", True),
        ("OldOther", False),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "newThing := oldThing + 1",
        "\toldThing(ofOurs)",
        "    oldThing(ofOurs)",
        "if oldThing == ofOurs {",
        "```\noldThing\n```",
        "https://a.b/oldThing, mail@oldThing, --oldThing=ofOurs, $oldThing",
        "#oldThing, <oldThing>, a/oldThing",
    ],
)
def test_what_is_pasted_or_part_of_something_else_is_no_word_of_prose(text: str) -> None:
    assert [one.name for one, _at in mentions(text).found if one.is_bare] == []


def test_each_thing_is_told_once_where_it_stands_first() -> None:
    found = mentions("a\nb `cache.Store`\n`cache.Store`\n").found

    assert [(one.text, at) for one, at in found] == [("cache.Store", 2)]


def test_more_than_enough_is_cut_and_said() -> None:
    found = mentions(" ".join(f"a/x{number}.go" for number in range(MOST + 5)))

    assert found.is_cut
    assert len(found.found) == MOST


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a/",
        "a.",
        "a.B(",
        "func (",
        "func a(",
        "func F(interface{",
        "`",
        "```\n",
        "http://",
        "x.Y ",
        "aB ",
        "x; ",
        "    x\n",
        "aB:=",
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    text = (piece * MAX_CHARACTERS)[:MAX_CHARACTERS]
    begun = time.process_time()

    mentions(text)

    assert time.process_time() - begun < 3  # 0.25 s where it was measured
