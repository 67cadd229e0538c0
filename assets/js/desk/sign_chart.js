/* Draws the course of a sign from the data of dashboard/components/chart.py, as SVG in real pixels,
   again whenever its width changes. Colours and type come from assets/css/chart.css alone.
   For export: a chart is `.sign-chart`, its drawing the one `svg` inside; the type is the page's own
   font stack, so a picture of it needs the computed styles written onto the elements. */
(function (root) {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const { scale, format } = root.yiping;
  const watched = new ResizeObserver((entries) => entries.forEach((entry) => redraw(entry.target)));

  function make(tag, attributes, text) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== undefined) element.setAttribute(name, typeof value === "number" ? value.toFixed(2).replace(/\.?0+$/, "") : value);
    }
    if (text !== undefined) element.append(text);
    return element;
  }

  /* Everything that the parts of a drawing share. */
  function plan(node, data) {
    const em = parseFloat(getComputedStyle(node).fontSize);
    const width = Math.max(node.clientWidth, 20 * em);
    const height = Math.min(Math.max(width * 0.42, 18 * em), 27 * em);
    const box = { left: 4.2 * em, right: width - 4.4 * em, top: 2.4 * em, bottom: height - 2.2 * em };
    const lines = data.lines.map((line) => ({ ...line, known: scale.points(line, data.from, data.to) }));
    const edges = data.marks.map((mark) => mark.edge);
    const [low, high] = scale.range(lines.flatMap((line) => line.values), edges);
    const x = (ms) => box.left + ((box.right - box.left) * (ms - data.from)) / (data.to - data.from);
    const y = (value) => box.bottom - ((box.bottom - box.top) * (value - low)) / (high - low || 1);
    const number = (value) => format.number(value, data.decimals, data.words.scale);
    return { node, data, em, width, height, box, lines, low, high, x, y, number };
  }

  function draw(node) {
    const data = JSON.parse(node.dataset.chart);
    const p = plan(node, data);
    const svg = make("svg", { viewBox: `0 0 ${p.width} ${p.height}`, role: "img", "aria-label": data.label, tabindex: "0" });
    svg.append(...axes(p), ...episodes(p), ...gaps(p), ...marks(p), ...lines(p), ...notes(p), ...last(p));
    node.querySelector("svg")?.remove();
    node.prepend(svg);
    node.dataset.drawn = String(Math.round(p.width));
    inspect(p, svg);
  }

  function axes(p) {
    const found = [];
    const ticks = scale.ticks(p.low, p.high, (p.box.bottom - p.box.top) / (3.4 * p.em));
    const places = Math.max(...ticks.map(decimals));
    for (const value of ticks) {
      found.push(make("line", { class: "chart-grid", x1: p.box.left, x2: p.box.right, y1: p.y(value), y2: p.y(value) }));
      const digits = value === 0 ? "0" : format.number(value, places, p.data.words.scale);
      found.push(make("text", { class: "chart-tick", x: p.box.left - 0.6 * p.em, y: p.y(value) + 0.35 * p.em, "text-anchor": "end" }, digits));
    }
    const room = (p.box.right - p.box.left) / (5.2 * p.em);
    const zone = p.data.zone;
    for (const [at, kind] of scale.instants(p.data.from, p.data.to, zone, room)) {
      const day = format.day(at, zone);
      const text = { hour: format.clock(at, zone), day: day.slice(5), month: day.slice(0, 7) }[kind];
      found.push(make("line", { class: "chart-grid", x1: p.x(at), x2: p.x(at), y1: p.box.bottom, y2: p.box.bottom + 0.4 * p.em }));
      found.push(make("text", { class: "chart-tick chart-tick-" + kind, x: p.x(at), y: p.box.bottom + 1.6 * p.em, "text-anchor": "middle" }, text));
    }
    return found;
  }

  function decimals(value) {
    return (String(value).split(".")[1] || "").length;
  }

  /* Stays in a graded state: a tint over the whole height. The worst and newest say so in words,
     as many as there is room for. */
  function episodes(p) {
    const rank = { attention: 1, warning: 2, alarm: 3 };
    const order = [...p.data.episodes].sort((a, b) => rank[b.state] - rank[a.state] || b.from - a.from);
    const taken = [];
    return order.map((one) => {
      const [left, right] = [p.x(Math.max(one.from, p.data.from)), p.x(Math.min(one.to, p.data.to))];
      const group = make("g", { class: "chart-episode", "data-state": one.state });
      group.append(make("title", {}, one.said));
      group.append(make("rect", { x: left, y: p.box.top, width: Math.max(right - left, 1), height: p.box.bottom - p.box.top }));
      group.append(make("line", { x1: left, x2: Math.max(right, left + 1), y1: p.box.top, y2: p.box.top }));
      const wide = format.ems(one.said) * p.em * 0.95;
      const start = Math.max(0, Math.min(left, p.width - wide));
      if (taken.every(([from, to]) => start > to + p.em || start + wide < from - p.em)) {
        taken.push([start, start + wide]);
        group.append(make("text", { x: start, y: p.box.top - 0.6 * p.em }, one.said));
      }
      return group;
    }).reverse(); // the worst above the others
  }

  function gaps(p) {
    const main = p.lines[0];
    const reach = Math.max(p.data.reach, 1.5 * main.step);
    const found = [];
    for (const [from, to] of scale.gaps(main.known, reach, p.data.from, p.data.to)) {
      const wide = p.x(to) - p.x(from);
      if (wide < 2) continue;
      found.push(make("rect", { class: "chart-gap", x: p.x(from), y: p.box.top, width: wide, height: p.box.bottom - p.box.top }));
      if (wide > 4.5 * p.em) {
        found.push(make("text", { class: "chart-gap-word", x: p.x(from) + wide / 2, y: (p.box.top + p.box.bottom) / 2, "text-anchor": "middle" }, p.data.words.gap));
      }
    }
    return found;
  }

  /* The thresholds, each for the time its version was in force; the newest one says its value. */
  function marks(p) {
    const found = [];
    const taken = [];
    for (const mark of p.data.marks) {
      if (mark.edge < p.low || mark.edge > p.high) continue;
      const y = p.y(mark.edge);
      const group = make("g", { class: "chart-mark", "data-state": mark.state });
      group.append(make("title", {}, mark.said));
      group.append(make("line", { x1: p.x(mark.from), x2: p.x(mark.to), y1: y, y2: y }));
      if (mark.to >= p.data.to && taken.every((other) => Math.abs(other - y) > p.em)) {
        taken.push(y);
        group.append(shape(mark.state, p.box.right + 0.9 * p.em, y, 0.36 * p.em));
        group.append(make("text", { x: p.box.right + 1.6 * p.em, y: y + 0.35 * p.em }, mark.text));
      }
      found.push(group);
    }
    return found;
  }

  function lines(p) {
    return p.lines.map((line) => {
      const reach = Math.max(p.data.reach, 1.5 * line.step);
      const path = scale.pieces(line.known, reach)
        .map((piece) => "M" + piece.map(([at, v]) => `${p.x(at).toFixed(1)} ${p.y(v).toFixed(1)}`).join("L") + (piece.length === 1 ? "h0.1" : ""))
        .join("");
      return make("path", { class: "chart-line chart-line-" + line.kind, d: path });
    }).reverse(); // the main line above its comparison
  }

  /* Where somebody has written something: a small flag on the axis. */
  function notes(p) {
    return p.data.notes.map((note) => {
      const [left, right] = [p.x(Math.max(note.from, p.data.from)), p.x(Math.min(note.to, p.data.to))];
      const group = make("g", { class: "chart-note" });
      group.append(make("title", {}, note.said));
      group.append(make("line", { x1: left, x2: Math.max(right, left + 2), y1: p.box.bottom, y2: p.box.bottom }));
      group.append(make("path", { d: `M${left.toFixed(1)} ${p.box.bottom}v${-1.6 * p.em}h${0.9 * p.em}v${0.7 * p.em}h${-0.9 * p.em}` }));
      return group;
    });
  }

  /* The newest point in the shape of the present state: only where the line reaches the present. */
  function last(p) {
    const known = p.lines[0].known;
    const end = known[known.length - 1];
    if (!end || !p.data.state || p.data.to - end[0] > Math.max(p.data.reach, 1.5 * p.lines[0].step)) return [];
    return [shape(p.data.state, p.x(end[0]), p.y(end[1]), 0.42 * p.em)];
  }

  function shape(state, x, y, r) {
    const about = { class: "shape", "data-state": state };
    const d = {
      attention: `M${x} ${y - r}l${r} ${1.8 * r}h${-2 * r}z`,
      warning: `M${x} ${y - 1.2 * r}l${1.2 * r} ${1.2 * r}l${-1.2 * r} ${1.2 * r}l${-1.2 * r} ${-1.2 * r}z`,
      alarm: `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}z`,
      target: `M${x - r} ${y - r}l${2 * r} ${r}l${-2 * r} ${r}z`,
    }[state];
    return d ? make("path", { ...about, d }) : make("circle", { ...about, cx: x, cy: y, r: 0.85 * r });
  }

  /* Pointer and arrow keys: what was when. */
  function inspect(p, svg) {
    const said = p.node.querySelector(".chart-said");
    const cursor = make("line", { class: "chart-cursor", y1: p.box.top, y2: p.box.bottom, visibility: "hidden" });
    svg.append(cursor);
    let at = null;
    const show = (ms) => {
      at = ms === null ? null : Math.min(Math.max(ms, p.data.from), p.data.to);
      cursor.setAttribute("visibility", at === null ? "hidden" : "visible");
      said.textContent = at === null ? "" : tell(p, at);
      said.hidden = at === null;
      if (at === null) return;
      cursor.setAttribute("x1", p.x(at).toFixed(1));
      cursor.setAttribute("x2", p.x(at).toFixed(1));
    };
    svg.addEventListener("pointermove", (event) => {
      const frame = svg.getBoundingClientRect();
      const x = ((event.clientX - frame.left) * p.width) / frame.width;
      show(p.data.from + ((p.data.to - p.data.from) * (x - p.box.left)) / (p.box.right - p.box.left));
    });
    svg.addEventListener("pointerleave", () => show(null));
    svg.addEventListener("blur", () => show(null));
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      show((at ?? p.data.to) + step * Math.max(p.lines[0].step, (p.data.to - p.data.from) / 96));
    });
  }

  function withUnit(p, value) {
    const figure = p.number(value);
    return (figure + " " + (Number(figure) === 1 ? p.data.unit_one : p.data.unit)).trim();
  }

  /* "11-23 18:05  126 %  ·  …": each line's value at an instant, or that there is none. */
  function tell(p, at) {
    const zone = p.data.zone;
    const parts = p.lines.map((line) => {
      const found = scale.nearest(line.known, at, Math.max(p.data.reach, line.step) / 2 + line.step);
      return line.name + " " + (found ? withUnit(p, found[1]) : p.data.words.gap);
    });
    return [format.dayAndTime(at, p.data.now, zone), ...parts].join("  ·  ");
  }

  function redraw(node) {
    if (!node.isConnected) watched.unobserve(node);
    else if (node.clientWidth && node.dataset.drawn !== String(Math.round(Math.max(node.clientWidth, 1)))) draw(node);
  }

  document.addEventListener("light:painted", (event) => {
    for (const node of event.target.querySelectorAll(".sign-chart")) {
      draw(node);
      watched.observe(node);
    }
  });
})(window);
