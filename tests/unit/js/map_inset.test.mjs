import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { plan, projection } = load("wall/map_inset");
const LAND = [121.44, 30.84, 121.99, 31.4]; // a district, its small streets in the north-west
const BOX = [121.45, 31.15, 121.63, 31.31];

test("in a frame with room beside the map the inset stands there, and covers nothing of it", () => {
  const found = plan([960, 800], LAND, BOX, 0.8);
  const [x, y, width, height] = found.rect;
  assert.ok(x >= 0 && y >= 0 && x + width <= 960 && y + height <= 800);
  assert.equal(found.padding[1], 0); // the group lies in the west: so does the inset
  assert.ok(x + width <= found.padding[0]);
  assert.ok(y > 800 - height - 10); // and low, for the group lies high
});

test("a frame as narrow as the land has none, and a tiny one neither", () => {
  assert.equal(plan([400, 500], LAND, BOX, 0.97), null);
  assert.equal(plan([220, 160], LAND, BOX, 0.8), null);
});

test("an inset magnifies, or it is none", () => {
  assert.equal(plan([2000, 600], LAND, [121.44, 30.9, 121.9, 31.35], 0.5), null);
});

test("degrees become pixels of the rect", () => {
  const at = projection(BOX, [10, 20, 180, 160]);
  assert.deepEqual(at([BOX[0], BOX[3]]), [10, 20]);
  const [x, y] = at([BOX[2], BOX[1]]);
  assert.ok(Math.abs(x - 190) < 1e-6 && Math.abs(y - 180) < 1e-6);
});
