/* What if there had been less trouble: the receipt of a score, added up again in the browser as
   domain/scoring/by_hours.py does. Hours taken out of a state become normal hours; nothing is sent. */
(function (root) {
  "use strict";

  const FULL = 10000; // hundredths of 100 points

  /* Hundredths that a line takes away from a receipt of {signs, weights: [{attention, warning, alarm,
     scale}]}: the line has {known, parts: [{attention, warning, alarm}]}, its hours under each of
     the weights. The order of the operations is that of
     domain/scoring/by_hours.py, so the last bit is the same. */
  function taken(line, receipt) {
    if (line.known <= 0) return 0;
    let lost = 0;
    receipt.weights.forEach((weight, n) => {
      const part = line.parts[n];
      const weighted = weight.attention * part.attention + weight.warning * part.warning
        + weight.alarm * part.alarm;
      lost += weighted / line.known * (100 * weight.scale / receipt.signs);
    });
    return Math.floor(lost + 0.5);
  }

  /* A line with other hours, by part: [{warning: 1.5}]. */
  function changed(line, hours) {
    return { ...line, parts: line.parts.map((part, n) => ({ ...part, ...(hours || [])[n] })) };
  }

  /* The score in hundredths with other hours. `receipt`: {signs, weights, rest, lines} where `rest`
     is what all other lines take; `hours`: [[{warning: 1.5}], …] by line and part. */
  function recompute(receipt, hours) {
    const lines = receipt.lines.map((line, n) => taken(changed(line, hours[n]), receipt));
    const points = lines.reduce((sum, one) => sum + one, receipt.rest);
    return Math.max(0, FULL - points);
  }

  /* A score in hundredths as it is ranked: rounded to tenths, as Python rounds a half. */
  function ranked(score) {
    return score % 100 === 25 ? score - 5 : Math.round(Number((score / 100).toFixed(1)) * 100);
  }

  /* The place (from 1) of a score among those of the others; equals share a place. */
  function place(score, others) {
    return 1 + others.filter((one) => one > ranked(score)).length;
  }

  /* 192 minutes → {h: 3, m: 12}. */
  function clock(minutes) {
    return { h: Math.floor(minutes / 60), m: minutes % 60 };
  }

  /* A rate with another numerator, drawn towards the mean of its group as domain/scoring/ranking.py does:
     the group's mean moves along. {n, k, m, all: [Σk, Σn], base, decimals}, in cases. */
  function drawn(rate, k) {
    const mean = (rate.all[0] - rate.k + k) / rate.all[1];
    const value = ((k + rate.m * mean) / (rate.n + rate.m)) * rate.base;
    return Number(value.toFixed(rate.decimals));
  }

  /* The place of a rate among the others, the better first. */
  function standing(rate, value) {
    return 1 + rate.others.filter((one) => (rate.higher ? one > value : one < value)).length;
  }

  const api = { taken, recompute, ranked, place, clock, drawn, standing };
  if (typeof module !== "undefined") {
    module.exports = api;
    return;
  }

  const grouped = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
  const figure = (value) => (value / 100).toFixed(2);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  function spoken(words, minutes) {
    const { h, m } = clock(minutes);
    return fill(h ? (m ? words.hours_minutes : words.hours) : words.minutes, { n: h || m, h, m });
  }

  function sliders(panel) {
    return [...panel.querySelectorAll("input[type=range][data-line]")];
  }

  /* Hours by line and part as the sliders have them; one that stands where it began is left out. */
  function asked(panel) {
    const hours = [];
    for (const slider of sliders(panel)) {
      if (slider.value === slider.max) continue;
      const line = Number(slider.dataset.line);
      const part = Number(slider.dataset.part);
      hours[line] = hours[line] || [];
      hours[line][part] = { ...hours[line][part], [slider.dataset.kind]: Number(slider.value) / 60 };
    }
    return hours;
  }

  function show(panel) {
    const receipt = JSON.parse(panel.dataset.whatif);
    const words = JSON.parse(panel.dataset.words);
    const found = recompute(receipt, asked(panel));
    const said = [];
    for (const slider of sliders(panel)) {
      const less = Number(slider.max) - Number(slider.value);
      const now = spoken(words, Number(slider.value));
      slider.setAttribute("aria-valuetext", now);
      const row = slider.closest("[data-row]");
      row.toggleAttribute("data-moved", less > 0);
      row.querySelector("[data-now]").textContent = now;
      const name = row.dataset.row;
      if (less > 0) said.push(fill(words[slider.dataset.kind], { name, span: spoken(words, less) }));
    }
    panel.toggleAttribute("data-tried", said.length > 0);
    panel.querySelector("[data-score]").textContent = figure(found);
    const gain = found - recompute(receipt, []);
    panel.querySelector("[data-gain]").textContent = (gain > 0 ? "+" : "") + figure(gain);
    const rank = panel.querySelector("[data-rank]");
    if (rank) rank.textContent = fill(words.rank, { n: place(found, receipt.others) });
    panel.querySelector("[data-said]").textContent = said.length ? said.join(words.join) : words.none;
  }

  /* A rate has one slider: its numerator. */
  function showRate(panel) {
    const rate = JSON.parse(panel.dataset.rate);
    const words = JSON.parse(panel.dataset.words);
    const slider = panel.querySelector("input");
    const k = Number(slider.value);
    const value = drawn(rate, k);
    const d = Math.abs(k - rate.k);
    panel.querySelector("[data-now]").textContent = grouped(k) + " / " + grouped(rate.n);
    slider.closest("[data-row]").toggleAttribute("data-moved", d > 0);
    panel.toggleAttribute("data-tried", d > 0);
    panel.querySelector("[data-score]").textContent = value.toFixed(rate.decimals) + words.unit;
    const rank = panel.querySelector("[data-rank]");
    if (rank) rank.textContent = fill(words.rank, { n: standing(rate, value) });
    const said = fill(k > rate.k ? words.more : words.fewer, {
      d: grouped(d), k: grouped(rate.k), then: grouped(k), n: grouped(rate.n),
    });
    panel.querySelector("[data-said]").textContent = d ? said : words.none;
  }

  function renew() {
    document.querySelectorAll("[data-whatif]").forEach(show);
    document.querySelectorAll("[data-rate]").forEach(showRate);
  }

  function reset(panel) {
    for (const slider of panel.querySelectorAll("input")) slider.value = slider.defaultValue;
    renew();
  }

  document.addEventListener("input", (event) => {
    const panel = event.target.closest && event.target.closest(".whatif");
    if (panel) renew();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".whatif [data-reset]");
    if (button) reset(button.closest(".whatif"));
    if (event.target.closest("button[data-print]")) print();
  });

  /* The receipt alone goes on paper (assets/css/rankings.css). */
  function print() {
    document.documentElement.dataset.print = "receipt";
    root.addEventListener("afterprint", () => { delete document.documentElement.dataset.print; }, { once: true });
    root.print();
  }

  let opened; // the receipt that the reader has seen, by address

  /* Where the panel stands below the table, opening it leads there. */
  function reveal() {
    const asked = new URLSearchParams(root.location.search).get("receipt");
    const panel = asked && document.querySelector(".receipt");
    const fresh = opened !== undefined && asked !== opened;
    opened = asked;
    if (panel && fresh && panel.getBoundingClientRect().top > root.innerHeight / 2) panel.scrollIntoView();
  }

  /* Light elements keep what was typed over a painting; the sums are made anew from it. */
  function paint(page) {
    root.dash_clientside.light.paint(page);
    renew();
    reveal();
  }

  root.dash_clientside = Object.assign({}, root.dash_clientside, { whatif: { paint } });
})(typeof window === "undefined" ? globalThis : window);
