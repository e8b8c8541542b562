/**
 * The address is the state. Typing on any page other than the search page adds one step to the browser's history, and
 * further typing rewrites that step. Going back puts the page that was left into place again, node by node.
 */
import htmx from "htmx.org";
import { main, queryInput, searchForm } from "./page.js";

const SEARCH_PATH = "/search";

/** @type {{ address: string, title: string, nodes: DocumentFragment, scroll: number } | null} */
let left = null;

const address = () => location.pathname + location.search;

/** Address of the page in place; null while results are. */
let shown = location.pathname === SEARCH_PATH ? null : address();

/** Where the view was when the browser took a step; by the time htmx tells of it, the browser has scrolled. */
let scrollAtStep = 0;

/** @param {string} from its address @param {number} scroll where in it the reader was */
function leaveView(from, scroll) {
  const nodes = document.createDocumentFragment();
  left = { address: from, title: document.title, nodes, scroll };
  nodes.append(...main().childNodes);
  shown = null;
}

/** @param {Event} event */
function recordStep(event) {
  const { history: step } = /** @type {CustomEvent<{ history: { type: "push" | "replace" } }>} */ (event).detail;
  if (location.pathname === SEARCH_PATH) return;
  leaveView(address(), scrollY);
  scrollTo(0, 0);
  step.type = "push";
}

function fillForm() {
  const asked = new URLSearchParams(location.search);
  for (const field of searchForm().elements) {
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = asked.get(field.name) ?? "";
  }
}

/** @param {Event} event */
function restore(event) {
  event.preventDefault();
  htmx.trigger(searchForm(), "htmx:abort");
  fillForm();
  // Only the anchor is another one, and the browser scrolls to that.
  if (shown === address()) return;
  if (left?.address === address()) {
    shown = left.address;
    main().replaceChildren(left.nodes);
    document.title = left.title;
    scrollTo(0, left.scroll);
    left = null;
    searchForm().dispatchEvent(new CustomEvent("livedocs:restored", { bubbles: true }));
  } else if (location.pathname === SEARCH_PATH) {
    if (shown !== null) leaveView(shown, scrollAtStep);
    queryInput().dispatchEvent(new InputEvent("input", { bubbles: true }));
  } else {
    location.reload();
  }
}

/** Empty filters stay out of the address. @param {Event} event */
function dropEmptyFields(event) {
  const { ctx } = /** @type {CustomEvent<{ ctx: { request: { body: FormData } } }>} */ (event).detail;
  for (const [name, value] of [...ctx.request.body]) if (!value && name !== "q") ctx.request.body.delete(name);
}

export function keepHistory() {
  addEventListener("popstate", () => (scrollAtStep = scrollY));
  document.addEventListener("htmx:config:request", dropEmptyFields);
  document.addEventListener("htmx:before:history:update", recordStep);
  document.addEventListener("htmx:before:history:restore", restore);
}
