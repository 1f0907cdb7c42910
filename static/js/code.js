/**
 * Pages of code: a card about the name under the pointer or the focus, and keys to walk by.
 *
 * Everything that a card tells is on the symbol's page too, where its link leads without a script.
 *
 * @module
 */

import { isTyping } from "./live/keys.js";

/** @typedef {{name: string, signature: string, doc: string, href: string, uses: string}} Card */

const PAUSE_MS = 250;
const CHORD_MS = 1200;
const TOLD_MS = 4000;

/**
 * Return what a key asks for after the keys before it: `gd` for g and then d; "" while more may come.
 *
 * @param {string} before
 * @param {string} key
 * @returns {{said: string, waits: boolean}}
 */
export function chord(before, key) {
  if (before === "g") return { said: ["d", "r", "i"].includes(key) ? `g${key}` : "", waits: false };
  if (key === "g") return { said: "", waits: true };
  return { said: ["[", "]", "j", "k", "t", "y", "/"].includes(key) ? key : "", waits: false };
}

/**
 * Return the place to go to among `places` from `at`, one on or one back; the end stays the end.
 *
 * @param {number[]} places in order
 * @param {number} at
 * @param {1 | -1} by
 * @returns {number}
 */
export function stepped(places, at, by) {
  const next = by > 0 ? places.find((place) => place > at) : places.findLast((place) => place < at);
  return next ?? at;
}

/**
 * Return the address of a version's link, asked for with the line that is looked at in this version.
 *
 * @param {string} href
 * @param {string} version this version
 * @param {number} line
 * @returns {string}
 */
export function crossed(href, version, line) {
  const address = new URL(href);
  address.searchParams.delete("symbol");
  address.searchParams.set("from", version);
  address.searchParams.set("line", String(line));
  return address.href;
}

/**
 * @param {string} label
 * @param {string} href
 * @param {string} keys
 * @returns {HTMLAnchorElement}
 */
function link(label, href, keys) {
  const made = document.createElement("a");
  made.href = href;
  const kbd = document.createElement("kbd");
  kbd.textContent = keys;
  made.append(`${label} `, kbd);
  return made;
}

/**
 * @param {Card} card
 * @param {DOMStringMap} words
 * @returns {HTMLElement}
 */
function drawn(card, words) {
  const box = document.createElement("div");
  box.className = "hovercard";
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", card.name);
  const sig = document.createElement("div");
  sig.className = "sig";
  sig.textContent = card.signature;
  const doc = document.createElement("div");
  doc.className = "doc";
  doc.textContent = card.doc;
  const ways = document.createElement("div");
  ways.className = "live";
  ways.append(link(words.definition ?? "", card.href, "g d"), link(words.uses ?? "", card.uses, "g r"));
  box.append(sig, ...(card.doc ? [doc] : []), ways);
  return box;
}

/** @param {HTMLElement} root the element whose words the cards use */
function attend(root) {
  /** @type {Map<string, Promise<Card | null>>} */
  const known = new Map();
  /** @type {HTMLElement | null} */
  let shown = null;
  /** @type {HTMLAnchorElement | null} */
  let subject = null;
  let timer = 0;
  let before = "";
  let chordTimer = 0;

  /**
   * @param {EventTarget | null} target
   * @returns {HTMLAnchorElement | null}
   */
  function named(target) {
    const found = target instanceof Element ? target.closest(".go a[href]") : null;
    return found instanceof HTMLAnchorElement && /\/symbol\//.test(found.pathname) ? found : null;
  }

  /**
   * @param {HTMLAnchorElement} anchor
   * @returns {Promise<Card | null>}
   */
  function ask(anchor) {
    const address = new URL(anchor.href);
    address.searchParams.set("show", "card");
    let card = known.get(address.href);
    if (!card) {
      card = fetch(address).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
      known.set(address.href, card);
    }
    return card;
  }

  function hide() {
    shown?.remove();
    shown = null;
  }

  /** @param {HTMLAnchorElement} anchor */
  async function show(anchor) {
    const card = await ask(anchor);
    if (!card || subject !== anchor || !anchor.isConnected) return;
    hide();
    shown = drawn(card, root.dataset);
    document.body.append(shown);
    const place = anchor.getBoundingClientRect();
    const height = shown.offsetHeight;
    const isBelow = place.bottom + height + 8 < innerHeight || place.top < height + 8;
    const top = isBelow ? place.bottom + 4 : place.top - height - 4;
    shown.style.setProperty("position", "absolute");
    shown.style.setProperty("z-index", "30");
    shown.style.setProperty("top", `${top + scrollY}px`);
    const left = Math.min(place.left, innerWidth - shown.offsetWidth - 8);
    shown.style.setProperty("left", `${Math.max(8, left) + scrollX}px`);
  }

  /** @param {EventTarget | null} target */
  function consider(target) {
    if (shown && target instanceof Node && shown.contains(target)) {
      clearTimeout(timer);
      return;
    }
    const anchor = named(target);
    clearTimeout(timer);
    if (anchor) {
      subject = anchor;
      timer = setTimeout(() => show(anchor), PAUSE_MS);
    } else if (shown) timer = setTimeout(hide, PAUSE_MS);
  }

  /** @returns {HTMLElement[]} the lines that are shown, in order */
  function lines() {
    return [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".go li[id^=L]"))];
  }

  /** @returns {number} the line that the address names; 0 for none */
  function chosen() {
    return Number(/^#L(\d+)$/.exec(location.hash)?.[1] ?? 0);
  }

  /** @returns {number} the line that is spoken of, or the first on screen */
  function current() {
    if (chosen()) return chosen();
    const first = lines().find((line) => line.getBoundingClientRect().bottom > 80);
    return first ? Number(first.id.slice(1)) : 0;
  }

  /** @param {number} number */
  function goTo(number) {
    const line = document.getElementById(`L${number}`);
    if (!line) return;
    for (const each of document.querySelectorAll(".go li.on")) each.classList.remove("on");
    location.replace(`#L${number}`);
    line.scrollIntoView({ block: "center" });
  }

  /** Show the short address of the declaration that is looked at, and copy it. */
  async function share() {
    const box = document.getElementById("short");
    const holder = box?.closest("[data-short-root]");
    const button = box?.querySelector("button");
    const link = box?.querySelector("a");
    if (!box || !button || !link) return;
    if (holder instanceof HTMLElement) {
      const begun = lines().filter((line) => line.dataset.short && Number(line.id.slice(1)) <= current()).at(-1);
      if (!begun) return;
      link.href = holder.dataset.shortRoot?.replace("*", begun.dataset.short ?? "") ?? "";
      link.textContent = link.href;
      button.dataset.copy = link.href;
      box.hidden = false;
    }
    if (button.hidden) return;
    button.click();
    document.querySelector(".toast.told")?.remove();
    const toast = document.createElement("p");
    toast.className = "toast told ok";
    toast.setAttribute("role", "status");
    toast.textContent = `${root.dataset.copied} ${link.href}`;
    document.body.append(toast);
    setTimeout(() => toast.remove(), TOLD_MS);
  }

  /** @param {string} said */
  async function obey(said) {
    const open = () => lines().filter((line) => !line.hidden).map((line) => Number(line.id.slice(1)));
    const definitions = () => lines().filter((line) => line.querySelector("a.def")).map((line) => Number(line.id.slice(1)));
    switch (said) {
      case "[": goTo(stepped(definitions(), current(), -1)); break;
      case "]": goTo(stepped(definitions(), current(), 1)); break;
      case "j": goTo(stepped(open(), current(), 1)); break;
      case "k": goTo(stepped(open(), current(), -1)); break;
      case "y": await share(); break;
      case "t": /** @type {HTMLElement | null} */ (document.querySelector(".outline a, .rail a"))?.focus(); break;
      case "gd": if (subject) location.assign(subject.href); break;
      case "gr": case "gi": {
        const card = subject ? await ask(subject) : null;
        const here = new URL(location.href);
        here.searchParams.set("show", "uses");
        if (card) location.assign(said === "gr" ? card.uses : `${card.href}#implementers`);
        else if (/\/symbol\//.test(location.pathname)) location.assign(said === "gr" ? here : "#implementers");
        break;
      }
      default: break;
    }
  }

  document.addEventListener("pointerover", (event) => consider(event.target));
  document.addEventListener("focusin", (event) => consider(event.target));
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const version = link?.closest("#versions")?.getAttribute("data-version");
    if (link && version && chosen() && !link.hasAttribute("aria-current") && document.querySelector(`.go li#L${chosen()}`)
      && /\/source\//.test(location.pathname)) link.href = crossed(link.href, version, chosen());
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
    if (isTyping(event)) return;
    const { said, waits } = chord(before, event.key);
    before = waits ? event.key : "";
    clearTimeout(chordTimer);
    if (waits) chordTimer = setTimeout(() => { before = ""; }, CHORD_MS);
    if (said === "/") {
      const box = document.querySelector("input[type=search]");
      if (box instanceof HTMLElement) { event.preventDefault(); box.focus(); }
    } else if (said) {
      event.preventDefault();
      obey(said);
    }
  });
}

if (typeof document !== "undefined") {
  const root = /** @type {HTMLElement | null} */ (document.querySelector("[data-code]"));
  if (root) attend(root);
}
