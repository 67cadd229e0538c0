import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";

const code = readFileSync(new URL("../../../assets/js/base/refused.js", import.meta.url), "utf8");

test("what an answer says can be read again", async () => {
  const window = { Response: class extends Response {} };
  new Function("window", code)(window);
  const refused = new window.Response("session ended", { status: 401 });
  assert.equal(await refused.text(), "session ended");
  assert.equal(await refused.text(), "session ended");
  const other = new window.Response("another");
  assert.equal(await other.text(), "another");
});
