// data-counter-for: counts down what still fits into a text field.
export function counters(root) {
  for (const note of root.querySelectorAll("[data-counter-for]")) {
    const field = document.getElementById(note.dataset.counterFor);
    const limit = Number(field?.dataset.counter);
    if (!limit) continue;
    const show = () => { note.textContent = `${limit - field.value.length} ${note.dataset.words}`; };
    field.addEventListener("input", show);
    show();
  }
}
