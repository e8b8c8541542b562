/**
 * Watches a page while somebody types into its box: when each key was pressed, when the answer to it stood in the
 * document, and when the frame that shows it was done. A page says which text it answers by `data-asked`.
 *
 * Read by benchmarks/typing_frames.py, which puts it into each page before anything of the page runs.
 */
(() => {
  const presses = [];
  const shown = [];
  const shifts = [];
  const longTasks = [];
  const longFrames = [];
  const events = [];
  window.typingFrames = { presses, shown, shifts, longTasks, longFrames, events };

  /** @param {string} type @param {object[]} into @param {object} [options] */
  function collect(type, into, options = {}) {
    new PerformanceObserver((list) => into.push(...list.getEntries().map((entry) => entry.toJSON()))).observe({ type, ...options });
  }

  let pressed = 0;
  let answering = "";

  addEventListener("keydown", (event) => (pressed = event.timeStamp), true);
  addEventListener("input", (event) => presses.push({ text: event.target.value, pressed }), true);

  // A message comes in a task of its own after the frame: its styles, layout and paint are done by then.
  const { port1, port2 } = new MessageChannel();
  const afterFrame = [];
  port1.onmessage = () => afterFrame.shift()?.();

  function look() {
    const asked = document.querySelector("[data-asked]")?.dataset.asked;
    if (asked === undefined || asked === answering) return;
    answering = asked;
    const answer = { asked, swapped: performance.now(), painted: 0 };
    shown.push(answer);
    requestAnimationFrame(() => {
      afterFrame.push(() => (answer.painted = performance.now()));
      port2.postMessage(null);
    });
  }

  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributeFilter: ["data-asked"] });
  collect("layout-shift", shifts);
  collect("longtask", longTasks);
  collect("long-animation-frame", longFrames);
  collect("event", events, { durationThreshold: 16 });
})();
