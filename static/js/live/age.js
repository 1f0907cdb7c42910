// Durations as kubectl prints them (k8s.io/apimachinery/pkg/util/duration#HumanDuration).

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/**
 * @param {number} whole the larger unit's count
 * @param {string} unit
 * @param {number} rest the smaller unit's count, left out when 0
 * @param {string} restUnit
 * @returns {string}
 */
function pair(whole, unit, rest, restUnit) {
  return rest === 0 ? `${whole}${unit}` : `${whole}${unit}${rest}${restUnit}`;
}

/**
 * Return a duration as kubectl would print it; a clock that is a second behind is forgiven.
 * @param {number} milliseconds
 * @returns {string}
 */
export function humanDuration(milliseconds) {
  const seconds = Math.trunc(milliseconds / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 2 * MINUTE) return `${seconds}s`;
  const minutes = Math.trunc(seconds / MINUTE);
  if (minutes < 10) return pair(minutes, "m", seconds % MINUTE, "s");
  if (minutes < 3 * 60) return `${minutes}m`;
  const hours = Math.trunc(seconds / HOUR);
  if (hours < 8) return pair(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(seconds / DAY);
  if (hours < 8 * 24) return pair(days, "d", hours % 24, "h");
  if (days < 2 * 365) return `${days}d`;
  const years = Math.trunc(seconds / YEAR);
  if (days < 8 * 365) return pair(years, "y", days % 365, "d");
  return `${years}y`;
}
