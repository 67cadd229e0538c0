// The wall's scripts as node sees them, and the label table as the server sends it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export const load = (name) => require(`../../../assets/js/${name}.js`);

load("base/zone"); // the others ask it
export const CHINA = [[0, 480]];

/* Reads labels.csv: quoted fields may hold commas. */
export function labels(lang) {
  const file = new URL("../../../dashboard/words/labels.csv", import.meta.url);
  const [head, ...rows] = readFileSync(file, "utf8").trim().split("\n").map(fields);
  const column = head.indexOf(lang);
  return Object.fromEntries(rows.map((row) => [row[0], row[column]]));
}

function fields(line) {
  const found = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((match) => match[1]);
  return found.slice(0, 3).map((text) => text.replace(/^"|"$/g, "").replace(/""/g, '"'));
}
