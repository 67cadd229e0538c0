/* Numbers, times and durations as people read them. Pure: labels and zone are given. */
(function (root) {
  "use strict";

  const MINUS = "−";
  const DASH = "—";
  const SHORTEN_FROM = 100000;
  const CARRY = 0.99995; // so near to the next step, the step below would round up to it
  const MINUTE = 60000;
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;

  /* "{n} left" with {n: 3} → "3 left"; an unknown place stays as it is. */
  function fill(template, values) {
    return template.replace(/\{(\w+)\}/g, (whole, name) =>
      values && name in values ? String(values[name]) : whole
    );
  }

  /* A function key, values → text over one language's part of the label table. */
  function translator(labels) {
    return (key, values) => (key in labels ? fill(labels[key], values) : key);
  }

  function group(digits) {
    const [whole, part] = digits.split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
    return part === undefined ? grouped : grouped + "." + part;
  }

  /* "10000 w;100000000 y" → [[1e8, "y"], [1e4, "w"]], the largest first. */
  function steps(text) {
    return text
      .split(";")
      .map((step) => step.trim().split(" "))
      .map(([size, name]) => [Number(size), name])
      .sort((a, b) => b[0] - a[0]);
  }

  /* Large numbers are cut to the greatest named step they reach, with four digits or so. */
  function shortened(size, scale) {
    for (const [step, name] of steps(scale)) {
      const mantissa = size / step;
      if (mantissa < CARRY) continue;
      const places = mantissa >= 999.95 ? 0 : 1;
      return group(mantissa.toFixed(places).replace(/\.0$/, "")) + name;
    }
    return group(size.toFixed(0));
  }

  /* Five digits are enough for a wall; decimals give way first.
     0.22 → "0.22", -4.2 → "−4.2", 1234567 → "123.5" + the scale's word; no number → a dash. */
  function number(value, decimals, scale) {
    if (typeof value !== "number" || !Number.isFinite(value)) return DASH;
    const size = Math.abs(Number(value.toFixed(decimals)));
    const places = size >= 10000 ? 0 : size >= 1000 ? Math.min(decimals, 1) : decimals;
    const text =
      scale && size >= SHORTEN_FROM ? shortened(size, scale) : group(size.toFixed(places));
    return value < 0 && size !== 0 ? MINUS + text : text;
  }

  /* A difference always carries its sign. */
  function signed(value, decimals) {
    const text = number(value, decimals);
    return Number(value.toFixed(decimals)) > 0 ? "+" + text : text;
  }

  function local(ms, zone) {
    return root.yiping.zone.local(ms, zone).toISOString();
  }

  /* Wall clock of the city: "10:42" or "10:42:18". */
  function clock(ms, zone, seconds) {
    return local(ms, zone).slice(11, seconds ? 19 : 16);
  }

  function day(ms, zone) {
    return local(ms, zone).slice(0, 10);
  }

  /* One rule, here and in dashboard/components/times.py: the date is said when it is not today's,
     the year when it is not this year's. */
  function dayBeside(ms, nowMs, zone) {
    const [then, now] = [day(ms, zone), day(nowMs, zone)];
    return then.slice(0, 4) === now.slice(0, 4) ? then.slice(5) : then;
  }

  /* When: "18:42", "11-22 18:42" on another day, "2025-11-22 18:42" in another year. */
  function stamp(ms, nowMs, zone, seconds) {
    const time = clock(ms, zone, seconds);
    if (day(ms, zone) === day(nowMs, zone)) return time;
    return dayBeside(ms, nowMs, zone) + " " + time;
  }

  /* The same where there is no room: the time of day, else the date alone. */
  function brief(ms, nowMs, zone) {
    return stamp(ms, nowMs, zone).replace(/ .*/, "");
  }

  /* "11-23 18:42", also today; with the year when it is another. */
  function dayAndTime(ms, nowMs, zone, seconds) {
    return dayBeside(ms, nowMs, zone) + " " + clock(ms, zone, seconds);
  }

  /* A running clock: "06:42", "3:06:42", and beyond a day the label's days and hours. */
  function lasting(ms, t) {
    const span = Math.max(0, ms);
    if (span >= DAY) return t("age.days", { n: Math.floor(span / DAY) });
    const two = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(span / HOUR);
    const rest = two(Math.floor(span / MINUTE) % 60) + ":" + two(Math.floor(span / 1000) % 60);
    return hours ? hours + ":" + rest : rest;
  }

  /* An age in its largest unit, short: for marks. */
  function age(ms, t) {
    const span = Math.max(0, ms);
    if (span < MINUTE) return t("age.seconds", { n: Math.floor(span / 1000) });
    if (span < HOUR) return t("age.minutes", { n: Math.floor(span / MINUTE) });
    if (span < 2 * DAY) return t("age.hours", { n: Math.floor(span / HOUR) });
    return t("age.days", { n: Math.floor(span / DAY) });
  }

  /* A duration in words: for sentences. */
  function words(ms, t) {
    const minutes = Math.floor(Math.max(0, ms) / MINUTE);
    if (minutes < 1) return t("duration.seconds");
    if (minutes < 60) return t("duration.minutes", { n: minutes });
    const hours = Math.floor(minutes / 60);
    if (hours >= 48) return t("duration.days", { n: Math.floor(hours / 24) });
    if (minutes % 60 === 0) return t("duration.hours", { n: hours });
    return t("duration.hours_minutes", { h: hours, m: minutes % 60 });
  }

  /* Width of a text in ems: a Chinese character is one, a Latin one a bit more than half. */
  function ems(text) {
    let width = 0;
    for (const character of text) width += character.codePointAt(0) >= 0x2e80 ? 1 : 0.56;
    return width;
  }

  const api = { fill, translator, number, signed, clock, day, stamp, brief, dayAndTime, lasting, age, words, ems };
  root.yiping = Object.assign(root.yiping || {}, { format: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);
