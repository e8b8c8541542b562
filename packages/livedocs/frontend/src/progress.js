/** While there is no library: shows how far its build is, and goes on to search when it is there. */
import { own, queryInput, status } from "./page.js";

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
}
