import assert from "node:assert/strict";
import { test } from "node:test";

import { notes } from "../../../static/js/calls.js";

const WORDS = { none: "none", more: "{n} more", unknown: "{n} unknown", part: "a part", checked: "checked", unchecked: "by names" };
const LINE = { name: "f", importpath: "a", href: "/", where: "f.go:1", where_href: "/", calls: 1, certainty: "exact", tree: "/" };

test("a level that is all there says nothing more, the first who says so", () => {
  const level = { lines: [LINE], more: 0, unknown: 0, is_whole: true, is_checked: false };
  assert.deepEqual(notes(level, 2, WORDS), []);
  assert.deepEqual(notes(level, 1, WORDS), ["by names"]);
  assert.deepEqual(notes({ ...level, is_checked: true }, 1, WORDS), ["checked"]);
});

test("a level says that it is empty, cut, or a part", () => {
  assert.deepEqual(notes({ lines: [], more: 0, unknown: 2, is_whole: true, is_checked: false }, 2, WORDS), ["none", "2 unknown"]);
  assert.deepEqual(notes({ lines: [LINE], more: 9, unknown: 0, is_whole: false, is_checked: false }, 2, WORDS), ["9 more", "a part"]);
});
