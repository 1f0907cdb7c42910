// Which rows of a long table are worth having: those on screen, and some above and below them.

/** Rows asked for above and below what is on screen, in screens. */
const SPARE = 2;
/** The most rows that one window may reach to either side of its anchor, as the server counts. */
const REACH = 400;

/**
 * @typedef {object} Place what is on screen, in rows
 * @property {number} first the first row on screen
 * @property {number} count rows that fit on it
 */

/**
 * Return whether `place` is so near an end of the rows that are here that others must be asked for.
 * @param {Place} place
 * @param {number} offset number of the first row that is here
 * @param {number} length how many are here
 * @param {number} total how many there are
 * @returns {boolean}
 */
export function isShort(place, offset, length, total) {
  const spare = Math.ceil(place.count * SPARE / 2);
  const wantsAbove = Math.max(0, place.first - spare);
  const wantsBelow = Math.min(total, place.first + place.count + spare);
  return wantsAbove < offset || wantsBelow > offset + length;
}

/**
 * Return the window to ask for: anchored at a row that is here, so that an insert above moves nothing;
 * at the top, from the first row on; far from what is here, at a row number.
 * @param {Place} place
 * @param {number} offset number of the first row that is here
 * @param {[string, string][]} order keys of the rows that are here
 * @returns {{offset: number, before: number, after: number} | {anchor: [string, string], before: number, after: number}}
 */
export function windowFor(place, offset, order) {
  const spare = Math.ceil(place.count * SPARE);
  const before = Math.min(spare, REACH);
  const after = Math.min(place.count + spare, REACH);
  if (place.first <= 0) return { offset: 0, before: 0, after };
  const anchor = order[place.first - offset];
  return anchor ? { anchor, before, after } : { offset: place.first, before, after };
}
