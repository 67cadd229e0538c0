import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { effective, freshness } = load("ageing");
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
