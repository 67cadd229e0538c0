import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { edges, gauge, day, HEIGHT, WIDTH } = load("wall/scene_parts");
const grades = (attention, warning, alarm) => ({ attention, warning, alarm, decimals: 1 });
const HIGH = { ...grades([null, 10], [null, 20], [null, 30]), typical: 2 };
const LOW = { ...grades([80, null], [70, null], [60, null]), typical: 90 };
const BAND = { ...grades([4, 12], [3, 14], [2, 16]), typical: 8 };
const at = (sign, value) => gauge(sign, value).at;
const HOUR = 3600000;

test("the notches stand at the same place for every sign", () => {
  const places = [HIGH, LOW, BAND].map((sign) => gauge(sign, sign.typical).notches.map((n) => n.at));
  assert.deepEqual(places, Array(3).fill([0.5, 0.68, 0.86]));
});

test("a value on an edge stands at its notch, worse is always further right", () => {
  for (const [sign, values] of [
    [HIGH, [10, 20, 30]],
    [LOW, [80, 70, 60]],
    [BAND, [12, 14, 16]],
    [BAND, [4, 3, 2]],
  ]) {
    assert.deepEqual(values.map((value) => Number(at(sign, value).toFixed(6))), [0.5, 0.68, 0.86]);
  }
  for (const sign of [HIGH, LOW]) {
    const up = sign === HIGH ? 1 : -1;
    let before = -1;
    for (let n = -5; n < 60; n += 1) {
      const place = at(sign, sign.typical + up * n);
      assert.ok(place >= before && place > 0 && place < 1, `${n}: ${place}`);
      before = place;
    }
  }
});

test("no value, no place; no thresholds, no notches", () => {
  assert.equal(at(HIGH, null), null);
  assert.deepEqual(gauge({ ...grades([null, null], [null, null], [null, null]) }, 5), {
    at: null,
    notches: [],
  });
});

test("a sign with some grades only", () => {
  const some = { ...grades([null, null], [null, 1], [null, 2]), typical: 0 };
  assert.deepEqual(gauge(some, 1).notches.map(({ grade }) => grade), ["warning", "alarm"]);
  assert.equal(at(some, 1), 0.68);
});

test("a band is judged on the side where its value lies", () => {
  assert.deepEqual(edges(BAND, 3).map(({ edge }) => edge), [4, 3, 2]);
  assert.deepEqual(edges(BAND, 13).map(({ edge }) => edge), [12, 14, 16]);
});

test("a gap in the day is a gap in its line", () => {
  const drawn = day([[0, 1], [HOUR, null], [2 * HOUR, 2], [3 * HOUR, 3]], HIGH);
  assert.equal(drawn.path.match(/M/g).length, 2);
  assert.match(drawn.path, /^M0\.0 [\d.]+h0\.1M/); // an hour by itself is still seen
  assert.deepEqual([drawn.low, drawn.high, drawn.dot[0]], [1, 3, 1]);
  assert.ok(!/NaN|Infinity/.test(drawn.path));
});

test("thresholds near the line are drawn at their height, far ones are not", () => {
  const drawn = day([[0, 9], [HOUR, 11]], HIGH);
  assert.deepEqual(drawn.lines.map(({ grade }) => grade), ["attention"]);
  const flat = day([[0, 0], [HOUR, 0]], HIGH);
  assert.deepEqual([flat.lines, flat.dot], [[], [1, 0.5]]);
  for (const { at: y } of drawn.lines) assert.ok(y > 0 && y < 1);
  assert.deepEqual(day([], HIGH).path, "");
  assert.ok(WIDTH > 0 && HEIGHT > 0);
});
