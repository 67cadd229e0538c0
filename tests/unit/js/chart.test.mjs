// Where the values, instants and gaps of a chart lie.
import assert from "node:assert/strict";
import test from "node:test";

import { CHINA, load } from "./modules.mjs";

const { ticks, instants, range, points, pieces, gaps, nearest, HOUR, DAY } = load("base/scale");

test("ticks are round and inside", () => {
  assert.deepEqual(ticks(0, 100, 5), [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(ticks(0.11, 0.29, 4), [0.15, 0.2, 0.25]);
  assert.deepEqual(ticks(-3, 3, 3), [-2, 0, 2]);
  assert.equal(ticks(5, 5, 4).length, 1);
});

test("instants are local midnights and hours", () => {
  const midnight = Date.UTC(2026, 10, 22, 16); // 00:00 in UTC+8
  const day = instants(midnight - HOUR, midnight + 23 * HOUR, CHINA, 8);
  assert.deepEqual(day.map(([at]) => (at - midnight) / HOUR), [0, 3, 6, 9, 12, 15, 18, 21]);
  assert.equal(day[0][1], "day");
  assert.equal(day[1][1], "hour");
  const month = instants(midnight, midnight + 30 * DAY, CHINA, 8);
  assert.ok(month.length <= 8 && month.every(([at, kind]) => kind === "day" && (at - midnight) % DAY === 0));
});

test("a year is told in firsts of local months", () => {
  const year = instants(Date.UTC(2025, 10, 23, 16), Date.UTC(2026, 10, 23, 16), CHINA, 12.5);
  assert.deepEqual(year[0], [Date.UTC(2025, 10, 30, 16), "month"]); // the first of December there
  assert.equal(year.length, 12);
  const half = instants(Date.UTC(2025, 10, 23, 16), Date.UTC(2026, 10, 23, 16), CHINA, 7);
  assert.equal(half.length, 6);
});

test("a far threshold does not press the values flat, the next one is shown", () => {
  assert.ok(range([50, 60], [1000])[1] < 70);
  assert.ok(range([50, 60], [65])[1] >= 65);
  assert.deepEqual(range([], []), [0, 1]);
  assert.equal(range([2, 10], [])[0], 0);
  assert.ok(range([95, 99], [])[0] > 90);
  const [low, high] = range([5, 5], []);
  assert.ok(low < 5 && high > 5);
});

test("a value reaches so far and no further", () => {
  const line = { start: 0, step: 10, values: [1, null, 2, null, null, null, 3] };
  const known = points(line, 0, 70);
  assert.deepEqual(known, [[5, 1], [25, 2], [65, 3]]);
  assert.deepEqual(points(line, 4, 62), [[7, 1], [25, 2], [61, 3]]); // ends are cut, not passed
  assert.deepEqual(pieces(known, 20), [[[5, 1], [25, 2]], [[65, 3]]]);
  assert.deepEqual(gaps(known, 20, 0, 70), [[25, 65]]);
  assert.deepEqual(gaps(known, 20, 0, 120), [[25, 65], [65, 120]]);
  assert.deepEqual(gaps([], 20, 0, 70), [[0, 70]]);
});

test("the nearest point is not fetched from afar", () => {
  const known = [[0, 1], [10, 2], [100, 3]];
  assert.deepEqual(nearest(known, 7, 5), [10, 2]);
  assert.equal(nearest(known, 50, 20), null);
  assert.deepEqual(nearest(known, 200, 100), [100, 3]);
  assert.equal(nearest([], 5, 5), null);
});
