// Long tables: rows are asked for before they are needed, by key where one is known.

import assert from "node:assert/strict";
import { test } from "node:test";

import { isShort, windowFor } from "../../../static/js/live/viewport.js";

/** @param {number} from @param {number} count @returns {[string, string][]} */
const keys = (from, count) => Array.from({ length: count }, (_, at) => ["a", `p${from + at}`]);

test("rows well inside what is here are not asked for again", () => {
  assert.equal(isShort({ first: 50, count: 30 }, 0, 150, 10_000), false);
  assert.equal(isShort({ first: 0, count: 30 }, 0, 60, 10_000), false);
});

test("near an end of what is here, and only where there are more, rows are asked for", () => {
  assert.equal(isShort({ first: 130, count: 30 }, 0, 150, 10_000), true);
  assert.equal(isShort({ first: 105, count: 30 }, 100, 150, 10_000), true);
  assert.equal(isShort({ first: 130, count: 30 }, 0, 150, 150), false);
});

test("a window is anchored at the first row on screen", () => {
  assert.deepEqual(windowFor({ first: 120, count: 30 }, 100, keys(100, 60)), {
    anchor: ["a", "p120"], before: 60, after: 90,
  });
});

test("at the top the window follows the first row, whatever comes", () => {
  assert.deepEqual(windowFor({ first: 0, count: 30 }, 0, keys(0, 60)), { offset: 0, before: 0, after: 90 });
});

test("a jump to rows that are not here is by number", () => {
  assert.deepEqual(windowFor({ first: 9000, count: 30 }, 0, keys(0, 60)), { offset: 9000, before: 60, after: 90 });
});
