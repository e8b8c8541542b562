/** Where the results of each step of the history were scrolled to. It outlives a reload, and ends with the tab. */

import { recall, remember } from "./storage.js";

const PREFIX = "livedocs.scrolled.";

/** @param {string} step its key */
export const scrolledTo = (step) => Number(recall(PREFIX + step, "sessionStorage") ?? 0);

/** @param {string} step its key @param {number} place where it is scrolled to */
export const keepScrolled = (step, place) => remember(PREFIX + step, String(place), "sessionStorage");
