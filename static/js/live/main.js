// The live table page: what the server rendered first, kept up to date from then on.

import { Connection, socketUrl } from "./connection.js";
import { applyFrame, emptyView } from "./frames.js";
import { freshen } from "./fresh.js";
import { LiveTable } from "./table.js";

const TICK_MS = 1000;
const VIEW = "table";

/** @param {HTMLTableElement} table */
function start(table) {
  const drawn = new LiveTable(table);
  const view = emptyView();
  const data = table.dataset;
  const connection = new Connection(socketUrl());
  const request = {
    view: {
      cluster: data.cluster, kind: data.kind, ns: (data.ns ?? "").split(",").filter(Boolean), q: data.q ?? "", sort: data.sort ?? "",
    },
    window: { offset: Number(data.offset), after: Number(data.limit) },
  };

  /** @param {import("./frames.js").Frame} frame */
  function onFrame(frame) {
    const applied = applyFrame(view, frame);
    if (applied === null) {
      subscribe();
      return;
    }
    drawn.draw(view, applied.changed, applied.isWhole);
    describe(view, data.of ?? "");
  }

  function onLost() {
    view.state = "stale";
    view.seq = -1;
    describe(view, data.of ?? "");
  }

  function subscribe() {
    view.seq = -1;
    connection.subscribe(VIEW, request, onFrame, onLost);
  }

  subscribe();
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
  if (range) {
    const first = view.order.length ? view.offset + 1 : 0;
    range.textContent = of
      .replace("%(total)s", `${first}–${view.offset + view.order.length}`)
      .replace("%(all)s", String(view.total));
  }
  const trouble = /** @type {HTMLElement | null} */ (document.querySelector("[data-trouble]"));
  if (trouble) {
    trouble.hidden = !view.message;
    const words = trouble.querySelector("span");
    if (words) words.textContent = view.message;
  }
  const empty = /** @type {HTMLElement | null} */ (document.querySelector("[data-empty]"));
  if (empty) empty.hidden = view.order.length > 0 || view.state !== "live";
  freshen(document, view);
}

for (const table of document.querySelectorAll("table[data-live]")) {
  start(/** @type {HTMLTableElement} */ (table));
}
