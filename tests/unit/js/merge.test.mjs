import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { fit, merge, supersedes } = load("base/merge");
const SNAPSHOT = Object.freeze({
  version: 7,
  as_of: "2026-11-23T05:00:00.000Z",
  index: 97.5,
  signs: [
    { code: "A", value: 1, state: "normal" },
    { code: "B", value: 2, state: "normal" },
  ],
  streets: [{ code: "S", state: "normal", sign: null }],
  areas: [],
  alerts: [{ sign: "A" }],
});

test("items change by code and keep their place, other keys change whole", () => {
  const before = JSON.stringify(SNAPSHOT);
  const { snapshot, changed } = merge(SNAPSHOT, {
    version: 8,
    prev: 7,
    as_of: "2026-11-23T05:00:01.000Z",
    index: 95.5,
    signs: [{ code: "B", value: 9, state: "alarm" }],
    alerts: [],
  });
  assert.deepEqual(snapshot.signs.map((sign) => sign.value), [1, 9]);
  assert.equal(snapshot.version, 8);
  assert.equal(snapshot.index, 95.5);
  assert.deepEqual(snapshot.alerts, []);
  assert.equal("prev" in snapshot, false);
  assert.deepEqual([...changed.signs], ["B"]);
  assert.equal(changed.streets.size, 0);
  assert.deepEqual(changed.keys.sort(), ["alerts", "index"]);
  assert.equal(JSON.stringify(SNAPSHOT), before);
});

test("a heartbeat changes nothing but the time", () => {
  const beat = { version: 8, prev: 7, as_of: "2026-11-23T05:00:05.000Z" };
  const { snapshot, changed } = merge(SNAPSHOT, beat);
  assert.equal(snapshot.as_of, beat.as_of);
  assert.equal(snapshot.signs[0], SNAPSHOT.signs[0]);
  assert.deepEqual(changed.keys, []);
});

test("a sign that is new to the browser is added", () => {
  const { snapshot } = merge(SNAPSHOT, { version: 8, prev: 7, signs: [{ code: "C", value: 3 }] });
  assert.deepEqual(snapshot.signs.map((sign) => sign.code), ["A", "B", "C"]);
});

test("what follows is applied, what is in is old, what skips is a gap", () => {
  assert.equal(fit(SNAPSHOT, { version: 8, prev: 7 }), "apply");
  assert.equal(fit(SNAPSHOT, { version: 7, prev: 6 }), "old");
  assert.equal(fit(SNAPSHOT, { version: 9, prev: 8 }), "gap");
  assert.equal(fit(null, { version: 1, prev: 0 }), "gap");
});

test("a newer picture wins, also after the versions began again", () => {
  const later = { version: 8, as_of: "2026-11-23T05:00:01.000Z" };
  const restarted = { version: 1, as_of: "2026-11-23T06:00:00.000Z" };
  const older = { version: 6, as_of: "2026-11-23T04:59:59.000Z" };
  assert.equal(supersedes(later, SNAPSHOT), true);
  assert.equal(supersedes(restarted, SNAPSHOT), true);
  assert.equal(supersedes(older, SNAPSHOT), false);
  assert.equal(supersedes(SNAPSHOT, SNAPSHOT), false);
  assert.equal(supersedes(older, null), true);
});
