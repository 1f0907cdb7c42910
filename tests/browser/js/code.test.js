import assert from "node:assert/strict";
import { test } from "node:test";

import { chord, stepped } from "../../../static/js/code.js";

test("g waits for the key that says where to go", () => {
  assert.deepEqual(chord("", "g"), { said: "", waits: true });
  assert.deepEqual(chord("g", "d"), { said: "gd", waits: false });
  assert.deepEqual(chord("g", "r"), { said: "gr", waits: false });
  assert.deepEqual(chord("g", "i"), { said: "gi", waits: false });
});

test("g and a key that means nothing is forgotten", () => {
  assert.deepEqual(chord("g", "x"), { said: "", waits: false });
  assert.deepEqual(chord("g", "g"), { said: "", waits: false });
});

test("keys that need no other are taken at once, and others are left alone", () => {
  for (const key of ["[", "]", "j", "k", "t", "/"]) assert.equal(chord("", key).said, key);
  for (const key of ["a", "Enter", "d", "r"]) assert.deepEqual(chord("", key), { said: "", waits: false });
});

test("a step goes to the next place, and stays at the end", () => {
  assert.equal(stepped([3, 9, 27], 9, 1), 27);
  assert.equal(stepped([3, 9, 27], 10, -1), 9);
  assert.equal(stepped([3, 9, 27], 27, 1), 27);
  assert.equal(stepped([], 5, -1), 5);
});
