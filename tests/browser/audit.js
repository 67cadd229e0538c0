/* Looks at a painted page as a critic does: what is cut, what lies over something else, what is
   too small to read. Answers {faults: sentences, texts: how many texts it read}.
   options: root, smallest (px), scrolls (the page may scroll down), apart (selectors whose
   elements must not lie over each other). */
(options) => {
  const SLACK = 1; // pixels that rounding may cost
  const root = document.querySelector(options.root);
  const faults = new Map();

  /* Each text is blamed once for each kind of fault, with the worst that was found. */
  function blame(kind, node, words, by, detail) {
    const known = faults.get(node) || {};
    if (!known[kind] || known[kind].by < by) {
      known[kind] = { by, said: `${kind}: "${words}" ${detail} in ${where(node)}` };
    }
    faults.set(node, known);
  }

  function where(node) {
    const names = [];
    for (let at = node; at && at !== root && names.length < 3; at = at.parentElement) {
      names.unshift(at.id ? "#" + at.id : "." + (at.className || at.localName));
    }
    return names.join(" ");
  }

  const visible = (node) =>
    node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });

  function clips(node) {
    const style = getComputedStyle(node);
    const contained = /strict|content|paint/.test(style.contain);
    return [
      ["left", "right", contained || style.overflowX !== "visible"],
      ["top", "bottom", contained || style.overflowY !== "visible"],
    ].filter(([, , does]) => does);
  }

  /* What of a box remains inside `frame`, and how much is lost. */
  function within(box, frame, sides) {
    const left = Object.assign({}, box);
    let lost = 0;
    for (const [low, high] of sides) {
      left[low] = Math.max(box[low], frame[low]);
      left[high] = Math.min(box[high], frame[high]);
      lost = Math.max(lost, left[low] - box[low], box[high] - left[high]);
    }
    return { left, lost };
  }

  /* Every visible text with the boxes of its letters: a line box is taller than they are. */
  function texts() {
    const found = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const parent = node.parentElement;
      if (!node.nodeValue.trim() || !visible(parent)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const size = parseFloat(getComputedStyle(parent).fontSize);
      const boxes = [...range.getClientRects()]
        .filter((box) => box.width > 0 && box.height > 0)
        .map(({ left, right, top, bottom, height }) => {
          const air = Math.max(0, (height - size) / 2);
          return { left, right, top: top + air, bottom: bottom - air };
        });
      if (boxes.length) found.push({ parent, boxes, size, words: node.nodeValue.trim() });
    }
    return found;
  }

  const page = document.scrollingElement;
  const seen = [];
  const all = texts();
  for (const { parent, boxes, size, words } of all) {
    if (options.smallest && size < options.smallest) {
      blame("small", parent, words, 1 / size, `${size} px`);
    }
    for (let box of boxes) {
      for (let at = parent; at && at !== document.body; at = at.parentElement) {
        const sides = clips(at);
        if (!sides.length) continue;
        const { left, lost } = within(box, at.getBoundingClientRect(), sides);
        if (lost > SLACK) blame("cut", parent, words, lost, `by ${lost.toFixed(1)} px`);
        box = left;
      }
      const frame = { left: 0, right: innerWidth, top: 0, bottom: innerHeight };
      const sides = options.scrolls ? [["left", "right"]] : [["left", "right"], ["top", "bottom"]];
      const { lost } = within(box, frame, sides);
      if (lost > SLACK) blame("off the window", parent, words, lost, `by ${lost.toFixed(1)} px`);
      seen.push({ ...box, parent, words });
    }
  }

  /* Letters over letters. */
  seen.sort((a, b) => a.left - b.left);
  seen.forEach((a, i) => {
    for (let j = i + 1; j < seen.length && seen[j].left < a.right - SLACK; j += 1) {
      const b = seen[j];
      const deep = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      if (a.parent !== b.parent && deep > 2 * SLACK && wide > SLACK) {
        blame("over each other", a.parent, a.words, wide, `and "${b.words}"`);
      }
    }
  });

  /* Blocks that stand beside each other. */
  for (const group of options.apart || []) {
    const blocks = [...root.querySelectorAll(group)]
      .filter(visible)
      .map((node) => ({ node, box: node.getBoundingClientRect() }));
    blocks.forEach((a, i) => {
      for (const b of blocks.slice(i + 1)) {
        if (a.node.contains(b.node) || b.node.contains(a.node)) continue;
        const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const deep = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (wide > SLACK && deep > SLACK) blame("block", a.node, "", wide, `over ${where(b.node)}`);
      }
    });
  }

  const said = [...faults.values()].flatMap((kinds) => Object.values(kinds).map((one) => one.said));
  if (page.scrollWidth > innerWidth) said.push(`the page scrolls sideways: ${page.scrollWidth} px`);
  if (!options.scrolls && page.scrollHeight > innerHeight) {
    said.push(`the page scrolls down: ${page.scrollHeight} px`);
  }
  return { faults: said, texts: all.length };
}
