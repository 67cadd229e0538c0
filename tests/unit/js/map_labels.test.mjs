import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { place, reach } = load("wall/map_labels");
const square = (x, y, size) => [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]];
const item = (code, x, y, more) => ({ code, x, y, mark: 10, forms: [[60, 16]], ...more });
const apart = (a, b) => a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];

test("names never lie over each other, over a mark, or outside", () => {
  const items = [];
  for (let i = 0; i < 36; i += 1) items.push(item("s" + i, 20 + (i % 6) * 45, 15 + Math.floor(i / 6) * 30));
  const chosen = [...place(items, 300, 200).values()].filter(Boolean);
  assert.ok(chosen.length >= 6, `${chosen.length} names placed`);
  chosen.forEach(({ box }, i) => {
    assert.ok(box[0] >= 0 && box[1] >= 0 && box[2] <= 300 && box[3] <= 200);
    for (const other of chosen.slice(i + 1)) assert.ok(apart(box, other.box));
  });
});

test("the more important keeps its name", () => {
  const chosen = place([item("alarm", 40, 20), item("normal", 60, 20, { mark: 0, room: 100 })], 110, 40);
  assert.ok(chosen.get("alarm"));
  assert.equal(chosen.get("normal"), null);
});

test("a name that does not fit its full form takes the shorter one", () => {
  const { form } = place([item("a", 20, 20, { forms: [[200, 32], [40, 16]] })], 100, 40).get("a");
  assert.equal(form, 1);
});

test("a quiet name without room in its own street is left out", () => {
  const quiet = item("a", 50, 50, { mark: 0, room: 59 });
  assert.equal(place([quiet], 100, 100).get("a"), null);
  assert.ok(place([{ ...quiet, room: 60 }], 100, 100).get("a"));
});

test("reach: distance to the edge on the ground, the largest of several parts, zero outside", () => {
  const polygon = { type: "Polygon", coordinates: [square(0, -1, 2)] };
  assert.ok(Math.abs(reach(polygon, [1, 0]) - 1) < 1e-9);
  assert.equal(reach(polygon, [5, 0]), 0);
  const parts = { type: "MultiPolygon", coordinates: [[square(10, 0, 1)], [square(0, -1, 2)]] };
  assert.ok(Math.abs(reach(parts, [1, 0]) - 1) < 1e-9);
});
