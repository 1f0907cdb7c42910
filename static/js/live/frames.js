// What the server says of one view, applied to what the page knows of it. Touches no DOM.

/** @typedef {{t: number, form: "age" | "ago" | "duration", v?: string, within_ms?: number}} TimeCell */
/** @typedef {string | number | boolean | null | TimeCell} Cell */
/**
 * @typedef {object} Row
 * @property {string} uid
 * @property {string} namespace
 * @property {string} name
 * @property {string} resource_version
 * @property {Cell[]} cells
 * @property {string} [health]
 */
/** @typedef {{name: string, type: string, priority: number, format?: string}} Column */
/** @typedef {[string, string]} Key namespace and name */
/**
 * @typedef {object} Frame a server frame of portolan.v1
 * @property {"snapshot" | "delta" | "state" | "denied" | "error"} type
 * @property {number | string | null} id
 * @property {number} v
 * @property {string} epoch
 * @property {number} seq
 * @property {string} resource_version
 * @property {number} observed_at_ms
 * @property {string} state
 * @property {number} [total]
 * @property {number} [unfiltered_total]
 * @property {number} [offset]
 * @property {number} [above]
 * @property {Column[]} [columns]
 * @property {Row[]} [rows]
 * @property {Row[]} [put]
 * @property {Key[]} [removed]
 * @property {Key[]} [order]
 * @property {string} [code]
 * @property {string} [message]
 */
/**
 * @typedef {object} View
 * @property {number} seq the number of the last frame; -1 before the first
 * @property {string} state
 * @property {number} observedAt milliseconds since 1970
 * @property {string} message why the view is not live, or ""
 * @property {number} total rows that pass the filter
 * @property {number} unfiltered
 * @property {number} offset
 * @property {Column[]} columns
 * @property {string[]} order the keys on screen
 * @property {Map<string, Row>} rows by key
 */

export const VERSION = 1;

/** @returns {View} a view of which nothing is known */
export function emptyView() {
  return {
    seq: -1, state: "unknown", observedAt: 0, message: "", total: 0, unfiltered: 0, offset: 0, columns: [],
    order: [], rows: new Map(),
  };
}

/**
 * Return the text that stands for a key in maps and in the DOM.
 * @param {Key} key
 * @returns {string}
 */
export function keyText(key) {
  return JSON.stringify(key);
}

/**
 * Apply one frame to `view`.
 * @param {View} view changed in place
 * @param {Frame} frame
 * @returns {{changed: Set<string>, isWhole: boolean} | null} the keys whose row must be drawn again;
 *   null when a frame was missed, so that the caller asks for a snapshot
 */
export function applyFrame(view, frame) {
  if (frame.v !== VERSION) throw new Error(`frame version ${frame.v}`);
  if (frame.type === "delta" || frame.type === "state") {
    // Asked for anew: what is still on its way belongs to the view as it was before.
    if (view.seq < 0) return { changed: new Set(), isWhole: false };
    if (frame.seq !== view.seq + 1) return null;
  }
  view.seq = frame.seq;
  view.state = frame.state;
  view.observedAt = frame.observed_at_ms;
  view.message = frame.message ?? "";
  switch (frame.type) {
    case "snapshot":
      view.columns = frame.columns ?? [];
      view.rows = new Map((frame.rows ?? []).map((row) => [rowKey(row), row]));
      view.order = [...view.rows.keys()];
      view.total = frame.total ?? 0;
      view.unfiltered = frame.unfiltered_total ?? view.total;
      view.offset = frame.offset ?? 0;
      return { changed: new Set(view.order), isWhole: true };
    case "delta": {
      const changed = new Set((frame.put ?? []).map(rowKey));
      for (const row of frame.put ?? []) view.rows.set(rowKey(row), row);
      for (const key of frame.removed ?? []) view.rows.delete(keyText(key));
      if (frame.order) view.order = frame.order.map(keyText);
      view.order = view.order.filter((key) => view.rows.has(key));
      view.total = frame.total ?? view.total;
      view.unfiltered = frame.unfiltered_total ?? view.unfiltered;
      view.offset += frame.above ?? 0;
      return { changed, isWhole: false };
    }
    case "state":
      return { changed: new Set(), isWhole: false };
    case "denied":
    case "error":
      view.rows.clear();
      view.order = [];
      view.total = view.unfiltered = view.offset = 0;
      return { changed: new Set(), isWhole: true };
    default:
      throw new Error(`unknown frame ${frame.type}`);
  }
}

/**
 * @param {Row} row
 * @returns {string}
 */
function rowKey(row) {
  return keyText([row.namespace, row.name]);
}
