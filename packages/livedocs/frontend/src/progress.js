/** While there is no library: shows how far its build is, and goes on to search when it is there. */
import { own, queryInput, status } from "./page.js";

const MILLISECONDS_TO_ASK_AGAIN = 3000;

/** Say a new step once; the bar moves too often to be read out. @param {HTMLElement} shown */
function announce(shown) {
  const said = shown.querySelector("h1")?.textContent ?? "";
  const step = own("app-build-step")?.textContent ?? shown.querySelector(".failure")?.textContent ?? "";
  const words = `${said}. ${step}`;
  if (status().textContent !== words) status().textContent = words;
}

function goOn() {
  const query = queryInput().value;
  if (query) location.assign(`/search?q=${encodeURIComponent(query)}`);
  else location.reload();
}

const SILENT = "The server does not answer. This page goes on when it does.";

/** What the server said last is no longer known to be true. */
function saySilent() {
  const shown = own("app-build");
  if (!shown || shown.querySelector(".is-silent")) return;
  const words = document.createElement("p");
  words.className = "failure is-silent";
  words.textContent = SILENT;
  shown.prepend(words);
  status().textContent = SILENT;
}

export function followBuild() {
  if (!own("app-build")) return;
  const stream = new EventSource("/build");
  stream.addEventListener("progress", (event) => {
    const shown = own("app-build");
    if (!shown) return;
    shown.innerHTML = event.data;
    announce(shown);
  });
  stream.addEventListener("ready", () => {
    stream.close();
    goOn();
  });
  stream.addEventListener("error", () => {
    saySilent();
    // It asks again by itself, unless the answer was something else, such as a proxy's own page.
    if (stream.readyState === EventSource.CLOSED) setTimeout(followBuild, MILLISECONDS_TO_ASK_AGAIN);
  });
}
