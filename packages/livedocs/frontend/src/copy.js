/** Copying: the code of an example, the address of a page. What happened is said politely. */
import { status } from "./page.js";

const COPIED_MILLISECONDS = 1500;

/** @param {string} text */
async function toClipboard(text) {
  // Over plain HTTP from another machine a browser gives pages no clipboard, but still obeys its own copy command.
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const put = (/** @type {ClipboardEvent} */ event) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
  };
  document.addEventListener("copy", put);
  try {
    if (!document.execCommand("copy")) throw new Error("The browser does not copy.");
  } finally {
    document.removeEventListener("copy", put);
  }
}

/**
 * What an example is to be typed as: without line numbers and, of a session, without prompts and output.
 *
 * @param {HTMLElement} example a `pre`
 */
export function codeOf(example) {
  const copy = /** @type {HTMLElement} */ (example.cloneNode(true));
  copy.querySelectorAll(".linenos").forEach((number) => number.remove());
  const text = copy.textContent.replace(/\n+$/, "");
  const prompts = [...copy.querySelectorAll(".gp")].map((prompt) => prompt.textContent.trimEnd());
  if (text.startsWith(">>>")) prompts.push(">>>", "...");
  if (!prompts.length) return text;
  const promptOf = (/** @type {string} */ line) => prompts.find((prompt) => prompt && line.startsWith(prompt));
  return text
    .split("\n")
    .flatMap((line) => {
      const prompt = promptOf(line);
      return prompt ? [line.slice(prompt.length).replace(/^ /, "")] : [];
    })
    .join("\n");
}

/** @param {HTMLElement} button @param {string} text */
async function copy(button, text) {
  const label = (button.dataset["label"] ??= button.textContent);
  try {
    await toClipboard(text);
    button.textContent = status().textContent = "Copied";
  } catch {
    button.textContent = status().textContent = "Copying failed";
  }
  setTimeout(() => (button.textContent = label), COPIED_MILLISECONDS);
}

/**
 * Give every example its button.
 *
 * @param {ParentNode} root documentation, or what holds it
 */
export function decorateCode(root) {
  for (const example of root.querySelectorAll(".reading pre:not(.linenos pre)")) {
    if (example.previousElementSibling?.matches(".copy-code")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy-code";
    button.textContent = "Copy";
    example.before(button);
  }
}

/** @param {MouseEvent} event */
function clicked({ target }) {
  const button = target instanceof Element ? target.closest("button") : null;
  if (!button || button.textContent === "Copied") return;
  const { copyLink } = button.dataset;
  const example = button.nextElementSibling;
  if (copyLink !== undefined) copy(button, new URL(copyLink, location.href).href);
  else if (button.matches(".copy-code") && example instanceof HTMLElement) copy(button, codeOf(example));
}

export function offerCopies() {
  document.addEventListener("click", clicked);
  decorateCode(document);
}
