// A view drawn as table rows. Only rows that changed are built again; the others only move.

import { humanDuration } from "./age.js";

/** @typedef {import("./frames.js").View} View */
/** @typedef {import("./frames.js").Row} Row */
/** @typedef {import("./frames.js").Cell} Cell */
/** @typedef {import("./frames.js").Column} Column */

const SVG = "http://www.w3.org/2000/svg";
const HOT_RESTARTS = 10;
const STATUS = ["Status", "Phase", "State"];
const NUMERIC = ["Ready", "Restarts", "Age"];

/**
 * @param {string} tag
 * @param {string} [css]
 * @param {string} [text]
 * @returns {HTMLElement}
 */
function element(tag, css = "", text = "") {
  const made = document.createElement(tag);
  if (css) made.className = css;
  if (text) made.textContent = text;
  return made;
}

/**
 * @param {string} health
 * @returns {SVGElement}
 */
function mark(health) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `mk c-${health}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#m-${health}`);
  svg.append(use);
  return svg;
}

/**
 * Let a <time data-t data-form> read what it is now.
 * @param {HTMLElement} time
 * @param {number} now
 * @param {string} ago the words around an age, with %(age)s in them
 */
export function tick(time, now, ago) {
  const text = humanDuration(now - Number(time.dataset.t));
  const shown = time.dataset.form === "ago" ? ago.replace("%(age)s", text) : text;
  if (time.textContent !== shown) time.textContent = shown;
}

export class LiveTable {
  /** @type {Map<string, HTMLTableRowElement>} */
  #rows = new Map();

  /**
   * @param {HTMLTableElement} table with one tbody; its rows are replaced at the first draw
   */
  constructor(table) {
    this.table = table;
    this.body = /** @type {HTMLTableSectionElement} */ (table.tBodies[0]);
    this.isNamespaced = table.dataset.namespaced === "true";
    this.ago = table.dataset.ago ?? "%(age)s";
  }

  /**
   * Make the table show `view`.
   * @param {View} view
   * @param {Set<string>} changed keys of rows that must be built again
   * @param {boolean} isWhole whether nothing on screen can be kept
   */
  draw(view, changed, isWhole) {
    const wanted = new Set(view.order);
    if (isWhole) {
      this.#rows.clear();
      this.body.replaceChildren();
      if (view.columns.length) this.#heads(view.columns);
    }
    for (const [key, row] of this.#rows) {
      if (!wanted.has(key)) {
        row.remove();
        this.#rows.delete(key);
      }
    }
    /** @type {Element | null} */
    let at = this.body.firstElementChild;
    for (const key of view.order) {
      const row = /** @type {Row} */ (view.rows.get(key));
      let drawn = this.#rows.get(key);
      if (!drawn || changed.has(key)) {
        const made = this.#row(row, view.columns, drawn);
        if (drawn) {
          if (at === drawn) at = made;
          drawn.replaceWith(made);
        }
        this.#rows.set(key, made);
        drawn = made;
      }
      if (drawn === at) at = drawn.nextElementSibling;
      else this.body.insertBefore(drawn, at);
    }
  }

  /** Let every time in the table read what it is now. */
  tick() {
    const now = Date.now();
    for (const time of this.body.querySelectorAll("time")) tick(time, now, this.ago);
  }

  /**
   * Head the table by `columns` if the server wrote it under others: a CRD's may change at any time.
   * @param {Column[]} columns
   */
  #heads(columns) {
    const row = this.table.tHead?.rows[0];
    const shown = columns.filter((column) => column.priority === 0).map((column) => column.name);
    const kept = this.isNamespaced ? 1 : 0;
    const heads = Array.from(row?.cells ?? []).slice(kept);
    const written = heads.map((head) => (head.textContent ?? "").trim());
    if (!row || JSON.stringify(written) === JSON.stringify(shown)) return;
    for (const head of heads) head.remove();
    row.append(...shown.map((name) => {
      const head = element("th", "", name);
      head.setAttribute("role", "columnheader");
      head.setAttribute("scope", "col");
      return head;
    }));
  }

  /**
   * @param {Row} row
   * @param {Column[]} columns
   * @param {HTMLTableRowElement | undefined} before the same row as it was, to show what changed
   * @returns {HTMLTableRowElement}
   */
  #row(row, columns, before) {
    const made = document.createElement("tr");
    made.setAttribute("role", "row");
    made.dataset.name = row.name;
    if (row.health === "gone") made.className = "going";
    if (this.isNamespaced) made.append(this.#cell("ns c-ns", [element("span", "", row.namespace)]));
    const marked = STATUS.map((name) => columns.findIndex((column) => column.name === name))
      .find((place) => place >= 0);
    columns.forEach((column, at) => {
      if (column.priority > 0) return;
      const cell = row.cells[at] ?? null;
      if (column.format === "name" || (at === 0 && column.name === "Name")) {
        made.append(this.#cell("c-nm", [this.#name(row.name)]));
      } else if (at === marked) {
        made.append(this.#cell("c-st", [this.#status(String(cell ?? ""), row.health ?? "still")]));
      } else {
        const isNumber = ["integer", "number"].includes(column.type) || NUMERIC.includes(column.name);
        made.append(this.#cell(isNumber ? "num" : "", this.#parts(cell, column)));
      }
    });
    if (before) showChanges(before, made);
    return made;
  }

  /**
   * @param {string} css
   * @param {(Node | string)[]} parts
   * @returns {HTMLElement}
   */
  #cell(css, parts) {
    const cell = element("td", css);
    cell.setAttribute("role", "cell");
    cell.append(...parts);
    return cell;
  }

  /**
   * The name in two parts: what may be cut, and the last part, which may not.
   * @param {string} name
   * @returns {HTMLElement}
   */
  #name(name) {
    const dash = name.lastIndexOf("-");
    const isSplit = dash > 0 && name.length - dash - 1 <= 10;
    const made = element("span", "nm");
    made.title = name;
    made.append(
      element("span", "", isSplit ? name.slice(0, dash + 1) : name),
      element("span", "", isSplit ? name.slice(dash + 1) : ""),
    );
    return made;
  }

  /**
   * @param {string} word
   * @param {string} health
   * @returns {HTMLElement}
   */
  #status(word, health) {
    const made = element("span", `st c-${health}`);
    made.append(mark(health), element("span", "", word));
    return made;
  }

  /**
   * @param {Cell} cell
   * @param {Column} column
   * @returns {(Node | string)[]}
   */
  #parts(cell, column) {
    if (cell === null) return [];
    if (typeof cell !== "object") return [element("span", heat(String(cell), column), String(cell))];
    const time = document.createElement("time");
    time.dataset.t = String(cell.t);
    time.dataset.form = cell.form;
    tick(time, Date.now(), this.ago);
    return cell.v === undefined
      ? [time]
      : [element("span", heat(cell.v, column), cell.v), " (", time, ")"];
  }
}

/**
 * @param {string} text
 * @param {Column} column
 * @returns {string}
 */
function heat(text, column) {
  return column.name === "Restarts" && Number(text) >= HOT_RESTARTS ? "hot" : "";
}

/**
 * Mark the cells that read otherwise than before; ages alone do not count.
 * @param {HTMLTableRowElement} before
 * @param {HTMLTableRowElement} after
 */
function showChanges(before, after) {
  Array.from(after.cells).forEach((cell, at) => {
    const old = before.cells[at];
    if (old && words(old) !== words(cell)) cell.classList.add("fresh-cell");
  });
}

/**
 * @param {HTMLTableCellElement} cell
 * @returns {string}
 */
function words(cell) {
  return Array.from(cell.querySelectorAll("span")).map((part) => part.textContent).join(" ");
}
