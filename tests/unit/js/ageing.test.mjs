import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { effective, freshness, outgrown, tally } = load("base/ageing");
const SIGN = { late_after_s: 600, stale_after_s: 900 };
const SEEN = Date.parse("2026-11-23T05:00:00.000Z");
const reading = (more) => ({
  observed_at: "2026-11-23T05:00:00.000Z",
  freshness: "live",
  state: "warning",
  ...more,
});

test("the edges, a second to either side", () => {
  const after = (seconds) => freshness(SEEN, SEEN + seconds * 1000, SIGN);
  assert.equal(after(0), "live");
  assert.equal(after(599), "live");
  assert.equal(after(600), "live");
  assert.equal(after(601), "late");
  assert.equal(after(899), "late");
  assert.equal(after(900), "late");
  assert.equal(after(901), "stale");
});

test("a value from the future is live, no value is never", () => {
  assert.equal(freshness(SEEN, SEEN - 5000, SIGN), "live");
  assert.equal(freshness(null, SEEN, SIGN), "never");
  assert.equal(freshness(NaN, SEEN, SIGN), "never");
});

test("late and stale may begin together: then nothing is late", () => {
  const daily = { late_after_s: 900, stale_after_s: 900 };
  assert.equal(freshness(SEEN, SEEN + 900000, daily), "live");
  assert.equal(freshness(SEEN, SEEN + 901000, daily), "stale");
});

test("a stale value has no state, a late one keeps it", () => {
  const at = (seconds) => effective(reading(), SIGN, SEEN + seconds * 1000);
  assert.deepEqual(at(601), { freshness: "late", state: "warning", observedMs: SEEN });
  assert.deepEqual(at(901), { freshness: "stale", state: "unknown", observedMs: SEEN });
});

test("the browser may only make it worse than the server said", () => {
  const said = effective(reading({ freshness: "stale", state: "unknown" }), SIGN, SEEN);
  assert.equal(said.freshness, "stale");
  assert.equal(said.state, "unknown");
});

test("never stays never", () => {
  const never = effective(reading({ observed_at: null, freshness: "never" }), SIGN, SEEN);
  assert.deepEqual(never, { freshness: "never", state: "unknown", observedMs: null });
});

test("counts are those of the cells shown, and an index of older states is known for one", () => {
  const readings = ["normal", "warning", "alarm"].map((state) => reading({ state }));
  readings.push({ observed_at: null, freshness: "never", state: "unknown" });
  const at = (seconds) => {
    const cells = readings.map((one) => ({ reading: one, was: effective(one, SIGN, SEEN + seconds * 1000) }));
    return [tally(cells.map((cell) => cell.was)), outgrown(cells)];
  };
  const fresh = { signs: 4, normal: 1, attention: 0, warning: 1, alarm: 1, unknown: 1 };
  assert.deepEqual(at(900), [{ ...fresh, late: 3, stale: 0, never: 1 }, false]);
  const gone = { signs: 4, normal: 0, attention: 0, warning: 0, alarm: 0, unknown: 4 };
  assert.deepEqual(at(901), [{ ...gone, late: 0, stale: 3, never: 1 }, true]);
  const told = readings.map((one) => ({ ...one, freshness: "stale", state: "unknown" }));
  assert.equal(outgrown(told.map((one) => ({ reading: one, was: effective(one, SIGN, SEEN) }))), false);
});
