// The menu of namespaces: typing narrows what is listed. Without script all of them are.

for (const menu of document.querySelectorAll("[data-spaces]")) {
  const like = /** @type {HTMLInputElement | null} */ (menu.querySelector("[data-like]"));
  if (!like) continue;
  like.hidden = false;
  like.addEventListener("input", () => {
    for (const item of menu.querySelectorAll("li")) {
      item.hidden = !(item.textContent ?? "").toLowerCase().includes(like.value.toLowerCase());
    }
  });
  like.addEventListener("keydown", (event) => {
    // Enter ticks the only one that is left, and applies.
    if (event.key !== "Enter") return;
    const left = [...menu.querySelectorAll("li:not([hidden]) input")];
    if (left.length === 1) /** @type {HTMLInputElement} */ (left[0]).checked = true;
    else event.preventDefault();
  });
  menu.addEventListener("toggle", () => like.focus());
}
