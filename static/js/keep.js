// data-keep="<name>": what is typed stays in this browser until the server has taken it.
const PREFIX = "inno4sports.keep.";

function fields(form) {
  return [...form.elements].filter((f) => f.name && f.type !== "hidden" && f.type !== "password" && f.type !== "file");
}

export function typed(form) {
  const values = {};
  for (const f of fields(form)) {
    if (f.type === "radio" || f.type === "checkbox") { if (f.checked) (values[f.name] ??= []).push(f.value); }
    else values[f.name] = f.value;
  }
  return values;
}

export function remember(form) {
  try { localStorage.setItem(PREFIX + form.dataset.keep, JSON.stringify(typed(form))); } catch { /* a full or closed store keeps nothing */ }
}

export function forget(name) {
  try { localStorage.removeItem(PREFIX + name); } catch { /* nothing to forget */ }
}

function restore(form) {
  let kept;
  try { kept = JSON.parse(localStorage.getItem(PREFIX + form.dataset.keep)); } catch { return false; }
  if (!kept) return false;
  let changed = false;
  for (const f of fields(form)) {
    if (!(f.name in kept)) continue;
    if (f.type === "radio" || f.type === "checkbox") {
      const wanted = kept[f.name].includes(f.value);
      if (f.checked !== wanted) { f.checked = wanted; changed = true; }
    } else if (f.value !== kept[f.name]) { f.value = kept[f.name]; changed = true; }
  }
  return changed;
}

export function keep(root) {
  for (const done of root.querySelectorAll("[data-kept-done]")) forget(done.dataset.keptDone);
  for (const form of root.querySelectorAll("form[data-keep]")) {
    if (restore(form)) form.dispatchEvent(new Event("input", { bubbles: true }));
    form.addEventListener("input", () => remember(form));
  }
}
