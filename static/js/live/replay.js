// What a reflector did, played step by step; what this portal's own does is kept up to date meanwhile.

const POLL_MS = 2000;
const STEP_MS = 700;
const SHOWN = 24;

/**
 * @typedef {object} Step
 * @property {string} step
 * @property {number} at_ms
 * @property {string} resource_version
 * @property {string} detail
 * @property {number} count
 * @property {boolean} is_trouble
 * @property {string} label
 * @property {string} symbol
 * @property {string} symbol_url
 */

/**
 * @param {Step} step
 * @returns {HTMLLIElement}
 */
function line(step) {
  const made = document.createElement("li");
  if (step.is_trouble) made.className = "bad";
  const at = new Date(step.at_ms);
  const time = document.createElement("time");
  time.dateTime = at.toISOString();
  time.textContent = at.toISOString().slice(11, 19);
  const what = document.createElement("span");
  what.className = "what";
  what.append(step.count > 1 ? `${step.label} ×${step.count}` : step.label);
  if (step.detail) {
    const detail = document.createElement("span");
    detail.className = "dimmer";
    detail.textContent = step.detail;
    what.append(" ", detail);
  }
  const version = document.createElement("span");
  version.className = "rv";
  version.textContent = step.resource_version;
  const symbol = document.createElement("a");
  symbol.className = "src";
  symbol.href = step.symbol_url;
  symbol.textContent = step.symbol;
  made.append(time, what, version, symbol);
  return made;
}

/** @param {HTMLElement} block */
function follow(block) {
  const list = block.querySelector(".steps");
  const play = /** @type {HTMLButtonElement | null} */ (block.querySelector("[data-play]"));
  if (!list || !play) return;
  let isPlaying = false;
  let drawn = "";

  async function read() {
    if (isPlaying || document.hidden) return;
    try {
      const answer = await fetch(block.dataset.replay ?? "");
      if (!answer.ok) return;
      const found = await answer.json();
      const steps = /** @type {Step[]} */ (found.traces[0]?.steps ?? []).slice(-SHOWN);
      const text = JSON.stringify(steps);
      if (text === drawn || isPlaying) return;
      drawn = text;
      list?.replaceChildren(...steps.map(line));
    } catch {
      // The server is away: what is shown stays, and the next round asks again.
    }
  }

  play.hidden = false;
  play.addEventListener("click", () => {
    const lines = [...list.children];
    if (isPlaying || !lines.length) return;
    isPlaying = true;
    for (const each of lines) each.classList.add("later");
    lines.forEach((each, at) => setTimeout(() => {
      each.classList.remove("later");
      each.classList.add("now");
      lines[at - 1]?.classList.remove("now");
      if (at === lines.length - 1) {
        isPlaying = false;
        setTimeout(() => each.classList.remove("now"), STEP_MS);
      }
    }, at * STEP_MS));
  });
  if (block.dataset.replay) setInterval(read, POLL_MS);
}

for (const block of document.querySelectorAll("[data-replay]")) follow(/** @type {HTMLElement} */ (block));
