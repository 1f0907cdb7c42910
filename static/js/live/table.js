// A view drawn as table rows. Only rows that changed are built again; the others only move.

import { humanDuration } from "./age.js";
import { keyText } from "./frames.js";

/** @typedef {import("./frames.js").View} View */
/** @typedef {import("./frames.js").Row} Row */
/** @typedef {import("./frames.js").Cell} Cell */
/** @typedef {import("./frames.js").Column} Column */

const SVG = "http://www.w3.org/2000/svg";
const HOT_RESTARTS = 10;
const STATUS = ["Status", "Phase", "State"];
const NUMERIC = ["Ready", "Restarts", "Age"];
/** A row's height before one was measured. */
const ROW_PX = 28;

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

/** @returns {HTMLTableRowElement} a row as high as the rows that are not here */
function pad() {
  const row = document.createElement("tr");
  row.className = "pad";
  row.setAttribute("aria-hidden", "true");
  row.append(document.createElement("td"));
  return row;
}

/**
 * @param {HTMLTableRowElement} row a pad
 * @param {number} height in pixels
 */
function stretch(row, height) {
  row.hidden = height <= 0;
  row.style.height = `${height}px`;
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
    this.vague = table.dataset.vague ?? "";
    const language = location.pathname.startsWith("/zh-hans/") ? "/zh-hans" : "";
    this.root = `${language}/c/${table.dataset.cluster ?? ""}/${table.dataset.kind ?? ""}`;
    this.above = pad();
    this.below = pad();
    /** @type {Set<number>} places of the columns to show; empty until the server said which */
    this.shown = new Set((table.dataset.shown ?? "").split(",").filter(Boolean).map(Number));
    this.isChosen = Boolean(table.dataset.columns);
    this.columns = "";
  }

  /** @returns {number} pixels of one row */
  get rowHeight() {
    return this.#rows.values().next().value?.getBoundingClientRect().height || ROW_PX;
  }

  /**
   * Return which rows are on screen.
   * @param {View} view
   * @returns {import("./viewport.js").Place}
   */
  place(view) {
    const top = this.body.getBoundingClientRect().top - this.#covered;
    const first = Math.max(0, Math.floor(-top / this.rowHeight));
    const count = Math.ceil(window.innerHeight / this.rowHeight);
    return { first: Math.min(first, Math.max(view.total - count, 0)), count };
  }

  /**
   * Scroll so that a row is the first on screen.
   * @param {number} row
   */
  scrollTo(row) {
    const top = this.body.getBoundingClientRect().top + window.scrollY;
    window.scrollTo({ top: row ? top + row * this.rowHeight - this.#covered : 0 });
  }

  /**
   * Return the rows on screen and where they are, for `hold`.
   * @returns {[string, number][]}
   */
  onScreen() {
    const covered = this.#covered;
    /** @type {[string, number][]} */
    const found = [];
    for (const [key, row] of this.#rows) {
      const top = row.getBoundingClientRect().top;
      if (top >= covered - 1 && top < window.innerHeight) found.push([key, top]);
    }
    return found.sort((one, other) => one[1] - other[1]);
  }

  /**
   * Scroll so that the first row of `held` that is still there is where it was.
   * @param {[string, number][]} held
   * @returns {boolean} whether there is one
   */
  hold(held) {
    const kept = held.find(([key]) => this.#rows.has(key));
    if (!kept) return false;
    const row = /** @type {HTMLTableRowElement} */ (this.#rows.get(kept[0]));
    window.scrollBy({ top: row.getBoundingClientRect().top - kept[1], behavior: "instant" });
    return true;
  }

  /** @returns {number} pixels at the top of the window that the bar and the table's heads cover */
  get #covered() {
    const head = this.table.tHead?.rows[0]?.cells[0];
    return head ? Number.parseFloat(getComputedStyle(head).top) + head.offsetHeight : 0;
  }

  /**
   * Make the table show `view`.
   * @param {View} view
   * @param {Set<string>} changed keys of rows that must be built again
   * @param {boolean} isWhole whether it is a new window; rows that were here already are kept
   */
  draw(view, changed, isWhole) {
    const wanted = new Set(view.order);
    // Measured first: a layout half-way through would find the page too short and scroll it.
    const height = this.rowHeight;
    if (isWhole) {
      const columns = JSON.stringify(view.columns);
      if (columns !== this.columns) {
        // The server's own rows go too: they are drawn under keys of their own.
        this.#rows.clear();
        this.body.replaceChildren(this.above, this.below);
        if (view.columns.length) this.#heads(view.columns);
        this.columns = columns;
      }
    }
    for (const [key, row] of this.#rows) {
      if (!wanted.has(key)) {
        row.remove();
        this.#rows.delete(key);
      }
    }
    /** @type {Element | null} */
    let at = this.above.nextElementSibling;
    for (const key of view.order) {
      const row = /** @type {Row} */ (view.rows.get(key));
      let drawn = this.#rows.get(key);
      if (!drawn || (changed.has(key) && drawn.dataset.version !== version(row))) {
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
    stretch(this.above, view.offset * height);
    stretch(this.below, Math.max(0, view.total - view.offset - view.order.length) * height);
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
    if (!this.isChosen) {
      this.shown = new Set(columns.flatMap((column, at) => column.priority === 0 ? [at] : []));
    }
    const shown = columns.filter((_column, at) => this.shown.has(at)).map((column) => column.name);
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
    made.dataset.key = keyText([row.namespace, row.name]);
    made.dataset.version = version(row);
    if (row.health === "gone") made.className = "going";
    if (this.isNamespaced) made.append(this.#cell("ns c-ns", [element("span", "", row.namespace)]));
    const marked = STATUS.map((name) => columns.findIndex((column) => column.name === name))
      .find((place) => place >= 0);
    columns.forEach((column, at) => {
      if (!this.shown.has(at)) return;
      const cell = row.cells[at] ?? null;
      if (column.format === "name" || (at === 0 && column.name === "Name")) {
        made.append(this.#cell("c-nm", [this.#name(row)]));
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
   * @param {Row} row
   * @returns {HTMLElement}
   */
  #name(row) {
    const name = row.name;
    const dash = name.lastIndexOf("-");
    const isSplit = dash > 0 && name.length - dash - 1 <= 10;
    const made = document.createElement("a");
    made.className = "nm";
    made.href = `${this.root}/${row.namespace || "-"}/${encodeURIComponent(name)}`;
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
    if (cell.within_ms) {
      time.className = "vague";
      time.title = this.vague;
    }
    tick(time, Date.now(), this.ago);
    return cell.v === undefined
      ? [time]
      : [element("span", heat(cell.v, column), cell.v), " (", time, ")"];
  }
}

/**
 * Return what changes when a row must be built again: its version, and times that were read anew.
 * @param {Row} row
 * @returns {string}
 */
function version(row) {
  const times = row.cells.map((cell) => cell !== null && typeof cell === "object" ? cell.t : "");
  return [row.resource_version, ...times].join(" ");
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
