import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { last, move, nearest, readable, stepOf } = load("wall/replay");
const M = 60000;
const START = 1000 * M;
const RUNS = [[START, 3], [START + 10 * M, 2]]; // minutes 0 1 2, then 10 11
const minute = (at) => (at === null ? null : (at - START) / M);
const go = (from, by) => minute(move(RUNS, START + from * M, by * M));

test("the last stored minute", () => {
  assert.equal(minute(last(RUNS)), 11);
  assert.equal(last([]), null);
});

test("a step leads to the next stored minute, over a gap, and not beyond the ends", () => {
  assert.deepEqual([go(0, 1), go(1, 1), go(2, 1), go(10, 1), go(11, 1)], [1, 2, 10, 11, 11]);
  assert.deepEqual([go(11, -1), go(10, -1), go(2, -1), go(1, -1), go(0, -1)], [10, 2, 1, 0, 0]);
});

test("an hour or a day that leads outside ends at the end", () => {
  assert.deepEqual([go(1, 60), go(1, 1440), go(11, -60), go(11, -1440)], [11, 11, 0, 0]);
});

test("a pointer between two minutes finds the one before", () => {
  assert.equal(minute(nearest(RUNS, START + 1.7 * M, -1)), 1);
  assert.equal(minute(nearest(RUNS, START + 6 * M, -1)), 2);
  assert.equal(nearest([], START, -1), null);
});

test("keys: arrows a minute, with Shift an hour, pages a day, Home and End", () => {
  const by = (key, shiftKey) => stepOf({ key, shiftKey: Boolean(shiftKey) });
  assert.deepEqual(by("ArrowLeft"), { by: -M });
  assert.deepEqual(by("ArrowRight", true), { by: 60 * M });
  assert.deepEqual([by("PageUp").by, by("PageDown").by], [-1440 * M, 1440 * M]);
  assert.deepEqual([by("Home"), by("End")], [{ to: "first" }, { to: "last" }]);
  assert.equal(by("Escape"), null);
  assert.equal(by("3"), null);
});

test("what a frame of another catalogue names and we do not know is left out", () => {
  const wall = { sign: new Map([["A", {}]]), street: new Map([["1", {}]]) };
  const frame = {
    alerts: [{ sign: "A" }, { sign: "Z" }],
    detractors: [{ sign: "Z" }],
    streets: [{ code: "1" }, { code: "2" }],
    index: 90,
  };
  assert.deepEqual(readable(frame, wall), {
    alerts: [{ sign: "A" }],
    detractors: [],
    streets: [{ code: "1" }],
    index: 90,
  });
});
