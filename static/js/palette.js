/**
 * The palette: one box that opens with `:` or Ctrl-K on every page, asks /search and goes there.
 *
 * A combobox as ARIA 1.2 has it: the focus stays in the box, `aria-activedescendant` names the option
 * that Enter opens. Without this module the box in the bar asks /search as a form.
 *
 * @module
 */

import { isTyping } from "./live/keys.js";

/** @typedef {{label: string, sub: string, url: string, kind: string, icon: string, excerpt?: string}} Hit */
/** @typedef {{name: string, title: string, hits: Hit[], note: string, partial?: boolean}} Group */
/** @typedef {{q: string, groups: Group[], error?: {message: string}}} Answer */

const PAUSE_MS = 90;
/** When an answer that is not whole yet is asked for again: soon, then less and less often. */
const AGAIN_MS = { first: 500, most: 8000 };
const RECENT_LIMIT = 8;
const RECENT_KEY = "portolan.recent";
const SVG = "http://www.w3.org/2000/svg";

/**
 * Return `text` in pieces, those that are one of `words` marked, capitals aside.
 *
 * @param {string} text
 * @param {string} q
 * @returns {{text: string, isMarked: boolean}[]}
 */
export function pieces(text, q) {
  const words = q.split(/[\s:/]+/).filter((word) => word && !word.startsWith("-"));
  if (words.length === 0) return [{ text, isMarked: false }];
  words.sort((a, b) => b.length - a.length);
  const wanted = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return text
    .split(new RegExp(`(${wanted})`, "i"))
    .map((piece, at) => ({ text: piece, isMarked: at % 2 === 1 }))
    .filter((piece) => piece.text);
}

/**
 * Return the option to go to from `at` (-1 is none) of `count`, after a key; null where the key is no move.
 *
 * @param {string} key
 * @param {number} at
 * @param {number} count
 * @returns {number | null}
 */
export function moved(key, at, count) {
  if (count === 0) return null;
  switch (key) {
    case "ArrowDown": return (at + 1) % count;
    case "ArrowUp": return at <= 0 ? count - 1 : at - 1;
    case "Home": return 0;
    case "End": return count - 1;
    default: return null;
  }
}

/**
 * Return `known` with `hit` at its front, each address once, the oldest dropped.
 *
 * @param {Hit[]} known
 * @param {Hit} hit
 * @returns {Hit[]}
 */
export function remembered(known, hit) {
  return [hit, ...known.filter((one) => one.url !== hit.url)].slice(0, RECENT_LIMIT);
}

/** What this tab opened, for whoever is signed in: somebody else sees none of it. */
class Recent {
  /** @param {string} who */
  constructor(who) {
    this.who = who;
  }

  /** @returns {Hit[]} */
  get hits() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(RECENT_KEY) ?? "{}");
      return kept.who === this.who && Array.isArray(kept.hits) ? kept.hits : [];
    } catch {
      return []; // storage is switched off, or holds what another version wrote
    }
  }

  /** @param {Hit} hit */
  add(hit) {
    const { label, sub, url, kind, icon } = hit;
    const hits = remembered(this.hits, { label, sub, url, kind, icon });
    try {
      sessionStorage.setItem(RECENT_KEY, JSON.stringify({ who: this.who, hits }));
    } catch {
      // nothing is remembered then
    }
  }
}

class Palette {
  /** @type {Hit[]} the hits on screen, in order; the options' numbers are theirs */
  #hits = [];
  #at = -1;
  /** The question that the hits on screen answer; null: none does. */
  #shown = /** @type {string | null} */ (null);
  #goesToFirst = false;
  #timer = 0;
  #abort = new AbortController();

  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.dialog = dialog;
    this.form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
    this.input = /** @type {HTMLInputElement} */ (dialog.querySelector("input[role=combobox]"));
    this.list = /** @type {HTMLElement} */ (dialog.querySelector("[role=listbox]"));
    this.said = /** @type {HTMLElement} */ (dialog.querySelector("[role=status]"));
    this.recent = new Recent(dialog.dataset.who ?? "");
    this.input.addEventListener("input", () => this.#ask(PAUSE_MS));
    this.input.addEventListener("keydown", (event) => this.#onKey(event));
    this.form.addEventListener("submit", (event) => this.#onEnter(event));
    this.list.addEventListener("click", (event) => {
      const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
      const hit = option instanceof HTMLElement ? this.#hits[Number(option.dataset.at)] : undefined;
      if (hit) this.recent.add(hit);
      if (hit && !event.ctrlKey && !event.metaKey && !event.shiftKey) this.dialog.close();
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close(); // the backdrop
    });
    dialog.addEventListener("close", () => this.#stop());
  }

  /** @param {string} q */
  open(q) {
    if (!this.dialog.open) this.dialog.showModal();
    this.input.value = q;
    this.input.select();
    this.input.focus();
    this.#ask(0);
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.#goesToFirst = false;
  }

  /** @param {number} pause_ms */
  #ask(pause_ms) {
    this.#stop();
    const q = this.input.value.trim();
    if (!q) {
      this.#draw({ q, groups: [{ name: "recent", title: this.dialog.dataset.recent ?? "", hits: this.recent.hits, note: "" }] });
      return;
    }
    this.#timer = setTimeout(() => this.#fetch(q), pause_ms);
  }

  /**
   * @param {string} q
   * @param {number} again_ms after which it is asked again if the answer is not whole
   */
  async #fetch(q, again_ms = AGAIN_MS.first) {
    const abort = this.#abort = new AbortController();
    try {
      const answer = await fetch(this.#url({ q, format: "json" }), { signal: abort.signal, headers: { Accept: "application/json" } });
      if (answer.status === 429) {
        const wait_s = Number(answer.headers.get("Retry-After")) || 1;
        this.#timer = setTimeout(() => this.#fetch(q, again_ms), wait_s * 1000);
        return;
      }
      const found = /** @type {Answer} */ (await answer.json());
      if (abort.signal.aborted) return;
      if (!Array.isArray(found.groups)) throw new Error(String(answer.status));
      this.#draw({ ...found, q });
      if (this.#goesToFirst) this.#go();
      else if (found.groups.some((group) => group.partial)) {
        this.#timer = setTimeout(() => this.#fetch(q, Math.min(2 * again_ms, AGAIN_MS.most)), again_ms);
      }
    } catch {
      if (abort.signal.aborted) return;
      this.#draw({ q, groups: [], error: { message: this.dialog.dataset.silent ?? "" } });
    }
  }

  /**
   * Return where the form leads with `query` in place of what it holds.
   * @param {Record<string, string>} query
   */
  #url(query) {
    const url = new URL(this.form.action);
    for (const field of this.form.querySelectorAll("input")) url.searchParams.set(field.name, field.value);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url.href;
  }

  /** @param {Answer} found */
  #draw(found) {
    const groups = found.groups.filter((group) => group.hits.length > 0);
    const kept = found.q === this.#shown && this.#at > 0 ? this.#hits[this.#at] : undefined;
    this.#shown = found.q;
    this.#hits = groups.flatMap((group) => group.hits);
    const count = this.#hits.length;
    if (found.q && !found.error) {
      const url = this.#url({ q: found.q });
      this.#hits.push({ label: this.dialog.dataset.all ?? "", sub: found.q, url, kind: "search", icon: "search" });
    }
    let at = 0;
    /** @type {HTMLElement[]} */
    const drawn = groups.map((group) => drawGroup(group, group.hits.map((hit) => drawHit(hit, at++, found.q))));
    const last = this.#hits[count];
    if (last) drawn.push(drawHit(last, count, ""));
    this.list.replaceChildren(...drawn);
    this.input.setAttribute("aria-expanded", String(this.#hits.length > 0));
    this.said.textContent = this.#say(found, count);
    // What was chosen stays so when more is found; the first is whatever is first.
    const stays = this.#hits.findIndex((hit) => hit.url === kept?.url && hit.kind === kept.kind);
    this.#select(stays >= 0 ? stays : this.#hits.length > 0 ? 0 : -1);
  }

  /**
   * Return what the hits cannot say: why there are none, or how many there are.
   * @param {Answer} found
   * @param {number} count
   */
  #say(found, count) {
    if (found.error) return found.error.message;
    if (!found.q) return "";
    if (count > 0) {
      const { found: whole, foundYet: partial } = this.dialog.dataset;
      const words = found.groups.some((group) => group.partial) ? partial : whole;
      return (words ?? "{n}").replace("{n}", String(count));
    }
    const notes = found.groups.map((group) => (group.note ? `${group.title}: ${group.note}` : "")).filter(Boolean);
    return [this.dialog.dataset.none, ...notes].join(" ");
  }

  /** @param {number} at */
  #select(at) {
    this.#at = at;
    for (const option of this.list.querySelectorAll("[role=option]")) {
      option.setAttribute("aria-selected", String(option.id === optionId(at)));
    }
    if (at < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", optionId(at));
    document.getElementById(optionId(at))?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const at = moved(event.key, this.#at, this.#hits.length);
    if (at === null) return;
    event.preventDefault();
    this.#select(at);
  }

  /** @param {SubmitEvent} event */
  #onEnter(event) {
    event.preventDefault();
    const q = this.input.value.trim();
    if (q === this.#shown) {
      this.#go();
    } else if (q) {
      // Typed faster than answered: what is on screen is not what was asked for.
      this.#stop();
      this.#goesToFirst = true;
      this.#fetch(q);
    }
  }

  #go() {
    this.#goesToFirst = false;
    const hit = this.#hits[this.#at];
    if (!hit) return;
    if (hit.kind !== "search") this.recent.add(hit);
    this.dialog.close();
    location.assign(hit.url);
  }
}

/** @param {number} at */
function optionId(at) {
  return `go-to-${at}`;
}

/**
 * @param {Group} group
 * @param {HTMLElement[]} options
 */
function drawGroup(group, options) {
  const drawn = document.createElement("div");
  const title = document.createElement("div");
  drawn.setAttribute("role", "group");
  drawn.setAttribute("aria-labelledby", `go-to-of-${group.name}`);
  title.id = `go-to-of-${group.name}`;
  title.className = "gh";
  title.setAttribute("role", "presentation");
  title.textContent = group.title;
  drawn.append(title, ...options);
  return drawn;
}

/**
 * @param {Hit} hit
 * @param {number} at
 * @param {string} q
 */
function drawHit(hit, at, q) {
  const option = document.createElement("a");
  option.className = "hit";
  option.id = optionId(at);
  option.href = hit.url;
  option.tabIndex = -1;
  option.dataset.at = String(at);
  option.setAttribute("role", "option");
  const label = document.createElement("span");
  if (hit.kind === "symbol") label.className = "mono";
  label.append(...pieces(hit.label, q).map((piece) => {
    if (!piece.isMarked) return piece.text;
    const mark = document.createElement("mark");
    mark.textContent = piece.text;
    return mark;
  }));
  const sub = document.createElement("span");
  sub.className = "sub";
  sub.textContent = hit.sub;
  sub.title = hit.sub;
  option.append(drawIcon(hit.icon), label, sub);
  return option;
}

/** @param {string} icon a name of the sprite, or the one letter of a symbol's box */
function drawIcon(icon) {
  if (icon.length === 1) {
    const box = document.createElement("span");
    box.className = `kd-box ${icon}`;
    box.setAttribute("aria-hidden", "true");
    box.textContent = icon.toUpperCase();
    return box;
  }
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "ic");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${icon}`);
  svg.append(use);
  return svg;
}

/**
 * Let the palette open from anywhere on the page.
 *
 * @param {Document} root
 */
export function armPalette(root) {
  const dialog = root.querySelector("#go-to");
  if (!(dialog instanceof HTMLDialogElement)) return;
  const palette = new Palette(dialog);
  const box = /** @type {HTMLInputElement | null} */ (root.querySelector(".ask input[name=q]"));
  root.addEventListener("keydown", (event) => {
    const isChord = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    const isColon = event.key === ":" && !isTyping(event) && !root.querySelector("dialog[open]");
    if (event.defaultPrevented || !(isChord || isColon)) return;
    event.preventDefault();
    palette.open("");
  });
  box?.addEventListener("click", () => palette.open(box.value));
  for (const hint of root.querySelectorAll("[data-palette-key]")) hint.removeAttribute("hidden");
}

if (typeof document !== "undefined") armPalette(document);
