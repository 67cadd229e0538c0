import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { token, keep } = load("identity");

test("the token is found among other cookies", () => {
  assert.equal(token("a=1; _csrf_token=abc; b=2"), "abc");
  assert.equal(token("x_csrf_token=no"), "");
  assert.equal(token(""), "");
});

test("a page leaves once when another has signed in, and when its reader has left", () => {
  for (const next of ["_csrf_token=other", ""]) {
    let cookies = "_csrf_token=mine; theme=dark";
    let left = 0;
    const page = keep(() => cookies, () => { left += 1; });
    assert.equal(page.look(), false);
    cookies = next;
    assert.ok(page.changed());
    assert.equal(page.look(), true);
    assert.equal(page.look(), true);
    assert.equal(left, 1);
  }
});
