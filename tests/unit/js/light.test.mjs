// What light elements may become: text, known tags and attributes, nothing that loads or runs.
import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./modules.mjs";

const { build, isLocal } = load("desk/light");
const { address } = load("desk/forms");

class Fake {
  constructor(tag, space) {
    Object.assign(this, { tag, space, attributes: {}, children: [], dataset: {} });
  }
  setAttribute(name, value) { this.attributes[name] = value; }
  append(...children) { this.children.push(...children); }
  get textContent() { return this.children.map((c) => (c instanceof Fake ? c.textContent : c.text)).join(""); }
  querySelectorAll(path) {
    const [outer, inner] = path.split(" ");
    const within = (node, tag) => node.children.flatMap((c) =>
      c instanceof Fake ? [...(c.tag === tag ? [c] : []), ...within(c, tag)] : []);
    return within(this, outer).flatMap((found) => within(found, inner));
  }
}

globalThis.document = {
  createElement: (tag) => new Fake(tag, "html"),
  createElementNS: (space, tag) => new Fake(tag, space),
  createTextNode: (text) => ({ text }),
};

test("text stays text", () => {
  const found = build(["p", {}, "<img src=x onerror=alert(1)>"]);
  assert.deepEqual(found.children, [{ text: "<img src=x onerror=alert(1)>" }]);
});

test("tags and attributes that nobody named are refused", () => {
  for (const tag of ["script", "iframe", "img", "object", "style", "foreignObject", "use", "base"]) {
    assert.throws(() => build([tag, {}]), /unknown tag/);
    assert.throws(() => build(["svg", {}, [tag, {}]]), /unknown tag/);
  }
  for (const name of ["onclick", "style", "src", "srcdoc", "formaction", "xlink:href", "fill", "data-X"]) {
    assert.throws(() => build(["a", { [name]: "x" }]), /unknown attribute/);
    assert.throws(() => build(["svg", { [name]: "x" }]), /unknown attribute/);
  }
});

test("inside svg everything is svg, outside it is not", () => {
  const svg = build(["svg", { viewBox: "0 0 8 8" }, ["a", { href: "/sign/X" }, ["title", {}, "t"]]]);
  assert.equal(svg.space, "http://www.w3.org/2000/svg");
  assert.equal(svg.children[0].space, svg.space);
  assert.equal(svg.children[0].children[0].space, svg.space);
  assert.equal(build(["p", {}]).space, "html");
  assert.throws(() => build(["svg", {}, ["div", {}]]), /unknown tag/);
  assert.throws(() => build(["path", {}]), /unknown tag/);
});

test("geometry holds nothing that could be loaded", () => {
  const kept = (d) => build(["svg", {}, ["path", { d }]]).children[0].attributes.d;
  assert.equal(kept("M0 0L1.5,-2e3Z"), "M0 0L1.5,-2e3Z");
  assert.equal(kept("url(//evil)"), undefined);
  assert.equal(kept("url(#a)"), undefined);
});

test("links and forms lead nowhere but to this server", () => {
  const kept = (tag, name, value) => build([tag, { [name]: value }]).attributes[name];
  for (const bad of ["//evil", "/\\evil", "https://evil", "javascript:alert(1)", " /x", "#a/../b:c", ""]) {
    assert.equal(isLocal(bad), false, bad);
    assert.equal(kept("a", "href", bad), undefined);
    assert.equal(kept("form", "action", bad), undefined);
    assert.equal(build(["svg", {}, ["a", { href: bad }]]).children[0].attributes.href, undefined);
  }
  assert.equal(kept("a", "href", "/sign/FAC-01?street=1"), "/sign/FAC-01?street=1");
  assert.equal(kept("a", "href", "#top"), "#top");
  assert.equal(kept("form", "method", "post"), undefined);
  assert.equal(kept("form", "method", "get"), "get");
  for (const bad of ["password", "file", "image", "submit"]) assert.equal(kept("input", "type", bad), undefined);
  assert.equal(kept("input", "type", "datetime-local"), "datetime-local");
  assert.equal(kept("button", "type", "submit"), "submit");
});

test("a table names its cells by their columns", () => {
  const row = ["tr", {}, ["td", {}, "1"], ["td", {}, "2"]];
  const head = ["thead", {}, ["tr", {}, ["th", {}, "a"], ["th", {}, "b"]]];
  const table = build(["table", {}, head, ["tbody", {}, row]]);
  const cells = table.children[1].children[0].children;
  assert.deepEqual(cells.map((cell) => cell.dataset.label), ["a", "b"]);
});

test("a form asks by its address and leaves empty fields out", () => {
  assert.equal(address("/signs", [["q", " 水 & 电 "], ["state", ""], ["file", {}]]), "/signs?q=%E6%B0%B4+%26+%E7%94%B5");
  assert.equal(address("/signs", []), "/signs");
});
