import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { local, instant } = load("base/zone");
const format = load("base/format");
const { instants, HOUR, DAY } = load("base/scale");
const { midnights } = load("base/spark");

const SPRING = Date.UTC(2025, 2, 9, 8); // 02:00 → 03:00
const AUTUMN = Date.UTC(2025, 10, 2, 7); // 02:00 → 01:00
const CHICAGO = [[946684800000, -360], [SPRING, -300], [AUTUMN, -360]];

test("clocks show what the server says", () => {
  assert.equal(format.clock(SPRING - 1, CHICAGO), "01:59");
  assert.equal(format.clock(SPRING, CHICAGO), "03:00");
  assert.equal(format.clock(AUTUMN, CHICAGO), "01:00");
  assert.equal(local(0, CHICAGO).getUTCHours(), 18); // before the first, as it
});

test("an instant comes back from local time", () => {
  for (const at of [SPRING - DAY, SPRING - 1, SPRING, SPRING + HOUR, AUTUMN - 2 * HOUR, AUTUMN + HOUR, AUTUMN + DAY]) {
    assert.equal(instant(local(at, CHICAGO).getTime(), CHICAGO), at);
  }
  const twice = local(AUTUMN, CHICAGO).getTime();
  assert.equal(instant(twice, CHICAGO), AUTUMN - HOUR); // the first of two
});

test("ticks lie on local hours and midnights over a change", () => {
  for (const [change, hours] of [[SPRING, 23], [AUTUMN, 25]]) {
    const midnight = instant(local(change, CHICAGO).setUTCHours(0, 0, 0, 0), CHICAGO);
    const days = instants(midnight - 3 * DAY, midnight + 4 * DAY, CHICAGO, 8);
    for (const [at, kind] of days) assert.deepEqual([format.clock(at, CHICAGO), kind], ["00:00", "day"]);
    const gap = days.map(([at], n) => (n ? (at - days[n - 1][0]) / HOUR : 24));
    assert.ok(gap.includes(hours) && gap.every((n) => n === 24 || n === hours), gap.join());
    const six = instants(midnight, midnight + hours * HOUR, CHICAGO, 5);
    assert.deepEqual(six.map(([at]) => format.clock(at, CHICAGO)), ["00:00", "06:00", "12:00", "18:00", "00:00"]);
    const points = Array.from({ length: 60 }, (_, n) => [midnight - 30 * HOUR + n * HOUR, 1]);
    const nights = midnights(points, CHICAGO).map((share) => points[0][0] + share * 59 * HOUR);
    assert.deepEqual(nights.map((at) => format.clock(Math.round(at), CHICAGO)), ["00:00", "00:00", "00:00"]);
  }
});
