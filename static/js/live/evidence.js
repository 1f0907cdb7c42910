// Live numbers inside a chapter: the total of a view without rows, for each block of evidence.

import { Connection, socketUrl } from "./connection.js";
import { applyFrame, emptyView } from "./frames.js";
import { freshen } from "./fresh.js";

const TICK_MS = 1000;

/**
 * @param {HTMLElement} block
 * @param {string} id
 * @param {Connection} connection
 */
function follow(block, id, connection) {
  const view = emptyView();
  const total = block.querySelector("[data-total]");
  const trouble = /** @type {HTMLElement | null} */ (block.querySelector("[data-trouble]"));
  const request = {
    view: { cluster: block.dataset.cluster, kind: block.dataset.kind }, window: { after: 0 },
  };

  function show() {
    const isKnown = view.state !== "denied" && view.state !== "unknown";
    if (total) {
      total.textContent = isKnown ? String(view.total) : (block.dataset.unknown ?? "?");
      total.classList.toggle("dash", !isKnown);
    }
    if (trouble) {
      trouble.hidden = !view.message;
      trouble.textContent = view.message;
    }
    freshen(block, view);
  }

  /** @param {import("./frames.js").Frame} frame */
  function onFrame(frame) {
    if (applyFrame(view, frame) === null) subscribe();
    else show();
  }

  function onLost() {
    view.state = "stale";
    view.seq = -1;
    show();
  }

  function subscribe() {
    view.seq = -1;
    connection.subscribe(id, request, onFrame, onLost);
  }

  subscribe();
  setInterval(() => freshen(block, view), TICK_MS);
}

const blocks = document.querySelectorAll("[data-evidence]");
if (blocks.length) {
  const connection = new Connection(socketUrl());
  blocks.forEach((block, at) => follow(/** @type {HTMLElement} */ (block), `evidence-${at}`, connection));
}
