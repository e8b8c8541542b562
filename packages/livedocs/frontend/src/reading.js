/**
 * The reading view: which section is in view is marked in the table of contents, and what the page offers (a link to
 * here, the original, another version, the section before and behind) is about that section. Without this script the
 * same links are about the page.
 */
import { anchorOf, land } from "./anchors.js";
import { own } from "./page.js";
import { keepScrollersInReach } from "./scrollers.js";

/** Where on the screen reading happens: the last section that begins above this share of its height is the current. */
const READING_LINE = 0.35;

/** @typedef {{ link: HTMLAnchorElement, target: HTMLElement }} Section */

/** @param {HTMLElement} contents @param {HTMLElement} article @returns {Section[]} */
function sectionsOf(contents, article) {
  /** @type {Map<string, HTMLElement>} */
  const targets = new Map();
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (article.querySelectorAll("[id]"))) {
    if (!targets.has(element.id)) targets.set(element.id, element);
  }
  return [...contents.querySelectorAll("a")].flatMap((link) => {
    const target = targets.get(anchorOf(link.hash));
    return target ? [{ link, target }] : [];
  });
}

/** Scrolls the list, never the page. @param {HTMLElement} list @param {HTMLElement} line */
function showIn(list, line) {
  const [box, place] = [list.getBoundingClientRect(), line.getBoundingClientRect()];
  if (place.top < box.top || place.bottom > box.bottom) list.scrollTop += place.top - box.top - box.height / 3;
}

class Reading {
  /** @param {HTMLElement} contents @param {HTMLElement} article @param {HTMLElement} tools */
  constructor(contents, article, tools) {
    this.contents = contents;
    this.tools = tools;
    this.page = location.pathname;
    this.sections = sectionsOf(contents, article);
    this.current = -1;
    /** The section that was asked for counts as the current one for as long as it is in view. */
    this.wanted = -1;
    this.arrived = false;
    this.above = this.sections.map(() => false);
  }

  watch() {
    const places = new Map(this.sections.map(({ target }, place) => [/** @type {Element} */ (target), place]));
    // Reaching up without end, it tells exactly when the beginning of a section passes the line.
    const rootMargin = `1000000px 0px ${-100 * (1 - READING_LINE)}% 0px`;
    const observer = new IntersectionObserver(
      (changes) => {
        for (const { target, isIntersecting } of changes) this.above[places.get(target) ?? -1] = isIntersecting;
        this.mark();
      },
      { rootMargin },
    );
    for (const { target } of this.sections) observer.observe(target);
    addEventListener("hashchange", () => this.want());
    this.tools.addEventListener("click", (event) => this.step(event));
    this.want();
  }

  /** What the address names. */
  want() {
    const anchor = anchorOf(location.hash);
    this.wanted = this.sections.findIndex(({ target }) => target.id === anchor);
    this.arrived = false;
    land(anchor);
    this.mark();
  }

  mark() {
    const top = this.sections[this.wanted]?.target.getBoundingClientRect().top ?? -1;
    const isInView = top >= 0 && top < innerHeight;
    if (this.arrived && !isInView) this.wanted = -1;
    this.arrived ||= isInView;
    const current = this.wanted < 0 ? this.above.lastIndexOf(true) : this.wanted;
    if (current === this.current) return;
    this.sections[this.current]?.link.removeAttribute("aria-current");
    this.current = current;
    const link = this.sections[current]?.link;
    link?.setAttribute("aria-current", "true");
    if (link) showIn(this.contents, link);
    this.retarget(link?.hash ?? "");
  }

  /** Everything that leads away from here, or back to here, does so from the section in view. @param {string} hash */
  retarget(hash) {
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (this.tools.querySelectorAll("a[data-key=o]"))) link.hash = hash;
    const copy = this.tools.querySelector("[data-copy-link]");
    copy?.setAttribute("data-copy-link", this.page + hash);
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (this.tools.querySelectorAll("a[data-version]"))) {
      const address = new URL(link.href);
      address.searchParams.set("anchor", anchorOf(hash));
      link.href = address.href;
    }
    this.point("[", this.sections[this.current - 1]?.link.hash ?? "#app-main");
    this.point("]", this.sections[Math.min(this.current + 1, this.sections.length - 1)]?.link.hash ?? "#app-main");
  }

  /** @param {string} key @param {string} hash */
  point(key, hash) {
    this.tools.querySelector(`a[data-key="${key}"]`)?.setAttribute("href", hash);
  }

  /** Stepping through sections leaves no trail for the browser's back button. @param {MouseEvent} event */
  step(event) {
    const link = event.target instanceof Element ? event.target.closest("a[data-key='['], a[data-key=']']") : null;
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    location.replace(link.hash);
    this.want(); // the next press may come before the browser tells of this one
  }
}

/** Beside the page its contents are to be seen whatever the element says; what reads the element aloud believes it. @param {HTMLElement} contents */
function openBesidePage(contents) {
  const details = contents.querySelector("details");
  const isBeside = matchMedia("(width >= 64rem)");
  const follow = () => details?.toggleAttribute("open", isBeside.matches);
  isBeside.addEventListener("change", follow);
  follow();
}

export function startReading() {
  const article = document.querySelector("article.reading");
  const contents = own("app-contents");
  const tools = own("app-reading-tools");
  if (!(article instanceof HTMLElement)) return;
  keepScrollersInReach(article);
  if (contents) openBesidePage(contents);
  if (contents && tools) new Reading(contents, article, tools).watch();
}
