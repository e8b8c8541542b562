/** The theme: light, dark, or the system's. Chosen with one button, kept in this browser, the same in all its tabs. */
import { recall, remember } from "./storage.js";

const KEY = "livedocs.theme";
const THEMES = /** @type {const} */ (["system", "light", "dark"]);

/** @typedef {typeof THEMES[number]} Theme */

/** @returns {Theme} */
function chosen() {
  const kept = recall(KEY);
  return THEMES.find((theme) => theme === kept) ?? "system";
}

/** Put the chosen theme into effect; before the page is painted, nothing flashes. */
export function applyTheme() {
  const theme = chosen();
  document.documentElement.dataset["theme"] = theme;
  for (const colour of document.querySelectorAll("meta[name=theme-color]")) {
    const scheme = colour.getAttribute("data-scheme");
    const media = theme === "system" ? `(prefers-color-scheme: ${scheme})` : theme === scheme ? "all" : "not all";
    colour.setAttribute("media", media);
  }
}

/** @param {HTMLButtonElement} button */
function say(button) {
  button.setAttribute("aria-label", `Theme: ${chosen()}`);
  button.title = `Theme: ${chosen()}`;
}

/** @param {HTMLButtonElement} button that goes through the themes */
export function switchThemeWith(button) {
  button.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(chosen()) + 1) % THEMES.length] ?? "system";
    remember(KEY, next);
    applyTheme();
    say(button);
  });
  addEventListener("storage", ({ key }) => {
    if (key !== KEY) return;
    applyTheme();
    say(button);
  });
  say(button);
}
