/**
 * Keys that work on every page. What acts on a key says so itself (`data-key="o"`); here the key finds it. A key that a
 * browser or a field has a use for is left to them: nothing happens with a modifier held, or while one types.
 */
import { helpDialog, own, queryInput } from "./page.js";
import { recall, remember } from "./storage.js";

const STEP_KEY = "livedocs.results";
const RESULTS = ["/", "/search"];
const isMac = /^Mac|iPhone|iPad/.test(navigator.platform);

/** @param {EventTarget | null} target */
const takesText = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));

/** Whether a modifier is held for its own sake: some keyboards write "[" with AltGr, or with the Mac's Option. @param {KeyboardEvent} event */
function isModified(event) {
  const { ctrlKey, metaKey, altKey } = event;
  if (event.getModifierState("AltGraph")) return false;
  return ctrlKey || metaKey || (altKey && !(isMac && event.key.length === 1));
}

/** Ctrl-K, on a Mac Cmd-K: there Ctrl-K edits text. @param {KeyboardEvent} event */
const isFocusKey = ({ key, ctrlKey, metaKey, altKey, shiftKey }) =>
  key.toLowerCase() === "k" && (isMac ? metaKey && !ctrlKey : ctrlKey && !metaKey) && !altKey && !shiftKey;

/** @param {string} key @returns {HTMLElement | undefined} */
function actingOn(key) {
  /** @type {NodeListOf<HTMLElement>} */
  const acting = document.querySelectorAll("[data-key]:not(.reading *)");
  return [...acting].find((element) => element.dataset["key"] === key && element.checkVisibility());
}

/** Pages do not tell each other their addresses, so results leave the name of their step for the pages opened from them. */
function leaveStep() {
  const key = RESULTS.includes(location.pathname) ? window.navigation?.currentEntry?.key : undefined;
  if (key) remember(STEP_KEY, key, "sessionStorage");
}

/** The results one came from, however many pages ago. */
function lastResults() {
  const key = recall(STEP_KEY, "sessionStorage");
  const here = window.navigation?.currentEntry?.index ?? 0;
  return window.navigation?.entries().find((step) => step.key === key && step.index < here);
}

/**
 * One step back: from a menu to what opened it, from the pane to the box, from pages that were opened to the results.
 * @returns {boolean} whether there was one
 */
function stepBack() {
  /** @type {HTMLDetailsElement | null} */
  const menu = document.querySelector(".reading-versions[open]");
  const results = location.pathname.startsWith("/docs/") ? lastResults() : undefined;
  if (menu) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  } else if (own("app-pane")?.contains(document.activeElement)) queryInput().focus();
  else if (results) window.navigation.traverseTo(results.key);
  else return false;
  return true;
}

/** To the box, with what is in it ready to be typed over: in Firefox selecting a text does not focus its field. */
function goToBox() {
  queryInput().focus();
  queryInput().select();
}

/** @param {KeyboardEvent} event @returns {boolean} whether the key was one of ours */
function act(event) {
  if (event.key === "/") goToBox();
  else if (event.key === "Escape") return stepBack();
  else {
    const acting = event.repeat ? undefined : actingOn(event.key);
    acting?.click();
    return acting !== undefined;
  }
  return true;
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.defaultPrevented || event.isComposing || helpDialog().open) return;
  if (isFocusKey(event)) goToBox();
  else if (isModified(event) || takesText(event.target) || !act(event)) return;
  event.preventDefault();
}

export function listenToKeys() {
  document.addEventListener("keydown", pressed);
  addEventListener("pagehide", leaveStep);
  own("app-help-button")?.addEventListener("click", () => helpDialog().showModal());
}
