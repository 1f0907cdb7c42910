// The page of one object: read again by itself whenever the object's resourceVersion moves.

import { Connection, socketUrl } from "./connection.js";
import { applyFrame, emptyView, keyText } from "./frames.js";
import { freshen } from "./fresh.js";
import { isTyping } from "./keys.js";

const TICK_MS = 1000;
const VIEW = "object";
/** An object that changes all the time is read again at most so often. */
const PAUSE_MS = 1000;

/** @param {HTMLElement} place the part of the page that is read again */
function start(place) {
  const data = place.dataset;
  const key = [data.namespace ?? "", data.name ?? ""];
  const view = emptyView();
  const connection = new Connection(socketUrl());
  let version = data.version ?? "";
  let isReading = false;
  let shown = place;

  /** @param {import("./frames.js").Frame} frame */
  function onFrame(frame) {
    if (applyFrame(view, frame) === null) {
      subscribe();
      return;
    }
    say(view.message);
    freshen(document, view);
    if (frame.type === "denied") {
      shown.replaceChildren();
      return;
    }
    const row = view.rows.get(keyText(/** @type {[string, string]} */ (key)));
    if (row && row.resource_version !== version) read();
    else if (!row && view.state === "live") say(trouble()?.dataset.gone ?? "");
  }

  function subscribe() {
    view.seq = -1;
    const ns = key[0] ? [key[0]] : [];
    connection.subscribe(VIEW, {
      view: { cluster: data.cluster, kind: data.kind, ns, q: "", sort: "" },
      window: { anchor: key, before: 0, after: 1 },
    }, onFrame, () => {
      view.state = "stale";
      view.seq = -1;
      say(trouble()?.dataset.lost ?? "");
      freshen(document, view);
    });
  }

  async function read() {
    if (isReading) return;
    isReading = true;
    try {
      const answer = await fetch(location.href);
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = /** @type {HTMLElement | null} */ (found.querySelector("[data-object]"));
      if (answer.ok && fresh) {
        keepChoice(shown, fresh);
        shown.replaceWith(document.adoptNode(fresh));
        shown = fresh;
        version = fresh.dataset.version ?? version;
      } else if (answer.status === 404) {
        say(trouble()?.dataset.gone ?? "");
      } else if (answer.status === 403) {
        shown.replaceChildren();
      }
    } catch {
      // The server is away; the socket says so, and its return brings another frame.
    }
    setTimeout(() => {
      isReading = false;
      const row = view.rows.get(keyText(/** @type {[string, string]} */ (key)));
      if (row && row.resource_version !== version) read();
    }, PAUSE_MS);
  }

  subscribe();
  setInterval(() => freshen(document, view), TICK_MS);
}

/** @returns {HTMLElement | null} */
function trouble() {
  return document.querySelector("[data-trouble]");
}

/** @param {string} words what is wrong, or "" */
function say(words) {
  const place = trouble();
  if (!place) return;
  place.hidden = !words;
  const text = place.querySelector("span");
  if (text && text.textContent !== words) text.textContent = words;
}

/**
 * Keep the writer that the reader chose.
 * @param {ParentNode} before
 * @param {ParentNode} after
 */
function keepChoice(before, after) {
  const chosen = before.querySelector("input[name=writer]:checked");
  const same = chosen && after.querySelector(`#${CSS.escape(chosen.id)}`);
  if (same instanceof HTMLInputElement) same.setAttribute("checked", "");
  if (same && chosen.id !== "f-all") after.querySelector("#f-all")?.removeAttribute("checked");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || isTyping(event) || document.querySelector("dialog[open], [popover]:popover-open:not(.rail)")) return;
  const link = event.key === "Escape"
    ? document.querySelector(".crumbs li:last-child a")
    : document.querySelector(`.tabs a[aria-keyshortcuts="${CSS.escape(event.key)}"]`);
  if (link instanceof HTMLAnchorElement) location.assign(link.href);
});

for (const place of document.querySelectorAll("[data-object][data-live]")) {
  start(/** @type {HTMLElement} */ (place));
}
