import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { token, keep, GOING_MS } = load("base/identity");

test("the token is found among other cookies", () => {
  assert.equal(token("a=1; _csrf_token=abc; b=2"), "abc");
  assert.equal(token("x_csrf_token=no"), "");
  assert.equal(token(""), "");
});

test("a page leaves once when another has signed in, and when its reader has left", () => {
  for (const next of ["_csrf_token=other", ""]) {
    let cookies = "_csrf_token=mine; theme=dark";
    let left = 0;
    const page = keep(() => cookies, () => { left += 1; }, () => 0);
    assert.equal(page.look(), false);
    cookies = next;
    assert.ok(page.changed());
    assert.equal(page.look(), true);
    assert.equal(page.look(), true);
    assert.equal(left, 1);
  }
});

test("a page that goes by itself is not turned back, unless it stays after all", () => {
  let cookies = "_csrf_token=mine";
  let left = 0;
  let at = 0;
  const page = keep(() => cookies, () => { left += 1; }, () => at);
  page.going();
  assert.equal(page.look(), false);
  cookies = "";
  assert.equal(page.look(), true); // what comes in is nobody's any more
  assert.equal(left, 0);
  at = GOING_MS;
  assert.equal(page.look(), true);
  assert.equal(left, 1);
});
