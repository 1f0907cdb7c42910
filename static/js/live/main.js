// The live table page: what the server rendered first, kept up to date from then on.

import { Connection, socketUrl } from "./connection.js";
import { applyFrame, emptyView } from "./frames.js";
import { freshen } from "./fresh.js";
import { listen, Rows } from "./keys.js";
import "./spaces.js";
import { LiveTable } from "./table.js";
import { isShort, windowFor } from "./viewport.js";

const TICK_MS = 1000;
const VIEW = "table";
/** Order changes wait until the pointer over the table has rested so long: no row jumps from under it. */
const REST_MS = 400;

/** @param {HTMLTableElement} table */
function start(table) {
  const drawn = new LiveTable(table);
  const rows = new Rows(drawn.body);
  const view = emptyView();
  const data = table.dataset;
  const connection = new Connection(socketUrl());
  const request = {
    view: {
      cluster: data.cluster, kind: data.kind, ns: (data.ns ?? "").split(",").filter(Boolean), q: data.q ?? "", sort: data.sort ?? "",
    },
    window: /** @type {object} */ ({ offset: Number(data.offset), after: Number(data.limit) }),
  };
  /** @type {Set<string>} */
  let waiting = new Set();
  let isWhole = false;
  let pointerMovedAt = 0;
  let isMoving = false;
  let goTo = Number(data.offset);
  /** @type {boolean | null} whether to select the last row, or the first, once it is here */
  let jumpTo = null;

  /** @param {import("./frames.js").Frame} frame */
  function onFrame(frame) {
    const offset = view.offset;
    const applied = applyFrame(view, frame);
    if (applied === null) {
      subscribe();
      return;
    }
    for (const key of applied.changed) waiting.add(key);
    isWhole ||= applied.isWhole;
    describe(view, data.of ?? "");
    const isOrderKept = !applied.isWhole && !frame.order && view.offset === offset;
    if (isOrderKept || applied.isWhole || performance.now() - pointerMovedAt > REST_MS) draw(frame.above ?? 0);
    else setTimeout(() => draw(frame.above ?? 0), REST_MS);
  }

  /** @param {number} above rows that came above the window: what is on screen stays where it is */
  function draw(above) {
    const before = drawn.place(view).first;
    const held = before > 0 ? drawn.onScreen() : [];
    drawn.draw(view, waiting, isWhole);
    if (isWhole && goTo > 0) drawn.scrollTo(goTo);
    else if (!drawn.hold(held) && above && before > 0) window.scrollBy({ top: above * drawn.rowHeight });
    if (isWhole) goTo = 0;
    waiting = new Set();
    isWhole = false;
    isMoving = false;
    rows.mark();
    arrive();
    follow();
  }

  /** Select the row that was jumped to, once it is here. */
  function arrive() {
    if (jumpTo === null || (jumpTo ? view.offset + view.order.length < view.total : view.offset > 0)) return;
    rows.end(jumpTo);
    jumpTo = null;
  }

  /** Ask for other rows when those on screen come near the end of what is here. */
  function follow() {
    if (isMoving || view.seq < 0 || !view.total) return;
    const place = drawn.place(view);
    if (!isShort(place, view.offset, view.order.length, view.total)) return;
    isMoving = true;
    const keys = view.order.map((key) => /** @type {[string, string]} */ (JSON.parse(key)));
    request.window = windowFor(place, view.offset, keys);
    connection.move(VIEW, request.window);
  }

  function onLost() {
    view.state = "stale";
    view.seq = -1;
    isMoving = false;
    describe(view, data.of ?? "");
  }

  function subscribe() {
    view.seq = -1;
    connection.subscribe(VIEW, request, onFrame, onLost);
  }

  subscribe();
  for (const link of document.querySelectorAll("[data-paging]")) link.remove();
  addEventListener("scroll", follow, { passive: true });
  addEventListener("resize", follow, { passive: true });
  drawn.body.addEventListener("pointermove", () => { pointerMovedAt = performance.now(); }, { passive: true });
  listen(rows, (isLast) => {
    drawn.scrollTo(isLast ? view.total : 0);
    jumpTo = isLast;
    arrive();
  });
  setInterval(() => {
    drawn.tick();
    freshen(document, view);
  }, TICK_MS);
}

/**
 * Say beside the table what is known about it.
 * @param {import("./frames.js").View} view
 * @param {string} of how a range of a total reads
 */
function describe(view, of) {
  const count = document.querySelector("[data-count]");
  if (count) {
    count.textContent = of
      .replace("%(total)s", String(view.total))
      .replace("%(all)s", String(view.unfiltered));
  }
  const range = document.querySelector("[data-range]");
  if (range) range.textContent = String(view.total);
  const trouble = /** @type {HTMLElement | null} */ (document.querySelector("[data-trouble]"));
  if (trouble) {
    trouble.hidden = !view.message;
    const words = trouble.querySelector("span");
    if (words) words.textContent = view.message;
  }
  // Where rights reached when the page was made is not where they reach after they were taken away.
  const within = /** @type {HTMLElement | null} */ (document.querySelector("[data-within]"));
  if (within && view.state === "denied") within.hidden = true;
  const empty = /** @type {HTMLElement | null} */ (document.querySelector("[data-empty]"));
  if (empty) empty.hidden = view.order.length > 0 || view.state !== "live";
  freshen(document, view);
}

for (const table of document.querySelectorAll("table[data-live]")) {
  start(/** @type {HTMLTableElement} */ (table));
}
