/**
 * Keep the theme that somebody picks, at once. Without this module the menu works too: its style
 * is CSS, and its button posts the choice.
 *
 * @module
 */

const YEAR_S = 365 * 24 * 60 * 60;

/** What the `portolan_theme` cookie may say; anything else follows the system. */
const THEMES = new Set(["paper", "ink"]);

/**
 * Return the cookie that makes `theme` stay, or that forgets it.
 *
 * @param {string} theme - "paper", "ink", or another word to follow the system
 * @param {boolean} isSecure - whether the page came over HTTPS
 * @returns {string}
 */
export function themeCookie(theme, isSecure) {
  const kept = THEMES.has(theme) ? `${theme}; Max-Age=${YEAR_S}` : "; Max-Age=0";
  return `portolan_theme=${kept}; Path=/; SameSite=Lax${isSecure ? "; Secure" : ""}`;
}

/**
 * Let every theme menu of `root` keep its choice.
 *
 * @param {Document} root
 */
export function watchThemeMenus(root) {
  for (const form of root.querySelectorAll("form[data-theme-form]")) {
    form.querySelector("[data-without-script]")?.toggleAttribute("hidden", true);
    form.addEventListener("change", (event) => {
      if (event.target instanceof HTMLInputElement && event.target.name === "theme") {
        root.cookie = themeCookie(event.target.value, location.protocol === "https:");
      }
    });
  }
}

if (typeof document !== "undefined") watchThemeMenus(document);
