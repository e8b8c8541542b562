/**
 * Which hit is selected: the one the pane shows and Enter opens. The page itself remembers it, so that whatever puts
 * hits into the page, an answer, the browser's history or the server, says which one it is.
 */
import { resultList } from "./page.js";

/** @returns {HTMLAnchorElement[]} */
export const hits = () => [...(resultList()?.querySelectorAll("a") ?? [])];

/** @returns {HTMLAnchorElement | null} */
export const selectedHit = () => resultList()?.querySelector('a[aria-selected="true"]') ?? null;

/**
 * The entry that a link leads to, as addresses name it: docset, version, page and anchor.
 *
 * @param {HTMLAnchorElement} link
 */
export const entryOf = (link) => (link.getAttribute("href") ?? "").replace("/docs/", "");

/** @param {HTMLAnchorElement} hit */
export function select(hit) {
  selectedHit()?.removeAttribute("aria-selected");
  hit.setAttribute("aria-selected", "true");
}

/** A list that came with the page holds links; from now on the keyboard drives it, which makes it a listbox. */
export function driveList() {
  const list = resultList();
  if (!list || list.role === "listbox") return;
  list.role = "listbox";
  for (const item of list.children) item.role = "presentation";
  for (const hit of hits()) {
    hit.role = "option";
    hit.tabIndex = -1;
    if (hit.ariaCurrent) select(hit);
    hit.removeAttribute("aria-current");
  }
}
