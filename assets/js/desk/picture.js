/* Saves a chart or a drawing of the page as a PNG: <button data-picture="id"> (png_button.py).
   Title, data time, source, the demonstration mark and the reader are drawn into the picture. */
(function (root) {
  "use strict";

  const SCALE = 2;
  const PAD = 24;
  const LEAST_WIDTH = 640;
  const TITLE_PX = 20;
  const SMALL_PX = 13;
  /* What of a computed style an SVG needs to look alike outside of the page. */
  const STYLES = `color display fill fill-opacity fill-rule font-family font-size font-style font-variant-numeric
    font-weight letter-spacing opacity paint-order shape-rendering stop-color stop-opacity stroke stroke-dasharray
    stroke-linecap stroke-linejoin stroke-opacity stroke-width text-anchor dominant-baseline vector-effect
    visibility transform transform-origin transform-box`.split(/\s+/);

  /* A file name from a title and an instant: no character that a system could mind. Pure. */
  function fileName(title, stamp) {
    const plain = (text) => text.replace(/[^\p{L}\p{N}.-]+/gu, "-").replace(/^-+|-+$/g, "");
    return [title, stamp].map(plain).filter(Boolean).join("_").slice(0, 120) + ".png";
  }

  /* Lines of at most `width`, broken between words or, in Chinese, between any two characters. Pure. */
  function wrap(text, width, measure) {
    const lines = [];
    let line = "";
    for (const part of text.match(/[\p{sc=Han}\p{P}]|[^\p{sc=Han}\p{P}\s]+|\s+/gu) || []) {
      if (line && measure((line + part).trimEnd()) > width) {
        lines.push(line.trimEnd());
        line = part.trimStart();
      } else line += part;
    }
    return line.trim() ? [...lines, line.trimEnd()] : lines;
  }

  function load(address) {
    return new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => resolve(image);
      image.onerror = () => reject(new Error("picture: the drawing cannot be read"));
      image.src = address;
    });
  }

  /* A copy of an SVG that carries its looks along: outside of the page there are no style sheets. */
  function standalone(svg) {
    const box = svg.getBoundingClientRect();
    const copy = svg.cloneNode(true);
    const theirs = [svg, ...svg.querySelectorAll("*")];
    [copy, ...copy.querySelectorAll("*")].forEach((node, n) => {
      const style = getComputedStyle(theirs[n]);
      for (const name of STYLES) {
        const value = style.getPropertyValue(name);
        if (value) node.style.setProperty(name, value);
      }
      if (node.tagName === "a") node.removeAttribute("href");
    });
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("width", box.width);
    copy.setAttribute("height", box.height);
    return { text: new XMLSerializer().serializeToString(copy), width: box.width, height: box.height };
  }

  async function draw(holder) {
    const plot = holder.matches(".js-plotly-plot") ? holder : holder.querySelector(".js-plotly-plot");
    if (plot && root.Plotly) {
      const { width, height } = plot.getBoundingClientRect();
      const address = await root.Plotly.toImage(plot, { format: "png", width, height, scale: SCALE });
      return { image: await load(address), width, height, legend: [] };
    }
    const svgs = [...holder.querySelectorAll("svg")].map((svg) => [svg, svg.getBoundingClientRect()]);
    svgs.sort(([, a], [, b]) => b.width * b.height - a.width * a.height);
    const found = holder.matches("svg") ? holder : svgs.length ? svgs[0][0] : null;
    if (!found) throw new Error("picture: there is nothing to draw");
    const { text, width, height } = standalone(found);
    const address = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
    return { image: await load(address), width, height, legend: caption(found) };
  }

  function token(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  /* What the page says of its data: up to when, that nothing new comes, whether it is simulated. */
  function told() {
    const mark = document.getElementById("desk-mark");
    const demo = mark && mark.querySelector(".desk-demo");
    const clock = mark && mark.querySelector("span:not(.desk-demo)");
    const halted = mark && mark.querySelector(".desk-halted"); // the picture must not look alive either
    const said = [clock, halted].filter(Boolean).map((node) => node.textContent.trim());
    return { time: said.join(" · "), demo: demo ? demo.textContent.trim() : "" };
  }

  /* What stands below the drawing on the page: a legend with its colours, or a notice. */
  function caption(svg) {
    const below = svg && svg.closest("figure") && svg.closest("figure").querySelector("figcaption");
    if (!below) return [];
    const keyed = [...below.querySelectorAll("span")].filter((item) => item.querySelector("i"));
    if (!keyed.length) return [{ text: below.textContent.trim(), colour: null }];
    return keyed.map((item) => {
      const style = getComputedStyle(item.querySelector("i"));
      const line = parseFloat(style.borderTopWidth) > 0;
      return { text: item.textContent.trim(), colour: line ? style.borderTopColor : style.backgroundColor };
    });
  }

  function compose(drawn, about) {
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    const font = getComputedStyle(document.body).fontFamily;
    const bold = `600 ${TITLE_PX}px ${font}`, plain = `${SMALL_PX}px ${font}`;
    const width = Math.max(LEAST_WIDTH, drawn.width + 2 * PAD);
    const measured = (style) => (text) => { pen.font = style; return pen.measureText(text).width; };
    const blocks = [
      [bold, TITLE_PX, token("--ink"), wrap(about.title, width - 2 * PAD, measured(bold))],
      [plain, SMALL_PX, token("--mut"), wrap(about.data, width - 2 * PAD, measured(plain))],
    ];
    const foot = wrap(about.foot, width - 2 * PAD, measured(plain));
    const rise = (px) => Math.round(px * 1.5);
    const head = blocks.reduce((sum, [, px, , lines]) => sum + lines.length * rise(px), 0);
    const legend = drawn.legend.length ? rise(SMALL_PX) : 0;
    const height = PAD + head + PAD / 2 + drawn.height + legend + PAD / 2 + foot.length * rise(SMALL_PX) + PAD;
    canvas.width = Math.round(width * SCALE);
    canvas.height = Math.round(height * SCALE);
    pen.scale(SCALE, SCALE);
    pen.fillStyle = token("--bg");
    pen.fillRect(0, 0, width, height);
    pen.textBaseline = "middle";
    let y = PAD;
    const write = ([style, px, colour, lines]) => {
      pen.font = style;
      pen.fillStyle = colour;
      for (const line of lines) {
        pen.fillText(line, PAD, y + rise(px) / 2);
        y += rise(px);
      }
    };
    blocks.forEach(write);
    y += PAD / 2;
    pen.drawImage(drawn.image, (width - drawn.width) / 2, y, drawn.width, drawn.height);
    y += drawn.height;
    let x = PAD;
    pen.font = plain;
    for (const { text, colour } of drawn.legend) {
      if (colour) {
        pen.fillStyle = colour;
        pen.fillRect(x, y + legend / 2 - 1, 20, 2);
        x += 26;
      }
      pen.fillStyle = token("--mut");
      pen.fillText(text, x, y + legend / 2);
      x += pen.measureText(text).width + PAD;
    }
    y += legend + PAD / 2;
    write([plain, SMALL_PX, token("--dim"), foot]);
    return canvas;
  }

  async function picture(button) {
    const holder = document.getElementById(button.dataset.picture);
    if (!holder) throw new Error("picture: there is nothing to draw");
    const stamp = root.yiping.watermark.stamp();
    const { time, demo } = told();
    const join = (...parts) => parts.filter(Boolean).join(" · ");
    const canvas = compose(await draw(holder), {
      title: button.dataset.heading,
      data: join(time, demo),
      foot: join(button.dataset.source, button.dataset.reader, stamp, root.location.host),
    });
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new Error("picture: too large");
    return { blob, name: fileName(join(button.dataset.heading, demo), stamp) };
  }

  function save({ blob, name }) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    root.setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  async function clicked(event) {
    const button = event.target.closest && event.target.closest("[data-picture]");
    if (!button || button.disabled) return;
    const label = button.textContent;
    button.disabled = true;
    button.textContent = button.dataset.busy;
    try {
      save(await picture(button));
      button.textContent = label;
    } catch (error) {
      console.warn(error.message);
      button.textContent = button.dataset.failed;
      root.setTimeout(() => { button.textContent = label; }, 4000);
    }
    button.disabled = false;
  }

  const api = { fileName, wrap };
  if (typeof module !== "undefined") {
    module.exports = api;
    return;
  }
  document.addEventListener("click", clicked);
})(typeof window === "undefined" ? globalThis : window);
