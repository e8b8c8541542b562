/**
 * Watches a search page that answers with another page: from the press of Enter until the frame that shows its first
 * result, or that there is none, is done. Both pages have clocks of their own, so times count from the same moment of the
 * machine's.
 *
 * Read by benchmarks/typing_frames.py, which puts it into each page before anything of the page runs.
 */
(() => {
  const KEY = "typingFramesPressed";
  const now = (/** @type {number} */ time) => performance.timeOrigin + time;
  addEventListener("keydown", (event) => event.key === "Enter" && sessionStorage.setItem(KEY, String(now(event.timeStamp))), true);

  const { port1, port2 } = new MessageChannel();
  const observer = new MutationObserver(() => {
    if (!document.querySelector("#search-results li, #search-results .search-summary:not(:empty)")) return;
    observer.disconnect();
    requestAnimationFrame(() => port2.postMessage(null));
  });
  port1.onmessage = () => (window.firstResultAfter = now(performance.now()) - Number(sessionStorage.getItem(KEY)));
  observer.observe(document, { subtree: true, childList: true, characterData: true });
})();
