"""The calls that a function makes, in the order in which they are written.

What claims about order are checked against: who wraps whom, and under which conditions.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.source.golang import Node, Source, Span, first_line
from portal.source.imports import import_table


@dataclass(frozen=True, slots=True)
class Call:
    """One call `target = pkg.name(…)`, `pkg.name(…)` or `name(…)`."""

    target: str
    """The variable that takes the result; empty where none does."""
    importpath: str
    """The package that the callee's qualifier stands for; empty without one."""
    name: str
    line: int
    span: Span
    guards: tuple[str, ...]
    """Conditions of the `if` statements around it, outermost first; `!(…)` in an else branch."""


def calls(source: Source, span: Span) -> tuple[Call, ...]:
    """Return the calls inside `span`, in source order; an argument comes after its call."""
    imports = import_table(source)
    return tuple(call for call in _walk(source, imports) if call.span in span)


def _walk(source: Source, imports: dict[str, str]) -> Iterator[Call]:
    waiting: list[tuple[Node, tuple[str, ...]]] = [(source.root, ())]
    while waiting:
        node, guards = waiting.pop()
        if node.type == "call_expression" and (call := _call(source, imports, node, guards)):
            yield call
        waiting.extend(reversed(list(_children(source, node, guards))))


def _children(
    source: Source, node: Node, guards: tuple[str, ...]
) -> Iterator[tuple[Node, tuple[str, ...]]]:
    condition = node.child_by_field_name("condition") if node.type == "if_statement" else None
    if condition is None:
        yield from ((child, guards) for child in node.named_children)
        return
    text = " ".join(source.words(condition).split())
    branches = {
        "consequence": (*guards, text),
        "alternative": (*guards, f"!({text})"),
    }
    for index, child in enumerate(node.children):
        if child.is_named:
            yield child, branches.get(node.field_name_for_child(index) or "", guards)


def _call(
    source: Source, imports: dict[str, str], node: Node, guards: tuple[str, ...]
) -> Call | None:
    function = node.child_by_field_name("function")
    if function is None:
        return None
    importpath = ""
    if function.type == "selector_expression":
        operand, field = (
            function.child_by_field_name("operand"),
            function.child_by_field_name("field"),
        )
        if operand is None or field is None:
            return None
        importpath = imports.get(source.words(operand), "")
        name = source.words(field)
    elif function.type == "identifier":
        name = source.words(function)
    else:
        return None
    return Call(
        _target(source, node), importpath, name, first_line(node), source.span(node), guards
    )


def _target(source: Source, node: Node) -> str:
    listed = node.parent
    assigned = listed.parent if listed is not None else None
    if assigned is None or assigned.type not in {"assignment_statement", "short_var_declaration"}:
        return ""
    left = assigned.child_by_field_name("left")
    return source.words(left) if left is not None else ""
