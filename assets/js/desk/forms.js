/* Forms, dialogs and folding panels among light elements. A form asks by its address: submitting
   it goes where a link with its fields as the query would go. One with data-sets="store" puts its
   fields into that dcc.Store instead, for a callback to act on. */
(function (root) {
  "use strict";

  const FIELDS = "input, select, textarea";
  const WRITTEN = /^(search|text|textarea)$/;

  /* The address a form asks for: [[name, value], …] behind a path, empty fields left out. Pure. */
  function address(path, pairs) {
    const query = new URLSearchParams();
    for (const [name, value] of pairs) {
      if (typeof value === "string" && value.trim() !== "") query.append(name, value.trim());
    }
    const text = query.toString();
    return text ? path + "?" + text : path;
  }

  /* Listens once on a container that is painted again and again. `go(address)` follows a form. */
  function attend(container, go) {
    container.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(event.target, go);
    });
    container.addEventListener("change", (event) => {
      const form = event.target.form;
      const written = WRITTEN.test(event.target.type); // asks when it is submitted
      if (form && form.dataset.auto !== undefined && !written) ask(form, go);
    });
    container.addEventListener("click", toggle);
  }

  let sent = 0;

  function ask(form, go) {
    if (form.dataset.sets !== undefined) {
      const fields = Object.fromEntries(new FormData(form));
      root.dash_clientside.set_props(form.dataset.sets, { data: { ...fields, sent: ++sent } });
      return;
    }
    if (form.getAttribute("method") !== "get") return;
    go(address(form.getAttribute("action") || root.location.pathname, new FormData(form)));
  }

  /* <button data-opens="id"> shows a dialog; data-closes and the dialog's own backdrop close it. */
  function toggle(event) {
    const opener = event.target.closest("[data-opens]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog && dialog.showModal && !dialog.open) dialog.showModal();
    const closer = event.target.closest("[data-closes]");
    const shown = closer ? closer.closest("dialog") : event.target;
    if (shown && shown.tagName === "DIALOG" && shown.open) shown.close();
  }

  /* What the reader has done that the next painting must not undo. */
  function remember(container) {
    const active = document.activeElement;
    const fields = [...container.querySelectorAll(FIELDS)].filter((f) => f.name && f.type !== "hidden");
    return {
      focused: fields.find((field) => field === active)?.name,
      control: container.contains(active) ? control(active) : null,
      caret: WRITTEN.test(active.type) ? [active.selectionStart, active.selectionEnd] : null,
      typed: fields.filter(isChanged)
        .map((field) => [field.name, field.value, field.checked, turn(field)]),
      open: [...container.querySelectorAll("details[id]")].map((part) => [part.id, part.open]),
      dialog: container.querySelector("dialog[open][id]")?.id,
    };
  }

  /* A selector that finds a folding panel's head or a button again in the next painting. */
  function control(active) {
    if (active.id) return "#" + CSS.escape(active.id);
    const { opens, closes } = active.dataset;
    if (opens) return `[data-opens="${CSS.escape(opens)}"]`;
    if (closes !== undefined) return "[data-closes]";
    const panel = active.tagName === "SUMMARY" && active.parentElement.id;
    return panel ? `#${CSS.escape(panel)} > summary` : null;
  }

  /* What was typed into a form belongs to its turn: a new data-turn is a fresh form. */
  function turn(field) {
    return field.form ? field.form.dataset.turn : undefined;
  }

  function isChanged(field) {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") return [...field.options].some((o) => o.selected !== o.defaultSelected);
    return field.value !== field.defaultValue;
  }

  function restore(container, kept) {
    const named = (name) => [...container.querySelectorAll(FIELDS)].find((field) => field.name === name);
    for (const [name, value, checked, typedIn] of kept.typed) {
      const field = named(name);
      if (!field || turn(field) !== typedIn) continue;
      field.value = value;
      if (checked !== undefined) field.checked = checked;
    }
    for (const [id, open] of kept.open) {
      const part = container.querySelector("#" + CSS.escape(id));
      if (part) part.open = open;
    }
    const dialog = kept.dialog && container.querySelector("#" + CSS.escape(kept.dialog));
    if (dialog) dialog.showModal();
    const field = kept.focused ? named(kept.focused) : kept.control && container.querySelector(kept.control);
    if (!field) return;
    field.focus({ preventScroll: true });
    if (kept.caret && WRITTEN.test(field.type)) field.setSelectionRange(...kept.caret);
  }

  const api = { address, attend, remember, restore };
  root.yiping = Object.assign(root.yiping || {}, { forms: api });
  if (typeof module !== "undefined") module.exports = api;
})(typeof window === "undefined" ? globalThis : window);
