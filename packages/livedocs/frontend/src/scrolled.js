/** Where each step of the history was scrolled to when a search left it. It outlives a reload, and ends with the tab. */

import { recall, remember } from "./storage.js";

const PREFIX = "livedocs.scrolled.";

/** @param {string} step its key */
export const scrolledTo = (step) => Number(recall(PREFIX + step, "sessionStorage") ?? 0);

/** @param {string} step its key @param {number} place where it is scrolled to */
export const keepScrolled = (step, place) => remember(PREFIX + step, String(place), "sessionStorage");

/**
 * A page that a search took the place of, and that had to be loaded again: the browser knows only where that search was
 * scrolled to.
 *
 * @param {string} step its key
 */
export function returnTo(step) {
  const place = scrolledTo(step);
  if (!place) return;
  keepScrolled(step, 0);
  history.scrollRestoration = "manual";
  scrollTo(0, place);
  addEventListener("load", () => {
    scrollTo(0, place);
    // Right behind this event the browser would scroll to its own.
    setTimeout(() => (history.scrollRestoration = "auto"));
  });
}
