"use strict";
// Keys, focus after a refusal, and the notice that an order was changed by others. Pages work without any of it.
document.addEventListener("keydown", (event) => {
  if (!event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key.toLowerCase() === "k") {
    event.preventDefault();
    document.getElementById("find")?.focus();
  } else if (event.key === "Enter") {
    const keys = event.shiftKey ? "Ctrl+Shift+Enter" : "Ctrl+Enter";
    const button = document.querySelector(`button[data-keys="${keys}"]`);
    if (button) { event.preventDefault(); button.click(); }
  }
});
document.addEventListener("keydown", (event) => {
  // Enter in the item that is being added adds it; elsewhere in the order form it moves on, and never saves.
  if (event.key !== "Enter" || event.ctrlKey || !(event.target instanceof HTMLInputElement)) return;
  const form = event.target.closest("form[data-draft]");
  if (!form) return;
  event.preventDefault();
  if (event.target.closest("#adding") && event.target.name !== "adding.product") {
    form.querySelector('#adding button[value="add"]').click();
    return;
  }
  const fields = [...form.querySelectorAll("input:not([type=hidden]), select, textarea")].filter((each) => each.offsetParent);
  fields[fields.indexOf(event.target) + 1]?.focus();
});
// A part of the order form that comes back from the server must not undo what was typed while it was on its way, nor
// take the focus from where one is.
const values = (part) => new Map([...part.querySelectorAll("input:not([type=hidden]), select, textarea")].map(
  (each) => [each.id || `${each.name}=${each.value}`, each.type === "radio" || each.type === "checkbox" ? each.checked : each.value]));
document.body.addEventListener("htmx:beforeRequest", (event) => {
  const part = event.detail.target;
  event.detail.requestConfig.sent = part ? values(part) : new Map();
});
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const config = event.detail.requestConfig;
  const now = values(event.detail.target);
  config.typed = [...now].filter(([id, value]) => config.sent.has(id) && config.sent.get(id) !== value);
  config.focus = document.activeElement?.id;
});
document.body.addEventListener("htmx:afterSettle", (event) => {
  const config = event.detail.requestConfig;
  const pressed = config.elt.tagName === "BUTTON";
  let again = null;
  for (const [id, value] of config.typed ?? []) {
    const field = document.getElementById(id);
    if (!field || field.type === "radio" || field.type === "checkbox" || field.value === value) continue;
    field.value = value;
    if (field.hasAttribute("hx-post")) again = field; // what it asked was dropped with the field that asked, or never asked
  }
  const wanted = pressed && !(config.typed ?? []).length ? document.querySelector("#items [autofocus]") : null;
  const next = wanted ?? document.getElementById(config.focus);
  if (next && document.activeElement !== next) next.focus();
  if (again) again.dispatchEvent(new Event("change", { bubbles: true }));
});
document.body.addEventListener("newer", () => { document.getElementById("newer")?.removeAttribute("hidden"); });
document.getElementById("refusal")?.focus();
