/** Recent searches: the ones after which something was opened. They stay in this browser and can be cleared. */
import { own, queryInput, resultList } from "./page.js";
import { recall, remember } from "./storage.js";

const KEY = "livedocs.recent";
const KEPT = 8;
const LONGEST = 200;

/** @returns {string[]} */
function recent() {
  try {
    /** @type {unknown} */
    const kept = JSON.parse(recall(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((query) => typeof query === "string").slice(0, KEPT) : [];
  } catch {
    return []; // not what is written here
  }
}

/** @param {string[]} queries */
const keep = (queries) => remember(KEY, JSON.stringify(queries));

/** @param {MouseEvent} event */
function opened(event) {
  const query = queryInput().value.trim();
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || !resultList()?.contains(link) || !query) return;
  if (query.length <= LONGEST) keep([query, ...recent().filter((other) => other !== query)].slice(0, KEPT));
}

/** @param {string} query */
function line(query) {
  const link = document.createElement("a");
  link.href = `/search?q=${encodeURIComponent(query)}`;
  link.dataset["search"] = "";
  link.textContent = query;
  const item = document.createElement("li");
  item.append(link);
  return item;
}

/** What the home page's list says of itself while it is empty. @type {Node[]} */
let hint = [];

/** Fill the home page's list. */
function show() {
  const list = own("app-recent");
  const queries = recent();
  if (list && !list.querySelector("a")) hint = [...list.childNodes];
  list?.replaceChildren(...(queries.length ? queries.map(line) : hint));
  own("app-recent-clear")?.toggleAttribute("hidden", !queries.length);
}

/** @param {MouseEvent} event */
function cleared({ target }) {
  if (!(target instanceof Element) || target.id !== "app-recent-clear") return;
  keep([]);
  show();
  queryInput().focus();
}

export function rememberSearches() {
  document.addEventListener("click", opened);
  document.addEventListener("click", cleared);
  // The start page comes back when the box is emptied, and when the history goes back to it.
  for (const name of ["htmx:after:swap", "livedocs:restored"]) document.addEventListener(name, show);
  addEventListener("pageshow", show);
  addEventListener("storage", ({ key }) => key === KEY && show()); // another tab's
}
