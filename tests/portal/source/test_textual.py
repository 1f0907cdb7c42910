"""What files without a parser declare: names, places and digests of statements."""

from collections.abc import Callable

import pytest

from portal.source.declared import Declared
from portal.source.textual import proto, sql, yaml

PROTO = """// 海
syntax = "proto3"; // not { a scope
package sea.v1;
import "google/protobuf/any.proto";
import public "sea/port.proto";

/* Ship
   sails. */
message Ship {
  string message = 1;
  enum Kind { UNKNOWN = 0; }
  // Hull is inside.
  message Hull { int32 depth = 1 [default = "}"]; }
  oneof load { string cargo = 2; }
}
service Harbour {
  rpc Enter(Ship) returns (stream Ship);
  rpc Leave(Ship) returns (Ship) { option idempotent = true; }
}
"""

SQL = """-- Ships; all of them
CREATE TABLE IF NOT EXISTS `fleet`.`ship` (
  name VARCHAR(20) DEFAULT ';' COMMENT 'it''s' /* ; */
);
INSERT INTO ship VALUES ('CREATE TABLE no (a)');
create or replace function sail() returns trigger as $$ begin; end; $$;
CREATE UNIQUE INDEX by_name ON ship(name)
"""

YAML = """# first
apiVersion: v1
kind: Pod
metadata:
  labels: {}
  name: "sea" # c
spec:
  containers:
  - name: other
---
kind: List
---
# second
metadata:
  name: port
kind: Service
"""


def names(found: Declared) -> list[tuple[str, str, int, int, int]]:
    return [(m.name, m.kind, m.doc_line, m.line, m.end_line) for m in found.symbols]


def test_a_proto_file_declares_messages_enums_services_and_calls() -> None:
    found = proto(PROTO.encode())

    assert found.package == "sea.v1"
    assert found.imports == {
        "any.proto": "google/protobuf/any.proto",
        "port.proto": "sea/port.proto",
    }
    assert names(found) == [
        ("Ship", "struct", 7, 9, 15),
        ("Ship.Kind", "type", 11, 11, 11),
        ("Ship.Hull", "struct", 12, 13, 13),
        ("Harbour", "interface", 16, 16, 19),
        ("Harbour.Enter", "method", 17, 17, 17),
        ("Harbour.Leave", "method", 18, 18, 18),
    ]
    assert found.symbols[4].signature == "rpc Enter(Ship) returns (stream Ship)"


def test_an_sql_file_declares_what_its_statements_create() -> None:
    assert names(sql(SQL.encode())) == [
        ("fleet.ship", "struct", 1, 2, 4),
        ("sail", "func", 6, 6, 6),
        ("by_name", "type", 7, 7, 7),
    ]


def test_a_yaml_file_declares_the_objects_in_it() -> None:
    assert [(m.name, m.line) for m in yaml(YAML.encode()).symbols] == [
        ("Pod.sea", 2),
        ("Service.port", 14),
    ]


@pytest.mark.parametrize(
    ("read", "text"), [(proto, PROTO), (sql, SQL), (yaml, YAML)], ids=["proto", "sql", "yaml"]
)
def test_names_stand_where_they_are_said_to(read: Callable[[bytes], Declared], text: str) -> None:
    for mark in read(text.encode()).symbols:
        last = mark.name.rpartition(".")[2]
        assert text[mark.name_start :].replace("`", "").replace("fleet.", "").startswith(last)
        assert mark.start <= mark.name_start < mark.end <= len(text)


@pytest.mark.parametrize(
    ("read", "one", "same", "other"),
    [
        (
            proto,
            "message A { int32 a = 1; }",
            "message A\n{ // c\n int32 a = 1;}",
            "message A { int32 b = 1; }",
        ),
        (
            sql,
            "CREATE TABLE a (b INT);",
            "CREATE  TABLE a\n(b /* c */ INT) ;",
            "CREATE TABLE a (c INT);",
        ),
        (
            yaml,
            "kind: A\nmetadata:\n  name: b\n",
            "# c\nkind: A\nmetadata:  \n  name: b\n",
            "kind: A\nmetadata:\n  name: b\nx: 1\n",
        ),
    ],
)
def test_digests_follow_what_is_said_and_not_how(
    read: Callable[[bytes], Declared], one: str, same: str, other: str
) -> None:
    def digest(text: str) -> str:
        return read(text.encode()).symbols[0].digest

    assert digest(one) == digest(same) != digest(other)


@pytest.mark.parametrize("read", [proto, sql, yaml])
@pytest.mark.parametrize(
    "text",
    [
        *("", "}", "{" * 5000, "message A {" * 5000, "'", "/*", "CREATE TABLE", "CREATE TABLE `"),
        *("metadata:\n  name:", "kind:\n", "\0\ufffd;", "$$", "rpc", "-" * 5000, "---\n" * 500),
        *("\n" * 200_000, "message a " * 5000, "kind: A\nmetadata:\n  name:"),
    ],
)
def test_what_is_none_raises_nothing(read: Callable[[bytes], Declared], text: str) -> None:
    assert len(read(text.encode()).symbols) < 50
