import assert from "node:assert/strict";
import { test } from "node:test";

import { moved, pieces, remembered } from "../../../static/js/palette.js";

const said = (text, q) => pieces(text, q).map((piece) => (piece.isMarked ? `[${piece.text}]` : piece.text)).join("");

test("every word of the question is marked, capitals aside", () => {
  assert.equal(said("Pods in payments", "po pay"), "[Po]ds in [pay]ments");
  assert.equal(said("ledger-writer", "payments/ledger"), "[ledger]-writer");
});

test("flags and an empty question mark nothing", () => {
  assert.equal(said("north", "-n"), "north");
  assert.equal(said("north", ""), "north");
  assert.equal(said("north", ":"), "north");
});

test("a question is text, never a pattern", () => {
  assert.equal(said("a.b(c", "a.b("), "[a.b(]c");
  assert.equal(said("aXb", "a.b"), "aXb");
});

test("the pieces together are the text", () => {
  for (const q of ["o", "oo o", "zoo", "x"]) {
    assert.equal(pieces("zoologico", q).map((piece) => piece.text).join(""), "zoologico");
  }
});

test("arrows go round, Home and End go to the ends", () => {
  assert.deepEqual(["ArrowDown", "ArrowUp", "Home", "End"].map((key) => moved(key, 0, 3)), [1, 2, 0, 2]);
  assert.equal(moved("ArrowDown", 2, 3), 0);
  assert.equal(moved("ArrowDown", -1, 3), 0);
});

test("other keys, and an empty list, are no moves", () => {
  assert.equal(moved("a", 0, 3), null);
  assert.equal(moved("ArrowDown", -1, 0), null);
});

test("what was opened last is first, once, and eight are kept", () => {
  const hit = (url) => ({ label: url, sub: "", url, kind: "table", icon: "box" });
  let known = [];
  for (const url of "abcdefghijb") known = remembered(known, hit(url));
  assert.deepEqual(known.map((one) => one.url).join(""), "bjihgfed");
});
