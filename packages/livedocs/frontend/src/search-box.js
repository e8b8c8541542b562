/**
 * The search box as a combobox: focus stays in the box while the arrows move through the list of hits below it.
 * Pattern: https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ (list autocomplete with automatic selection). The first
 * hit is the selected one until another is; it is pointed out to assistive technology once the arrows have been used.
 */
import { writeAddressSoon } from "./address.js";
import { queryInput, resultList } from "./page.js";
import { dropEntry, showSelected } from "./pane.js";
import { driveList, hits, select, selectedHit } from "./selection.js";
import { announceSoon, answersForm, complain, complainNoMore, expectAnswer, isUnreached, keepQuiet } from "./status.js";

/** True when the hits on the page answer what is in the box now. */
const isAnswered = () => resultList()?.dataset["asked"] === queryInput().value;

/** @param {HTMLAnchorElement} hit @param {KeyboardEvent} [event] */
function open(hit, event) {
  const { ctrlKey = false, metaKey = false, shiftKey = false } = event ?? {};
  hit.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
}

/** How far a key moves the selection: arrows, or Ctrl with N and P. @param {KeyboardEvent} event */
function stepOf({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  if (metaKey || shiftKey || altKey) return 0;
  if (ctrlKey) return key === "n" ? 1 : key === "p" ? -1 : 0;
  return key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
}

/** An input method takes keys to itself; Safari tells of the one that ends it only by its code. @param {KeyboardEvent} event */
const isComposing = (event) => event.isComposing || event.keyCode === 229;

export const searchBox = () => ({
  /** Id of the hit that the arrows moved to. */
  active: "",
  expanded: false,
  opensWhenAnswered: false,

  init() {
    document.addEventListener("htmx:after:swap", (event) => {
      if (answersForm(event)) announceSoon();
      // What is added below the hits says itself how many there are now, if anything is.
      else if (resultList()?.querySelector(".hits-divider")) keepQuiet();
      this.showAnswer();
    });
    document.addEventListener("livedocs:restored", () => {
      announceSoon();
      this.showAnswer();
    });
    document.addEventListener("htmx:before:request", (event) => {
      if (answersForm(event)) expectAnswer();
    });
    document.addEventListener("htmx:before:response", (event) => {
      if (!answersForm(event) || !isUnreached(event)) return;
      event.preventDefault();
      this.showNoAnswer();
    });
    document.addEventListener("htmx:error", (event) => {
      if (answersForm(event)) this.showNoAnswer();
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
    driveList();
    const selected = selectedHit();
    this.expanded = selected !== null;
    if (this.active !== selected?.id) this.active = "";
    // An answer to fewer letters may still come in after Enter: it is not the one to open, and ends nothing.
    const answered = isAnswered() || !resultList();
    if (this.opensWhenAnswered && answered && selected) open(selected);
    if (answered) this.opensWhenAnswered = false;
    complainNoMore();
    showSelected();
  },

  /** What was found before stays. */
  showNoAnswer() {
    this.opensWhenAnswered = false;
    complain();
    showSelected();
  },

  typed() {
    this.opensWhenAnswered = false;
    this.active = "";
    keepQuiet();
    dropEntry();
    resultList()?.querySelector("[hx-get]")?.dispatchEvent(new Event("htmx:abort")); // what is close in meaning
    if (resultList()) scrollTo(0, 0);
  },

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (isComposing(event)) return;
    const step = stepOf(event);
    if (step && this.expanded) {
      event.preventDefault();
      this.move(step);
    } else if (event.key === "Enter") {
      this.choose(event);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.clear();
    }
  },

  /** @param {number} step 1 for the next hit, -1 for the one before */
  move(step) {
    const all = hits();
    const current = all.findIndex((hit) => hit === selectedHit());
    const next = all[Math.min(Math.max(current + step, 0), all.length - 1)];
    if (!next) return;
    select(next);
    next.scrollIntoView({ block: "nearest" });
    if (next === all[0]) scrollTo(0, 0);
    this.active = next.id;
    writeAddressSoon();
    showSelected();
  },

  /** @param {KeyboardEvent} event */
  choose(event) {
    const hit = selectedHit();
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
});
