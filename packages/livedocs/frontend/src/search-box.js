/**
 * The search box as a combobox: focus stays in the box while the arrows move through the list of hits below it.
 * Pattern: https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ (list autocomplete with manual selection).
 */
import { queryInput, resultList, searchForm, status } from "./page.js";

/** @returns {HTMLAnchorElement[]} */
const hits = () => [...(resultList()?.querySelectorAll("a") ?? [])];

/** True when the hits on the page answer what is in the box now. */
const isAnswered = () => resultList()?.dataset["asked"] === queryInput().value;

/** @param {EventTarget | null} target */
const takesText = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));

/** @param {HTMLAnchorElement} hit @param {KeyboardEvent} [event] */
function open(hit, event) {
  const { ctrlKey = false, metaKey = false, shiftKey = false } = event ?? {};
  hit.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
}

/** @param {string} selected id of the hit that is selected, if any */
function describeList(selected) {
  const list = resultList();
  list?.setAttribute("role", "listbox");
  list?.querySelectorAll("li").forEach((item) => item.setAttribute("role", "presentation"));
  for (const hit of hits()) {
    hit.setAttribute("role", "option");
    hit.setAttribute("aria-selected", String(hit.id === selected));
  }
}

export const searchBox = () => ({
  selected: "",
  expanded: false,
  opensWhenAnswered: false,

  init() {
    const refresh = () => this.showAnswer();
    for (const name of ["htmx:after:swap", "livedocs:restored"]) document.addEventListener(name, refresh);
    document.addEventListener("htmx:error", () => {
      status().textContent = "The server did not answer. Is livedocs still running?";
      status().classList.remove("sr-only");
    });
    this.showAnswer();
    const box = queryInput();
    if (document.activeElement === box) box.setSelectionRange(box.value.length, box.value.length);
    // htmx begins to listen in a task of its own, queued when it was imported, so this one comes after it.
    setTimeout(() => this.catchUp());
  },

  /** Ask for what was typed before anything listened. */
  catchUp() {
    const box = queryInput();
    const asked = new URLSearchParams(location.search).get(box.name) ?? "";
    if (box.value !== asked) box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  },

  showAnswer() {
    const all = hits();
    // Hits may be added below those that are shown; what is selected stays so then.
    if (!all.some((hit) => hit.id === this.selected && hit.ariaSelected === "true")) this.selected = "";
    this.expanded = all.length > 0;
    describeList(this.selected);
    const [first] = all;
    // An answer to fewer letters may still come in after Enter: it is not the one to open, and ends nothing.
    const answered = isAnswered() || !resultList();
    if (this.opensWhenAnswered && answered && first) open(first);
    if (answered) this.opensWhenAnswered = false;
    status().classList.add("sr-only");
  },

  typed() {
    this.opensWhenAnswered = false;
    if (resultList()) scrollTo(0, 0);
  },

  /** @param {number} step 1 for the next hit, -1 for the one before; before the first is the box itself */
  move(step) {
    const all = hits();
    const current = all.findIndex((hit) => hit.id === this.selected);
    const next = Math.min(Math.max(current + step, -1), all.length - 1);
    all[current]?.setAttribute("aria-selected", "false");
    all[next]?.setAttribute("aria-selected", "true");
    all[next]?.scrollIntoView({ block: "nearest" });
    if (next < 0) scrollTo(0, 0);
    this.selected = all[next]?.id ?? "";
  },

  /** @param {KeyboardEvent} event */
  choose(event) {
    if (event.isComposing) return;
    const all = hits();
    const hit = all.find(({ id }) => id === this.selected) ?? all[0];
    if (hit && isAnswered()) {
      event.preventDefault();
      open(hit, event);
    } else {
      this.opensWhenAnswered = true;
    }
  },

  clear() {
    const box = queryInput();
    if (!box.value) return box.blur();
    box.value = "";
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  },

  /** @param {KeyboardEvent} event */
  focusOnSlash(event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || takesText(event.target)) return;
    event.preventDefault();
    queryInput().select();
  },
});
