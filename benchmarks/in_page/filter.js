/**
 * Searching as DevDocs and Zeal do it: every name is in the page; with each key those that hold the letters are listed,
 * the closest first, then, a task later, those that hold them with others in between. Nothing is asked of the server.
 */
const MOST_SHOWN = 50;
const SHORTEST_LOOSE = 3;
const box = document.getElementById("box");
const results = document.getElementById("results");
let names = [];
let waiting = 0;

/** Lower case, and one sign for everything that stands between the parts of a name. */
const plain = (text) => text.toLowerCase().replace(/::|->|[#\s/:-]+/g, ".").replace(/\.+/g, ".").replace("()", "");

/** 1 to 100, the more the less stands around the letters; 0 when they are not there. */
function closeness(name, letters) {
  const at = name.lastIndexOf(letters);
  if (at < 0) return 0;
  const begins = at === 0 || name[at - 1] === ".";
  if (letters.length === 1 && !begins) return 0;
  return Math.max(1, 100 - (name.length - letters.length) - (begins ? 0 : at));
}

function closest(score) {
  const found = [];
  for (const entry of names) {
    const points = score(entry.plain);
    if (points) found.push({ entry, points });
  }
  found.sort((one, other) => other.points - one.points);
  return found.slice(0, MOST_SHOWN).map(({ entry }) => entry);
}

function show(entries, asked) {
  const rows = entries.map(({ name, kind }) => {
    const row = document.createElement("li");
    const link = row.appendChild(document.createElement("a"));
    link.href = "#";
    link.append(Object.assign(document.createElement("span"), { textContent: kind }), name);
    return row;
  });
  results.replaceChildren(...rows);
  results.dataset.asked = asked;
}

function filter() {
  clearTimeout(waiting);
  const asked = box.value;
  const letters = plain(asked);
  const exact = letters ? closest((name) => closeness(name, letters)) : [];
  show(exact, asked);
  if (exact.length === MOST_SHOWN || letters.length < SHORTEST_LOOSE) return;
  waiting = setTimeout(() => {
    const inBetween = new RegExp([...letters].map((letter) => letter.replace(/\W/, "\\$&")).join(".*?"));
    const loose = closest((name) => (name.includes(letters) ? 0 : Math.max(0, 67 - (inBetween.exec(name)?.[0].length ?? 67))));
    show([...exact, ...loose].slice(0, MOST_SHOWN), asked);
  }, 1);
}

fetch("names.json")
  .then((answer) => answer.json())
  .then((all) => {
    names = all.map(([name, kind]) => ({ name, kind, plain: plain(name) }));
    box.addEventListener("input", filter);
    document.body.dataset.ready = "";
  });
