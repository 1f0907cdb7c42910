import assert from "node:assert/strict";
import { test } from "node:test";

import { applyFrame, emptyView, keyText } from "../../../static/js/live/frames.js";

const envelope = { id: "t", v: 1, epoch: "e", resource_version: "1", observed_at_ms: 5, state: "live" };
const row = (name, ...cells) => ({ uid: name, namespace: "a", name, resource_version: "1", cells });
const snapshot = (seq, ...rows) => (
  { ...envelope, type: "snapshot", seq, total: rows.length, offset: 0, columns: [{ name: "Name" }], rows }
);
const names = (view) => view.order.map((key) => view.rows.get(key).name);

test("a snapshot replaces everything", () => {
  const view = emptyView();
  applyFrame(view, snapshot(0, row("x")));
  const applied = applyFrame(view, snapshot(1, row("b"), row("c")));

  assert.deepEqual(names(view), ["b", "c"]);
  assert.equal(applied.isWhole, true);
  assert.deepEqual([...applied.changed], [keyText(["a", "b"]), keyText(["a", "c"])]);
});

test("a delta puts, removes and reorders", () => {
  const view = emptyView();
  applyFrame(view, snapshot(0, row("b"), row("c")));
  const applied = applyFrame(view, {
    ...envelope, type: "delta", seq: 1, put: [row("a1"), row("c", "new")], removed: [["a", "b"]],
    order: [["a", "a1"], ["a", "c"]], total: 7, above: 2,
  });

  assert.deepEqual(names(view), ["a1", "c"]);
  assert.deepEqual(view.rows.get(keyText(["a", "c"])).cells, ["new"]);
  assert.deepEqual([view.total, view.offset], [7, 2]);
  assert.equal(applied.isWhole, false);
});

test("a missed frame asks for a snapshot and changes nothing", () => {
  const view = emptyView();
  applyFrame(view, snapshot(0, row("b")));
  const missed = { ...envelope, type: "delta", seq: 2, put: [], removed: [["a", "b"]], total: 0 };

  assert.equal(applyFrame(view, missed), null);
  assert.deepEqual(names(view), ["b"]);
});

test("a state frame after a missed one asks for a snapshot too", () => {
  const view = emptyView();
  applyFrame(view, snapshot(0, row("b")));

  assert.equal(applyFrame(view, { ...envelope, type: "state", seq: 2 }), null);
  assert.equal(view.seq, 0);
});

test("what is on its way when a view is asked for anew changes nothing", () => {
  const view = emptyView();
  applyFrame(view, snapshot(0, row("b")));
  view.seq = -1;
  view.state = "stale";
  const late = { ...envelope, seq: 8, put: [row("c")], removed: [], total: 2 };
  for (const type of ["delta", "state"]) assert.equal(applyFrame(view, { ...late, type }).isWhole, false);

  assert.deepEqual([names(view), view.seq, view.state], [["b"], -1, "stale"]);
});

test("a state frame keeps the rows and says how old they are", () => {
  const view = emptyView();
  applyFrame(view, snapshot(0, row("b")));
  applyFrame(view, { ...envelope, type: "state", seq: 1, state: "stale", message: "away", observed_at_ms: 3 });

  assert.deepEqual([names(view), view.state, view.message, view.observedAt], [["b"], "stale", "away", 3]);
});

test("a denied view drops its rows", () => {
  const view = emptyView();
  applyFrame(view, snapshot(0, row("b")));
  applyFrame(view, { ...envelope, type: "denied", seq: 1, state: "denied", code: "denied", message: "no" });

  assert.deepEqual([names(view), view.total, view.unfiltered, view.state], [[], 0, 0, "denied"]);
});

test("frames of another version or kind are refused", () => {
  assert.throws(() => applyFrame(emptyView(), { ...snapshot(0), v: 2 }));
  assert.throws(() => applyFrame(emptyView(), { ...envelope, type: "surprise", seq: 0 }));
});
