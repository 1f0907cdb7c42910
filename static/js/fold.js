/**
 * Parts of code that can be folded: licence, imports, long comments, errors, feature gates.
 *
 * The server says which lines are one; without a script all of them are shown. What is folded is found
 * by the browser's own search all the same, and unfolds; the line that the address names is never folded.
 *
 * @module
 */

import { isTyping } from "./live/keys.js";

/** @typedef {{line: number, end: number}} Fold lines `line` + 1 up to and with `end` may go */

/**
 * Return the lines that are gone while `folded` are.
 *
 * @param {Iterable<Fold>} folded
 * @returns {Set<number>}
 */
export function gone(folded) {
  /** @type {Set<number>} */
  const lines = new Set();
  for (const { line, end } of folded) for (let each = line + 1; each <= end; each += 1) lines.add(each);
  return lines;
}

/**
 * Return those of `folds` that may be folded while `kept` is looked at.
 *
 * @template {Fold} T
 * @param {Iterable<T>} folds
 * @param {number[]} kept lines that have to stay
 * @returns {T[]}
 */
export function besides(folds, kept) {
  return [...folds].filter(({ line, end }) => !kept.some((each) => line < each && each <= end));
}

/** @typedef {Fold & {row: HTMLElement, told: string, button: HTMLButtonElement, rest: HTMLButtonElement}} Foldable */

/**
 * @param {HTMLOListElement} list
 * @param {HTMLButtonElement} all
 * @param {DOMStringMap} words what each sort is called, {n} in the place of how many lines
 */
function attend(list, all, words) {
  /** @type {Map<number, HTMLElement>} */
  const rows = new Map([...list.children].map((row) => [Number(row.id.slice(1)), /** @type {HTMLElement} */ (row)]));
  /** @type {Foldable[]} */
  const folds = [];
  /** @type {Set<Foldable>} */
  const folded = new Set();
  /** @type {Set<number>} */
  let hidden = new Set();
  const hide = "onbeforematch" in list ? "until-found" : "";

  for (const [line, row] of rows) {
    if (!row.dataset.fold) continue;
    const end = Number(row.dataset.fold);
    const told = (words[row.dataset.sort ?? ""] ?? "{n}").replace("{n}", String(end - line));
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fold";
    button.setAttribute("aria-label", told);
    const rest = document.createElement("button");
    rest.type = "button";
    rest.className = "rest";
    rest.textContent = `⋯ ${told}`;
    rest.hidden = true;
    const fold = { line, end, row, told, button, rest };
    for (const each of [button, rest]) each.addEventListener("click", () => set(fold, !folded.has(fold)));
    row.querySelector(".gut")?.append(button);
    row.lastElementChild?.append(rest);
    folds.push(fold);
  }
  if (folds.length === 0) return;
  all.hidden = false;

  /** @returns {number[]} the lines that have to stay */
  function kept() {
    const named = [...list.querySelectorAll("li.on")].map((row) => Number(row.id.slice(1)));
    return [Number(/^#L(\d+)$/.exec(location.hash)?.[1] ?? 0), ...named];
  }

  function draw() {
    const now = gone(folded);
    for (const line of hidden) if (!now.has(line)) rows.get(line)?.removeAttribute("hidden");
    for (const line of now) if (!hidden.has(line)) rows.get(line)?.setAttribute("hidden", hide);
    hidden = now;
    for (const fold of folds) {
      fold.button.setAttribute("aria-expanded", String(!folded.has(fold)));
      fold.rest.hidden = !folded.has(fold);
    }
    all.setAttribute("aria-pressed", String(folded.size > 0));
  }

  /**
   * @param {Foldable} fold
   * @param {boolean} isFolded
   */
  function set(fold, isFolded) {
    if (isFolded) folded.add(fold);
    else folded.delete(fold);
    draw();
  }

  /** @param {number[]} lines */
  function show(lines) {
    const before = folded.size;
    const stays = new Set(besides(folded, lines));
    for (const fold of folded) if (!stays.has(fold)) folded.delete(fold);
    if (folded.size < before) draw();
  }

  function turn() {
    const isNone = folded.size === 0;
    folded.clear();
    if (isNone) for (const fold of besides(folds, kept())) folded.add(fold);
    draw();
  }

  all.addEventListener("click", turn);
  document.addEventListener("keydown", (event) => {
    if (event.key === "z" && !isTyping(event)) turn();
  });
  addEventListener("hashchange", () => show(kept()));
  list.addEventListener("beforematch", (event) => {
    const row = event.target instanceof Element ? event.target.closest("li") : null;
    if (row) show([Number(row.id.slice(1))]);
  });
  draw();
}

if (typeof document !== "undefined") {
  const list = document.querySelector(".code > .go > ol");
  const all = document.querySelector("[data-fold-all]");
  if (list instanceof HTMLOListElement && all instanceof HTMLButtonElement) attend(list, all, all.dataset);
}
