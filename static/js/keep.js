// data-keep="<name>": what is typed stays in this browser, apart for each account, until the server has taken it.
const PREFIX = `inno4sports.keep.${document.documentElement.dataset.me ?? ""}.`;
const SENT = "inno4sports.sent";
const LONGEST = 30 * 24 * 3600 * 1000;

function fields(form) {
  return [...form.elements].filter((f) => f.name && f.type !== "hidden" && f.type !== "password" && f.type !== "file");
}

export function typed(form) {
  const values = {};
  for (const f of fields(form)) {
    if (f.type === "radio" || f.type === "checkbox") { values[f.name] ??= []; if (f.checked) values[f.name].push(f.value); }
    else values[f.name] = f.value;
  }
  return values;
}

function versionOf(form) {
  return form.querySelector("[name=version]")?.value ?? "";
}

// `saved` is the version under which the server has taken these values, or null while it has not.
export function remember(form, saved = null) {
  const kept = { at: Date.now(), version: versionOf(form), values: typed(form), saved };
  try { localStorage.setItem(PREFIX + form.dataset.keep, JSON.stringify(kept)); } catch { /* a full or closed store keeps nothing */ }
}

export function forget(name) {
  try { localStorage.removeItem(PREFIX + name); } catch { /* nothing to forget */ }
}

function kept(name) {
  try {
    const found = JSON.parse(localStorage.getItem(PREFIX + name));
    return found?.values && Date.now() - found.at < LONGEST ? found : null;
  } catch { return null; }
}

// The name of the form that this tab sent last; asking takes it away.
function sentName() {
  try {
    const name = sessionStorage.getItem(SENT);
    sessionStorage.removeItem(SENT);
    return name;
  } catch { return null; }
}

function restore(form) {
  const found = kept(form.dataset.keep);
  if (!found) return false;
  // A page that was read after the saving shows it, or something newer; one that was read before it needs our copy.
  if (found.saved && Number(versionOf(form)) >= found.saved) { forget(form.dataset.keep); return false; }
  let changed = false;
  for (const f of fields(form)) {
    if (!(f.name in found.values)) continue;
    if (f.type === "radio" || f.type === "checkbox") {
      const wanted = found.values[f.name].includes(f.value);
      if (f.checked !== wanted) { f.checked = wanted; changed = true; }
    } else if (f.value !== found.values[f.name]) { f.value = found.values[f.name]; changed = true; }
  }
  // Typed on an older version: the server must notice, or it would write over what somebody saved since.
  const version = form.querySelector("[name=version]");
  if (changed && version && found.version) version.value = found.version;
  return changed;
}

function say(form) {
  const note = document.getElementById("kept-note")?.content.cloneNode(true);
  if (!note) return;
  note.querySelector("[data-drop]").addEventListener("click", () => {
    forget(form.dataset.keep);
    location.replace(location.href);
  });
  form.prepend(note);
}

export function keep(root) {
  for (const done of root.querySelectorAll("[data-kept-done]")) forget(done.dataset.keptDone);
  // A form that was taken answers with a redirect; one that was not is shown again, or an error page is.
  const redirected = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
  const sent = sentName();
  if (sent && redirected && !location.pathname.includes("/accounts/")) forget(sent);
  for (const form of root.querySelectorAll("form[data-keep]")) {
    if (sent === form.dataset.keep && !redirected) remember(form);
    else if (restore(form)) {
      say(form);
      form.dispatchEvent(new Event("input", { bubbles: true }));
    }
    form.addEventListener("input", () => remember(form));
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      try { sessionStorage.setItem(SENT, form.dataset.keep); } catch { /* then the text stays until it is too old */ }
    });
  }
}
