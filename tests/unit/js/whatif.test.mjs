import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { taken, recompute, ranked, place, clock, drawn, standing } = load("whatif");
const LINE = Object.freeze({ known: 100, attention: 10, warning: 4, alarm: 3 });
const RECEIPT = Object.freeze({ signs: 96, rest: 250, lines: [LINE, { ...LINE, alarm: 0 }] });

test("a line takes whole hundredths, nothing where nothing is known", () => {
  assert.equal(taken(LINE, 117), 12); // 0.25·10 + 0.75·4 + 2·3 = 11.5 of 100 hours
  assert.equal(taken({ known: 0, attention: 0, warning: 0, alarm: 0 }, 117), 0);
  assert.equal(taken({ known: 1, attention: 0, warning: 0, alarm: 1 }, 96), 244);
});

test("the score is what is left of a hundred, and never below nothing", () => {
  const whole = recompute(RECEIPT, []);
  assert.equal(whole, 10000 - 250 - taken(LINE, 96) - taken(RECEIPT.lines[1], 96));
  assert.equal(recompute({ ...RECEIPT, rest: 12000 }, []), 0);
});

test("fewer hours in one state leave the others as they were", () => {
  const better = recompute(RECEIPT, [{ alarm: 0 }]);
  assert.equal(better - recompute(RECEIPT, []), taken(LINE, 96) - taken({ ...LINE, alarm: 0 }, 96));
  const both = recompute(RECEIPT, [{ alarm: 0, warning: 0 }, { warning: 1 }]);
  assert.ok(both > better);
});

test("places are those of scores as they are shown", () => {
  assert.equal(ranked(7625), 7620); // as Python rounds 76.25
  assert.equal(ranked(7675), 7680);
  assert.equal(ranked(7632), 7630);
  assert.equal(place(7632, [9000, 7630, 7600]), 2);
  assert.equal(place(7632, []), 1);
});

test("minutes are said in hours and minutes", () => {
  assert.deepEqual(clock(192), { h: 3, m: 12 });
  assert.deepEqual(clock(59), { h: 0, m: 59 });
});

test("a rate with another numerator is drawn towards a mean that moves along", () => {
  const rate = { n: 100, k: 90, m: 30, all: [900, 1000], base: 100, decimals: 1, higher: true, others: [88, 91, 92] };
  assert.equal(drawn(rate, 90), 90);
  assert.equal(drawn(rate, 95), Number((((95 + 30 * 0.905) / 130) * 100).toFixed(1)));
  assert.equal(standing(rate, 91), 2);
  assert.equal(standing({ ...rate, higher: false }, 91), 2);
});
