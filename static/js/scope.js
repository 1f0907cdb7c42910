/**
 * The head of the declaration that is read, kept above its code while the page is scrolled.
 *
 * A declaration's first line says where it ends, and a method's where its type begins.
 *
 * @module
 */

/** @typedef {{line: number, end: number, of: number}} Scope `of` is the line of a method's type, 0 for none here */

/**
 * Return the first lines of what encloses `line`, the outermost first; not of what begins on it.
 *
 * @param {Scope[]} scopes in order
 * @param {number} line
 * @returns {number[]}
 */
export function enclosing(scopes, line) {
  /** @type {number[]} */
  const heads = [];
  for (const scope of scopes) {
    if (scope.line >= line) break;
    if (line > scope.end) continue;
    if (scope.of && !heads.includes(scope.of)) heads.push(scope.of);
    heads.push(scope.line);
  }
  return heads;
}

/**
 * @param {HTMLElement} code
 * @param {HTMLElement} box the scrolled box of its lines
 */
function attend(code, box) {
  const rows = /** @type {HTMLElement[]} */ ([...box.querySelectorAll("li[id^=L]")]);
  const scopes = rows.filter((row) => row.dataset.end).map((row) => ({
    line: Number(row.id.slice(1)), end: Number(row.dataset.end), of: Number(row.dataset.of ?? 0),
  }));
  if (scopes.length === 0) return;
  const pinned = document.createElement("div");
  pinned.className = "scope";
  pinned.setAttribute("aria-hidden", "true"); // the same lines are in the code
  const list = document.createElement("ol");
  const inner = document.createElement("div");
  inner.className = "go";
  inner.append(list);
  pinned.append(inner);
  code.insertBefore(pinned, box);
  let shown = "";
  let isAsked = false;

  /**
   * @param {number} top
   * @returns {HTMLElement | undefined} the first row that reaches below `top`
   */
  function rowAt(top) {
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((rows[middle]?.getBoundingClientRect().bottom ?? 0) > top) high = middle;
      else low = middle + 1;
    }
    return rows[low];
  }

  function draw() {
    isAsked = false;
    const top = pinned.getBoundingClientRect().top;
    /** @type {number[]} */
    let heads = [];
    if (box.getBoundingClientRect().top < top) {
      // What is pinned covers lines itself, so the line below it counts.
      for (let depth = 0; depth < 3; depth += 1) {
        const row = rowAt(top + heads.length * (rows[0]?.offsetHeight ?? 0));
        const next = row ? enclosing(scopes, Number(row.id.slice(1))) : [];
        if (next.length <= heads.length) break;
        heads = next;
      }
    }
    if (heads.join() !== shown) {
      shown = heads.join();
      list.replaceChildren(...heads.flatMap((line) => {
        const row = document.getElementById(`L${line}`)?.cloneNode(true);
        if (!(row instanceof HTMLElement)) return [];
        row.removeAttribute("id");
        row.removeAttribute("hidden");
        row.classList.remove("on");
        for (const button of row.querySelectorAll("button")) button.remove();
        for (const link of row.querySelectorAll("a")) link.tabIndex = -1;
        return [row];
      }));
    }
    inner.scrollLeft = box.scrollLeft;
  }

  function ask() {
    if (!isAsked) requestAnimationFrame(draw);
    isAsked = true;
  }

  for (const [target, name] of /** @type {[EventTarget, string][]} */ ([[document, "scroll"], [box, "scroll"], [window, "resize"]])) {
    target.addEventListener(name, ask, { passive: true });
  }
  ask();
}

if (typeof document !== "undefined") {
  const code = document.querySelector(".code:has(> .go li[data-end])");
  const box = code?.querySelector(".go");
  if (code instanceof HTMLElement && box instanceof HTMLElement) attend(code, box);
}
