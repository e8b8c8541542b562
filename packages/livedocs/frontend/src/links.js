/** Links that the page itself takes: those to other searches, and those that open what was found. */
import { writeAddress } from "./address.js";
import { nextStepIsNew } from "./history.js";
import { queryInput, resultList } from "./page.js";
import { entryOf, select } from "./selection.js";

/** @param {HTMLAnchorElement} link to a search: its words go into the box @param {MouseEvent} event */
function search(link, event) {
  const box = queryInput();
  box.value = new URL(link.href).searchParams.get("q") ?? "";
  nextStepIsNew();
  // On a touch screen the focus brings up a keyboard, which would cover half of what is found.
  if (!(event instanceof PointerEvent) || event.pointerType !== "touch") box.focus();
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

/** @param {HTMLAnchorElement} link to an entry @param {MouseEvent} event the second click of two opens nothing more */
function tellOpened(link, { detail }) {
  if (detail < 2) navigator.sendBeacon("/opened", new URLSearchParams({ entry: entryOf(link) }));
}

/** @param {MouseEvent} event */
function clicked(event) {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || event.defaultPrevented || event.button > 1) return;
  const isPlain = !(event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (link.matches("[data-search]") && isPlain) {
    event.preventDefault();
    search(link, event);
  } else if (resultList()?.contains(link)) {
    tellOpened(link, event);
    if (!isPlain) return;
    select(link);
    writeAddress();
  } else if (link.matches(".entry-head a[href^='/docs/']:not(.reading *)")) {
    tellOpened(link, event);
  }
}

export function takeLinks() {
  document.addEventListener("click", clicked);
  document.addEventListener("auxclick", clicked); // of the middle button
}
