import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { taken, recompute, ranked, place, clock, drawn, standing } = load("desk/whatif");
const WEIGHTS = Object.freeze([{ attention: 0.25, warning: 0.75, alarm: 2, scale: 117 }]);
const line = (known, attention, warning, alarm) => ({ known, parts: [{ attention, warning, alarm }] });
const LINE = Object.freeze(line(100, 10, 4, 3));
const CALM = Object.freeze(line(100, 10, 4, 0));
const RECEIPT = Object.freeze({ signs: 96, weights: WEIGHTS, rest: 250, lines: [LINE, CALM] });
const of = (signs) => ({ ...RECEIPT, signs });

test("a line takes whole hundredths, nothing where nothing is known", () => {
  assert.equal(taken(LINE, of(117)), 12); // 0.25·10 + 0.75·4 + 2·3 = 11.5 of 100 hours
  assert.equal(taken(line(0, 0, 0, 0), of(117)), 0);
  assert.equal(taken(line(1, 0, 0, 1), of(96)), 244);
});

test("hours under two versions of the weights cost what each version says", () => {
  const weights = [...WEIGHTS, { attention: 0, warning: 1, alarm: 4, scale: 100 }];
  const parts = [{ attention: 0, warning: 0, alarm: 10 }, { attention: 5, warning: 0, alarm: 10 }];
  const receipt = { signs: 100, weights, rest: 0, lines: [{ known: 100, parts }] };
  assert.equal(taken(receipt.lines[0], receipt), 63); // 23.4 + 40 hundredths
  assert.equal(recompute(receipt, [[undefined, { alarm: 0 }]]), 10000 - 23);
});

test("the score is what is left of a hundred, and never below nothing", () => {
  const whole = recompute(RECEIPT, []);
  assert.equal(whole, 10000 - 250 - taken(LINE, RECEIPT) - taken(CALM, RECEIPT));
  assert.equal(recompute({ ...RECEIPT, rest: 12000 }, []), 0);
});

test("fewer hours in one state leave the others as they were", () => {
  const better = recompute(RECEIPT, [[{ alarm: 0 }]]);
  assert.equal(better - recompute(RECEIPT, []), taken(LINE, RECEIPT) - taken(CALM, RECEIPT));
  const both = recompute(RECEIPT, [[{ alarm: 0, warning: 0 }], [{ warning: 1 }]]);
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
