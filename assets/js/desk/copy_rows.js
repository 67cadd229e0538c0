/* What a reader copies from a page with tables: a row is one line, its cells stand between tabs, so
   that it lands in a spreadsheet as it stood. A part of one cell is copied as it is. */
(function (root) {
  "use strict";

  const oneLine = (text) => text.replace(/\s+/g, " ").trim();

  /* The words of a cell as they are read: a drawing by its name, what is hidden not at all. */
  function words(node) {
    if (node.nodeType === 3) return node.nodeValue;
    if (node.nodeType !== 1 || !node.checkVisibility({ checkVisibilityCSS: true })) return "";
    if (node.getAttribute("role") === "img") return " " + (node.getAttribute("aria-label") || "") + " ";
    if (node.namespaceURI.endsWith("svg")) return "";
    const inner = [...node.childNodes].map(words).join("");
    return getComputedStyle(node).display.startsWith("inline") ? inner : " " + inner + " ";
  }

  /* A column more than one wide takes its places, or the cells behind it would move. */
  function rowText(row, selection) {
    const cells = [...row.cells].filter((cell) => selection.containsNode(cell, true));
    return cells.map((cell) => oneLine(words(cell)) + "\t".repeat(cell.colSpan - 1)).join("\t");
  }

  function textOf(node, range) {
    const from = node === range.startContainer ? range.startOffset : 0;
    const to = node === range.endContainer ? range.endOffset : undefined;
    return node.nodeValue.slice(from, to).replace(/\s+/g, " ");
  }

  /* The selected part of a node as lines, added to the last of `lines`. */
  function collect(node, selection, range, lines) {
    if (!selection.containsNode(node, true)) return;
    if (node.nodeType === 3) {
      lines[lines.length - 1] += textOf(node, range);
      return;
    }
    if (node.nodeType !== 1 || !node.checkVisibility({ checkVisibilityCSS: true })) return;
    if (node.localName === "table") {
      for (const row of node.rows) if (selection.containsNode(row, true)) lines.push(rowText(row, selection));
      lines.push("");
      return;
    }
    if (node.namespaceURI.endsWith("svg")) return;
    const block = !getComputedStyle(node).display.startsWith("inline");
    if (block && lines[lines.length - 1]) lines.push("");
    for (const child of node.childNodes) collect(child, selection, range, lines);
    if (block && lines[lines.length - 1]) lines.push("");
  }

  /* The text of a selection that touches more than one cell of a table; null for any other. */
  function selected(selection) {
    if (selection.isCollapsed || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    const { commonAncestorContainer: common } = range;
    const inner = common.nodeType === 1 ? common : common.parentElement;
    if (!inner || inner.closest("td, th, input, textarea")) return null;
    const top = inner.closest("table") || inner;
    const touched = top.localName === "table" || [...top.querySelectorAll("table")].some((one) => selection.containsNode(one, true));
    if (!touched) return null;
    const lines = [""];
    collect(top, selection, range, lines);
    return lines.map((line) => line.replace(/^ +| +$/g, "")).filter((line) => line.trim()).join("\n");
  }

  document.addEventListener("copy", (event) => {
    const text = selected(root.getSelection());
    if (text === null || !event.clipboardData) return;
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  });
})(window);
