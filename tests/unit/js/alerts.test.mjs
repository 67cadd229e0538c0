import assert from "node:assert/strict";
import { test } from "node:test";
import { labels, load } from "./modules.mjs";

const { crossing } = load("wall/alerts");

test("which side was crossed is what the engine says, whatever the numbers look like", () => {
  const high = { value: 26, threshold: 25, side: "high", clear: null };
  assert.deepEqual(crossing(high), { key: "crossing.high", line: 25 });
  const low = { value: 0.15, threshold: 0.16, side: "low", clear: null };
  assert.deepEqual(crossing(low), { key: "crossing.low", line: 0.16 });
});

test("a value that has come back names the line that clears it, never a relation", () => {
  const fallen = { value: 24.5, threshold: 25, side: "high", clear: 23.75 };
  assert.deepEqual(crossing(fallen), { key: "crossing.held.high", line: 23.75 });
  const risen = { value: 0.165, threshold: 0.16, side: "low", clear: 0.17 };
  assert.deepEqual(crossing(risen), { key: "crossing.held.low", line: 0.17 });
});

test("where no side is told, as in a minute stored long ago, none is made up", () => {
  assert.equal(crossing({ value: 24.5, threshold: 25 }), null);
  assert.equal(crossing({ value: 1, threshold: null, side: null, clear: null }), null);
  assert.equal(crossing(undefined), null);
});

test("every wording is there in both languages and in every length", () => {
  for (const lang of ["zh", "en"]) {
    const table = labels(lang);
    for (const side of ["high", "low"]) {
      assert.ok(table["crossing." + side].includes("{edge}"));
      for (const length of ["", ".brief"]) assert.ok(table["crossing.held." + side + length].includes("{edge}"));
      assert.ok(table["crossing.held." + side + ".briefest"]);
    }
  }
});
