/**
 * Buttons that only work with script: copy a command, dismiss a toast. They are hidden until now.
 *
 * @module
 */

/**
 * Show and arm the copy and dismiss buttons of `root`.
 *
 * @param {ParentNode} root
 */
export function armButtons(root) {
  for (const button of root.querySelectorAll("button[data-copy], button[data-dismiss]")) {
    if (button instanceof HTMLButtonElement) arm(button);
  }
}

/** @param {HTMLButtonElement} button */
function arm(button) {
  if (button.dataset.copy === undefined) {
    button.addEventListener("click", () => button.closest(".toast")?.remove());
  } else {
    // Absent where the page did not come over HTTPS or from loopback.
    if (!navigator.clipboard) return;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy ?? "");
      button.dataset.done = "";
      setTimeout(() => delete button.dataset.done, 1500);
    });
  }
  button.hidden = false;
}

if (typeof document !== "undefined") armButtons(document);
