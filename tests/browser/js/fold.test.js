import assert from "node:assert/strict";
import { test } from "node:test";

import { besides, gone } from "../../../static/js/fold.js";
import { enclosing } from "../../../static/js/scope.js";
import { chord, crossed } from "../../../static/js/code.js";

const IMPORTS = { line: 3, end: 6 };
const GATE = { line: 10, end: 20 };
const ERROR = { line: 12, end: 14 };

test("what is folded is gone but for its first line", () => {
  assert.deepEqual([...gone([IMPORTS])], [4, 5, 6]);
  assert.equal(gone([GATE, ERROR]).size, 10);
  assert.equal(gone([]).size, 0);
});

test("the line that is looked at is never folded, nor what it lies in", () => {
  assert.deepEqual(besides([IMPORTS, GATE, ERROR], [13]), [IMPORTS]);
  assert.deepEqual(besides([IMPORTS, GATE, ERROR], [12]), [IMPORTS, ERROR]);
  assert.deepEqual(besides([IMPORTS, GATE, ERROR], [3, 0]), [IMPORTS, GATE, ERROR]);
});

test("a line is enclosed by its function, and a method by its type", () => {
  const scopes = [{ line: 3, end: 9, of: 0 }, { line: 20, end: 40, of: 3 }, { line: 50, end: 60, of: 0 }];
  assert.deepEqual(enclosing(scopes, 5), [3]);
  assert.deepEqual(enclosing(scopes, 3), []);
  assert.deepEqual(enclosing(scopes, 40), [3, 20]);
  assert.deepEqual(enclosing(scopes, 41), []);
  assert.deepEqual(enclosing(scopes, 55), [50]);
});

test("a link to another version takes the line along instead of the symbol", () => {
  const link = crossed("http://h/source/a@v2/f.go?symbol=X&from=v1", "v1", 12);
  assert.equal(link, "http://h/source/a@v2/f.go?from=v1&line=12");
});

test("y asks for the short address at once", () => {
  assert.deepEqual(chord("", "y"), { said: "y", waits: false });
});
