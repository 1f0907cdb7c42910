// Habits of k9s and kubectl for a list: move, open, filter, and a sheet that says which keys there are.

/** @typedef {(event: KeyboardEvent) => void} Action */

/**
 * Return whether a key belongs to what the reader types into, or to the browser.
 * @param {KeyboardEvent} event
 * @returns {boolean}
 */
export function isTyping(event) {
  const target = event.target;
  const isField = target instanceof HTMLElement
    && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
  return isField || event.ctrlKey || event.metaKey || event.altKey;
}

/** The rows of a table as something to walk on. One row is selected, or none. */
export class Rows {
  /** @type {string | null} the selected row's name and namespace, so that it stays when rows are drawn again */
  #selected = null;

  /** @param {HTMLTableSectionElement} body */
  constructor(body) {
    this.body = body;
  }

  /** @returns {HTMLTableRowElement[]} */
  get #all() {
    return [.../** @type {NodeListOf<HTMLTableRowElement>} */ (this.body.querySelectorAll("tr[data-key]"))];
  }

  /** @returns {HTMLTableRowElement | undefined} */
  get selected() {
    return this.#all.find((row) => row.dataset.key === this.#selected);
  }

  /** Mark the selected row again after rows were drawn. */
  mark() {
    for (const row of this.#all) {
      if (row.dataset.key === this.#selected) row.setAttribute("aria-selected", "true");
      else row.removeAttribute("aria-selected");
    }
  }

  /** @param {number} by rows to move on; the first move selects the first row on screen */
  move(by) {
    const rows = this.#all;
    const at = rows.findIndex((row) => row.dataset.key === this.#selected);
    const top = rows.findIndex((row) => row.getBoundingClientRect().top > 0);
    this.#select(at < 0 ? rows[Math.max(top, 0)] : rows[Math.min(Math.max(at + by, 0), rows.length - 1)]);
  }

  /** @param {boolean} isLast */
  end(isLast) {
    this.#select(this.#all.at(isLast ? -1 : 0));
  }

  /** Select nothing. */
  leave() {
    this.#selected = null;
    this.mark();
  }

  /**
   * Open the selected row's page, or a view of it.
   * @param {string} view "" for the page itself
   */
  open(view) {
    const link = /** @type {HTMLAnchorElement | null | undefined} */ (this.selected?.querySelector("a.nm"));
    if (link) location.assign(view ? `${link.href}/${view}` : link.href);
  }

  /** @param {HTMLTableRowElement | undefined} row */
  #select(row) {
    if (!row) return;
    this.#selected = row.dataset.key ?? null;
    this.mark();
    row.scrollIntoView({ block: "nearest" });
  }
}

/**
 * Listen to the keys of a list.
 * @param {Rows} rows
 * @param {(isLast: boolean) => void} jump go to the first or last row of all
 */
export function listen(rows, jump) {
  const filter = /** @type {HTMLInputElement | null} */ (document.querySelector(".filter input[type=search]"));
  const sheet = /** @type {HTMLDialogElement | null} */ (document.querySelector("#keys"));
  let isAfterG = false;
  /** @type {Record<string, () => void>} */
  const actions = {
    "/": () => filter?.select(),
    "?": () => sheet?.showModal(),
    j: () => rows.move(1),
    ArrowDown: () => rows.move(1),
    k: () => rows.move(-1),
    ArrowUp: () => rows.move(-1),
    G: () => jump(true),
    Enter: () => rows.open(""),
    d: () => rows.open(""),
    y: () => rows.open("yaml"),
    e: () => rows.open("events"),
    n: () => /** @type {HTMLElement | null} */ (document.querySelector("[popovertarget=menu-spaces]"))?.click(),
    Escape: () => rows.leave(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target === filter) filter?.blur();
    if (event.defaultPrevented || isTyping(event) || document.querySelector("dialog[open], [popover]:popover-open:not(.rail)")) return;
    const isOnControl = event.target instanceof Element && event.target.closest("a, button, summary, dialog, [popover]");
    if (isOnControl && ["Enter", "ArrowDown", "ArrowUp"].includes(event.key)) return;
    if (event.key === "g") {
      if (isAfterG) jump(false);
      isAfterG = !isAfterG;
      return;
    }
    isAfterG = false;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  for (const hint of document.querySelectorAll("[data-keys]")) hint.removeAttribute("hidden");
}
