// data-keep="<name>": what is typed stays in this browser, apart for each account, until the server has taken it.
const PREFIX = `inno4sports.keep.${document.documentElement.dataset.me ?? ""}.`;
const SENT = "inno4sports.sent";
const LONGEST = 30 * 24 * 3600 * 1000;
const rememberedAt = new WeakMap(); // form -> when this window wrote last

// What a form is about may stand in the address alone (?session=…): the words for one are not those for another.
function nameOf(form) {
  return form.dataset.keep + location.search;
}

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
  rememberedAt.set(form, kept.at);
  try { localStorage.setItem(PREFIX + nameOf(form), JSON.stringify(kept)); } catch { /* a full or closed store keeps nothing */ }
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

// The name of the form that this window sent last, and when it had written there last; asking takes it away.
function takeSent() {
  try {
    const sent = JSON.parse(sessionStorage.getItem(SENT)) ?? {};
    sessionStorage.removeItem(SENT);
    return sent;
  } catch { return {}; }
}

// The page says what is wrong, or what somebody saved meanwhile: it holds what was sent.
function isShownAgain() {
  return document.querySelector("main [role=alert]") !== null;
}

function restore(form) {
  const found = kept(nameOf(form));
  if (!found) return false;
  rememberedAt.set(form, found.at);
  // A page that was read after the saving shows it, or something newer; one that was read before it needs our copy.
  if (found.saved && Number(versionOf(form)) >= found.saved) { forget(nameOf(form)); return false; }
  let changed = false;
  for (const f of fields(form)) {
    if (!(f.name in found.values)) continue;
    if (f.type === "radio" || f.type === "checkbox") {
      const wanted = found.values[f.name].includes(f.value);
      if (f.checked !== wanted) { f.checked = wanted; changed = true; reveal(f); }
    } else if (f.value !== found.values[f.name]) { f.value = found.values[f.name]; changed = true; reveal(f); }
  }
  // Typed on an older version: the server must notice, or it would write over what somebody saved since.
  const version = form.querySelector("[name=version]");
  if (changed && version && found.version) version.value = found.version;
  return changed;
}

// What is back, or what the browser finds missing, stands in no closed part of the form.
function reveal(field) {
  for (let part = field.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
}

function say(form) {
  const note = document.getElementById("kept-note")?.content.cloneNode(true);
  if (!note) return;
  note.querySelector("[data-drop]").addEventListener("click", () => {
    forget(nameOf(form));
    location.replace(location.href);
  });
  form.prepend(note);
}

export function keep(root) {
  for (const done of root.querySelectorAll("[data-kept-done]")) forget(done.dataset.keptDone);
  // A form that was taken answers with a redirect; one that was not is shown again, or an error page is, or nothing came back.
  const redirected = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
  const sent = takeSent();
  // What another window wrote there since was not sent.
  if (sent.name && redirected && !location.pathname.includes("/accounts/") && kept(sent.name)?.at === sent.at) forget(sent.name);
  for (const form of root.querySelectorAll("form[data-keep]")) {
    if (sent.name === nameOf(form) && isShownAgain()) remember(form);
    else if (restore(form)) {
      say(form);
      form.dispatchEvent(new Event("input", { bubbles: true }));
    }
    form.addEventListener("input", () => remember(form));
    form.addEventListener("invalid", (event) => reveal(event.target), true);
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      const sent = { name: nameOf(form), at: rememberedAt.get(form) };
      try { sessionStorage.setItem(SENT, JSON.stringify(sent)); } catch { /* then the text stays until it is too old */ }
    });
  }
}
