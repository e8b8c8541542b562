/**
 * The pane beside the results, where the screen is wide enough for one: it shows the selected entry. It is asked for
 * only when the typing rests, and what was asked for is dropped when something else is selected, so that no key press
 * ever waits for it and no older entry takes the place of a newer one.
 */
import { decorateCode } from "./copy.js";
import { pane } from "./page.js";
import { keepScrollersInReach } from "./scrollers.js";
import { entryOf, selectedHit } from "./selection.js";

const QUIET_MILLISECONDS = 120;
const SLOW_MILLISECONDS = 400;
const LONGEST_MILLISECONDS = 15_000;
const isWide = matchMedia("(width >= 64rem)");

let waiting = 0;
/** @type {{ entry: string, request: AbortController } | null} */
let asked = null;

/** Forget what was to be shown. */
export function dropEntry() {
  clearTimeout(waiting);
  asked?.request.abort();
  asked = null;
}

const shownEntry = () => pane().querySelector("article")?.dataset["entry"] ?? "";

/** @param {(Node | string)[]} content */
function put(...content) {
  pane().replaceChildren(...content);
  pane().scrollTop = 0;
}

/** @param {string} entry */
async function load(entry) {
  const request = new AbortController();
  asked = { entry, request };
  // An answer that takes longer than a blink: what still stands there is not what is selected, and says so.
  const slow = setTimeout(() => (pane().ariaBusy = "true"), SLOW_MILLISECONDS);
  const [page = "", anchor = ""] = entry.split(/#(.*)/s);
  try {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(LONGEST_MILLISECONDS)]);
    const answer = await fetch(`/entry/${page}?anchor=${encodeURIComponent(anchor)}`, { signal });
    if (!answer.ok) throw new Error(answer.statusText);
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    put(template.content);
    decorateCode(pane());
    keepScrollersInReach(pane());
  } catch {
    if (!request.signal.aborted) put("This entry could not be loaded.");
  } finally {
    clearTimeout(slow);
    pane().ariaBusy = null;
    if (asked?.request === request) asked = null;
  }
}

/** Have the pane show what is selected now; without a selection it is empty. */
export function showSelected() {
  const hit = selectedHit();
  const entry = hit ? entryOf(hit) : "";
  if (entry && entry === asked?.entry) return;
  dropEntry();
  if (!entry) put();
  else if (isWide.matches && entry !== shownEntry()) waiting = window.setTimeout(() => load(entry), QUIET_MILLISECONDS);
}

export function keepPane() {
  keepScrollersInReach(pane());
  isWide.addEventListener("change", showSelected);
}
