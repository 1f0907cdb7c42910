/**
 * Callers and callees of a function as a tree of two levels, each of which is asked for when it is opened.
 *
 * Without a script the same is a page of its own, one level at a time.
 *
 * @module
 */

/** @typedef {{name: string, importpath: string, href: string, where: string, where_href: string, calls: number, certainty: string, tree: string}} Line */
/** @typedef {{lines: Line[], more: number, unknown: number, is_whole: boolean, is_checked: boolean}} Level */

const LEVELS = 2;

/**
 * Return what is said below a level: what is not shown of it, and why; below the first, who says so.
 *
 * @param {Level} level
 * @param {number} depth
 * @param {DOMStringMap} words
 * @returns {string[]}
 */
export function notes(level, depth, words) {
  return [
    level.lines.length === 0 ? words.none ?? "" : "",
    level.more ? (words.more ?? "").replace("{n}", String(level.more)) : "",
    level.unknown ? (words.unknown ?? "").replace("{n}", String(level.unknown)) : "",
    level.is_whole ? "" : words.part ?? "",
    depth > 1 ? "" : (level.is_checked ? words.checked : words.unchecked) ?? "",
  ].filter((note) => note !== "");
}

/**
 * @param {string} address
 * @param {string} way
 * @returns {Promise<Level | null>}
 */
function ask(address, way) {
  const asked = new URL(address, location.href);
  asked.searchParams.set("way", way);
  return fetch(asked).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {string} text
 * @returns {HTMLElement}
 */
function made(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/**
 * @param {string} className
 * @param {string} text
 * @param {string} href
 * @returns {HTMLElement}
 */
function link(className, text, href) {
  const element = made("a", className, text);
  element.setAttribute("href", href);
  return element;
}

/**
 * @param {Line} line
 * @param {string} way
 * @param {number} depth
 * @param {DOMStringMap} words
 * @returns {HTMLLIElement}
 */
function row(line, way, depth, words) {
  const item = document.createElement("li");
  if (depth < LEVELS) {
    const button = /** @type {HTMLButtonElement} */ (made("button", "fold", ""));
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-label", `${words.open}: ${line.name}`);
    /** @type {HTMLElement | null} */
    let below = null;
    button.addEventListener("click", async () => {
      const isOpen = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!isOpen));
      if (!below) {
        below = document.createElement("div");
        item.append(below);
        await fill(below, line.tree, way, depth + 1, words);
      }
      below.hidden = isOpen;
    });
    item.append(button, " ");
  }
  item.append(link("src", line.name, line.href), " ", made("span", "where", line.importpath), " ", link("where", line.where, line.where_href));
  if (line.calls > 1) item.append(" ", made("span", "dimmer", (words.times ?? "{n}").replace("{n}", String(line.calls))));
  const doubt = line.certainty === "exact" ? "" : words[line.certainty];
  if (doubt) item.append(" ", made("span", "tag doubt", doubt));
  return item;
}

/**
 * @param {HTMLElement} box
 * @param {string} address
 * @param {string} way
 * @param {number} depth
 * @param {DOMStringMap} words
 */
async function fill(box, address, way, depth, words) {
  box.setAttribute("aria-busy", "true");
  const level = await ask(address, way);
  box.removeAttribute("aria-busy");
  if (!level) {
    box.replaceChildren(made("p", "note", words.failed ?? ""));
    return;
  }
  const list = made("ul", "calls", "");
  list.append(...level.lines.map((line) => row(line, way, depth, words)));
  box.replaceChildren(list, ...notes(level, depth, words).map((note) => made("p", "note", note)));
}

/** @param {HTMLElement} panel */
function attend(panel) {
  for (const each of panel.querySelectorAll("details[data-way]")) {
    const details = /** @type {HTMLDetailsElement} */ (each);
    const box = document.createElement("div");
    details.querySelector("div")?.replaceWith(box);
    details.addEventListener("toggle", () => {
      if (details.open && !box.hasChildNodes()) fill(box, panel.dataset.calls ?? "", details.dataset.way ?? "", 1, panel.dataset);
    });
  }
}

if (typeof document !== "undefined") {
  for (const panel of document.querySelectorAll("[data-calls]")) if (panel instanceof HTMLElement) attend(panel);
}
