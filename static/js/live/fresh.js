// The freshness chip: how far what is shown can be trusted, and how old that is.

/**
 * Let the chip inside `place` say how old `view` is.
 * @param {ParentNode} place
 * @param {import("./frames.js").View} view
 */
export function freshen(place, view) {
  const chip = /** @type {HTMLElement | null} */ (place.querySelector("[data-fresh]"));
  if (!chip || view.seq < 0 && view.state === "unknown") return;
  chip.dataset.state = view.state;
  const word = chip.querySelector("b");
  const said = chip.dataset[view.state] ?? view.state;
  // Said only when it changes: a screen reader announces each change.
  if (word && word.textContent !== said) word.textContent = said;
  const age = chip.querySelector(".age");
  if (age && view.observedAt) {
    age.textContent = `${Math.max(0, Math.round((Date.now() - view.observedAt) / 1000))} s`;
  }
}
