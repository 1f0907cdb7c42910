"""Files of other languages that are spoilt: what is declared in them stays within their bounds."""

from importlib.util import find_spec
from random import Random

from portal.source.language import READERS
from tests.fuzz.mutation import spoilt

SEEDS = {
    ".java": """package a.b; import x.y.*; /** Doc. */
@A public class Sea<T> extends Y { static final int A = 1, B[] = {2}; /* c */ Sea(int a) { } // d
  enum K { ONE, TWO { void g() {} }; int h() { return 1; } } record P(int x) { P { } }
  String s() { return \"\"\"\n // no \"\"\"; } interface I { int K = 1; void m(); }
  @interface N { int v(); } }
""",
    ".proto": """syntax = "proto3"; package sea.v1; import public "a/b.proto"; // 海
/* Ship */ message Ship { string message = 1 [d = "}"]; enum Kind { A = 0; }
  message In { } oneof o { int32 a = 2; } }
service S { rpc Go(Ship) returns (stream Ship); rpc No(Ship) returns (Ship) { option i = true; } }
""",
    ".sql": """-- ships; all
CREATE TABLE IF NOT EXISTS `fleet`.`ship` (name VARCHAR DEFAULT ';' /* ; */);
create or replace function sail() returns trigger as $$ begin; end; $$; INSERT INTO a VALUES ('it''s');
CREATE UNIQUE INDEX "by" ON ship(name)
""",
    ".yaml": """# first
kind: Pod
metadata:
  name: "sea" # c
---
metadata: {a: b}
kind: List
---
metadata:
  name: 海
kind: Service
""",
}
WORDS = [
    *(
        b"{",
        b"}",
        b";",
        b'"',
        b"'",
        b"`",
        b"$$",
        b"/*",
        b"*/",
        b"--",
        b"//",
        b"\n",
        b"---\n",
        b"\\",
    ),
    *(
        b"message ",
        b"rpc A",
        b"CREATE TABLE ",
        b"kind: A\n",
        b"metadata:\n",
        b"  name: b\n",
        b"class ",
    ),
    *(b"\0", b"\xff", b"\r", "海".encode(), b"{" * 400, b"class A {" * 100, b"message A {" * 100),
    *(b"/**/" * 100, b"'" * 301, b" " * 500, b"#\n" * 200, b"@A(" * 200, b"<" * 300, b'"""'),
]


class OtherFiles:
    """What one file declares; Java where its grammar is installed."""

    name = "others"

    def play(self, chance: Random) -> object:
        """Read one file as what it is, or as what it is not."""
        suffixes = [one for one in SEEDS if one != ".java" or find_spec("tree_sitter_java")]
        data = spoilt(chance, [SEEDS[one].encode() for one in suffixes], WORDS)
        text = data.decode("utf-8", "replace")
        for suffix in suffixes:
            for mark in READERS[suffix](data, None).declared.symbols:
                assert 0 <= mark.start <= mark.name_start < mark.end <= len(text), mark
                assert 1 <= mark.doc_line <= mark.line <= mark.end_line, mark
        return data
