// Django's forms leave some fields without a name for those who hear a page. They are drawn by its own scripts, so
// they get their names when those are done, and again where a row is added.

const PARTS = ".select2 :is([role=combobox], [role=textbox], [role=searchbox])";

function nameFields(within) {
  for (const select of within.querySelectorAll("select.admin-autocomplete")) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const name = label ? label.textContent.replace(/:\s*$/, "").trim() : columnOf(select);
    for (const part of select.parentElement.querySelectorAll(PARTS)) {
      part.setAttribute("aria-label", name);
    }
  }
  for (const icon of within.querySelectorAll("span.help-tooltip[aria-label]")) icon.setAttribute("role", "img");
}

// The title of the column in which a field of a row stands.
function columnOf(field) {
  const cell = field.closest("td");
  const title = cell && cell.closest("table").querySelectorAll("thead th")[cell.cellIndex];
  return title ? title.textContent.trim() : "";
}

// A table's title without words: of the column that names the record, and of one that no row has.
for (const title of document.querySelectorAll("th.original")) {
  title.innerHTML = '<span class="visually-hidden">Record</span>';
}
for (const title of document.querySelectorAll("thead th:empty")) title.hidden = true;
// The cross that empties a field of several would stand in a list without being of it; each entry has one of its own.
for (const select of document.querySelectorAll("select.admin-autocomplete[multiple]")) {
  select.dataset.allowClear = "false";
}
addEventListener("load", () => setTimeout(() => nameFields(document)));
document.addEventListener("formset:added", (event) => setTimeout(() => nameFields(event.target)));
