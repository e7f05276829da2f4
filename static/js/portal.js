// Leaving: the page disappears at once, and its entry in the history of this tab becomes that of the page left for.
for (const link of document.querySelectorAll(".leave")) {
  link.onclick = (event) => {
    event.preventDefault();
    document.title = "";
    document.body.hidden = true;
    location.replace(link.href);
  };
}

// Proposes names while somebody types, as a WAI-ARIA combobox. What is typed goes into the body of a POST only.
const set = (node, attributes) => {
  for (const name in attributes) node.setAttribute(name, attributes[name]);
  return node;
};
const make = (tag, text, attributes) => {
  const node = document.createElement(tag);
  node.textContent = text;
  return set(node, attributes);
};

for (const form of document.querySelectorAll("[data-suggest]")) {
  const input = form.elements.q;
  const list = make("ul", "", { id: "q-list", class: "suggestions", role: "listbox", "aria-label": form.dataset.list });
  const status = make("p", "", { class: "away", role: "status" });
  let asking, timer, active;

  const choose = (option) => {
    if (active) set(active, { "aria-selected": false });
    active = option;
    if (active) set(active, { "aria-selected": true }).scrollIntoView({ block: "nearest" });
    set(input, { "aria-activedescendant": active?.id ?? "" });
  };
  const show = (open) => {
    list.hidden = !open;
    set(input, { "aria-expanded": open });
    if (!open) choose();
  };
  const stop = () => {
    clearTimeout(timer);
    asking?.abort();
    show(false);
  };
  const ask = async () => {
    asking = new AbortController();
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.dataset.suggest, { method: "POST", body, signal: asking.signal, credentials: "omit" });
      const { found, status: told } = await answer.json();
      list.replaceChildren(...found.map(({ label, detail, url, lang }, n) => {
        const option = make("li", "", { id: `q-${n}`, role: "option", "aria-selected": false, "data-url": url });
        option.append(make("span", label, lang && { lang }), make("small", detail));
        return option;
      }));
      show(found.length > 0);
      status.textContent = told;
    } catch {} // stopped, or no network
  };

  input.type = "text"; // a search field may not be a combobox
  set(input, { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id });
  input.after(list);
  form.append(status);
  stop();
  input.oninput = () => {
    stop();
    status.textContent = "";
    if (input.value.trim().length > 1) timer = setTimeout(ask, 120);
  };
  input.onkeydown = (event) => {
    if (event.isComposing || !list.firstChild) return;
    if (event.key === "ArrowDown") show(true), choose(active?.nextSibling ?? list.firstChild);
    else if (event.key === "ArrowUp") show(true), choose(active?.previousSibling ?? list.lastChild);
    else if (event.key === "Enter" && active) location.assign(active.dataset.url);
    else if (event.key === "Escape" && !list.hidden) stop();
    else return;
    event.preventDefault();
  };
  input.onblur = form.onsubmit = stop;
  list.onpointerdown = (event) => event.preventDefault(); // the field keeps the focus
  list.onclick = ({ target }) => location.assign(target.closest("li").dataset.url);
}
