"""What a Java text declares, behind the same values as Go."""

import pytest

from portal.source.java import read

pytest.importorskip("tree_sitter_java")

TEXT = '''package io.polaris . sea; // 海

import java.util.List;
import static a.b.C.make;
import x.y.*;

/** Sea is wide. */
@Deprecated
public abstract class Sea<T extends X> extends Y implements Z {
  private static final int A = 1, B[] = {2};
  String name; // behind code
  /**
   * Made of depth.
   */
  public Sea(int depth) { this.depth = depth; }
  static { make(); }
  <R> List<R> sail(final String to, int... n) throws E {
    return """
      text // no comment
      """;
  }
  abstract void sail();
  enum Kind { ONE, TWO(2) { void g() {} }; int h() { return 1; } }
  record P(int x) { P { } static int z; }
  interface I { int K = 1; void m(); }
  @interface Note { String value() default ""; }
}
'''


def test_every_type_and_member_is_declared_in_order() -> None:
    found = read(TEXT.encode())

    assert found.package == "io.polaris.sea"
    assert found.imports == {"List": "java.util.List", "make": "a.b.C.make", "x.y.*": "x.y"}
    assert [(mark.name, mark.kind) for mark in found.symbols] == [
        ("Sea", "struct"),
        ("Sea.A", "const"),
        ("Sea.B", "const"),
        ("Sea.name", "field"),
        ("Sea.Sea", "method"),
        ("Sea.sail", "method"),
        ("Sea.sail", "method"),
        ("Sea.Kind", "type"),
        ("Sea.Kind.ONE", "const"),
        ("Sea.Kind.TWO", "const"),
        ("Sea.Kind.h", "method"),
        ("Sea.P", "struct"),
        ("Sea.P.P", "method"),
        ("Sea.P.z", "field"),
        ("Sea.I", "interface"),
        ("Sea.I.K", "const"),
        ("Sea.I.m", "method"),
        ("Sea.Note", "interface"),
        ("Sea.Note.value", "method"),
    ]


def test_spans_are_of_characters_and_docs_belong_to_what_is_below_them() -> None:
    marks = {mark.name: mark for mark in read(TEXT.encode()).symbols}

    for mark in marks.values():
        assert TEXT.startswith(mark.name.rpartition(".")[2], mark.name_start)
    sea, made = marks["Sea"], marks["Sea.Sea"]
    assert (sea.doc_line, sea.line, sea.end_line) == (7, 8, 27)
    assert (
        sea.signature == "@Deprecated public abstract class Sea<T extends X> extends Y implements Z"
    )
    assert (made.doc_line, made.line, made.signature) == (12, 15, "public Sea(int depth)")
    assert marks["Sea.sail"].doc_line == marks["Sea.sail"].line


def test_digests_follow_tokens_and_not_layout_or_comments() -> None:
    def digests(text: str) -> tuple[str, str]:
        mark = read(f"class A {{ {text} }}".encode()).symbols[1]
        return mark.digest, mark.signature_digest

    same = digests("int f(int a) { return g(); }")
    assert digests("int f(/* c */ int a)\n{\n  return g(); // d\n}") == same
    body = digests("int f(int a) { return h(); }")
    assert (body[0] != same[0], body[1] == same[1]) == (True, True)
    assert digests("int f(long a) { return g(); }")[1] != same[1]
    assert digests('String f = """\n// a\n""";') != digests('String f = """\n// b\n""";')


@pytest.mark.parametrize(
    "text",
    ["", "class", "class A {", "}{", "class A { int ; f( }", "\0", "\ufffd" * 9, '"""', "/*"],
)
def test_what_is_no_java_raises_nothing(text: str) -> None:
    assert read(text.encode()).package == ""


def test_types_in_types_without_end_are_passed_over() -> None:
    assert len(read(b"class A {" * 5000).symbols) < 50
