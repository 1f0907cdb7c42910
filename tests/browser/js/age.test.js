import assert from "node:assert/strict";
import { test } from "node:test";

import { humanDuration } from "../../../static/js/live/age.js";

const S = 1000, M = 60 * S, H = 60 * M, D = 24 * H, Y = 365 * D;

test("a duration reads as kubectl prints it", () => {
  const table = [
    [-1500, "0s"], [-2000, "<invalid>"], [0, "0s"], [119 * S, "119s"], [120 * S, "2m"], [121 * S, "2m1s"],
    [10 * M - S, "9m59s"], [10 * M, "10m"], [3 * H - S, "179m"], [3 * H, "3h"], [3 * H + M, "3h1m"],
    [8 * H - M, "7h59m"], [8 * H, "8h"], [48 * H - S, "47h"], [48 * H, "2d"], [48 * H + H, "2d1h"],
    [8 * D - H, "7d23h"], [8 * D, "8d"], [2 * Y - D, "729d"], [2 * Y, "2y"], [2 * Y + D, "2y1d"],
    [8 * Y - D, "7y364d"], [8 * Y, "8y"],
  ];
  for (const [milliseconds, text] of table) assert.equal(humanDuration(milliseconds), text);
});
