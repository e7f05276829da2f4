// Proposes names while somebody types (the WAI-ARIA combobox pattern). Without it the form works as it stands.
// What is typed goes into the body of a POST, never into an address.
for (const form of document.querySelectorAll("[data-suggest]")) {
  const input = form.elements.q;
  const make = (tag, fields, attributes) => {
    const made = Object.assign(document.createElement(tag), fields);
    for (const name in attributes) made.setAttribute(name, attributes[name]);
    return made;
  };
  const list = make("ul", { id: "q-list", className: "suggestions", hidden: true }, {
    role: "listbox", "aria-label": form.querySelector("label").textContent,
  });
  const status = make("p", { className: "away" }, { role: "status" });
  let asking, timer, active;

  input.type = "text"; // a search field may not be a combobox
  for (const pair of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id],
    ["aria-expanded", false]]) input.setAttribute(...pair);
  input.parentElement.append(list);
  form.append(status);

  const choose = (option) => {
    active?.setAttribute("aria-selected", false);
    active = option;
    active?.setAttribute("aria-selected", true);
    active?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", active?.id ?? "");
  };
  const show = (open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", open);
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
      const answer = await fetch(form.dataset.suggest, {
        method: "POST", body: new URLSearchParams(new FormData(form)), signal: asking.signal,
        cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer",
      });
      const { found, status: told } = await answer.json();
      list.replaceChildren(...found.map(({ label, detail, url, lang }, index) => {
        const option = make("li", { id: `q-${index}` }, { role: "option", "aria-selected": false, "data-url": url });
        option.append(make("span", { textContent: label }, lang && { lang }), make("small", { textContent: detail }));
        return option;
      }));
      show(found.length > 0);
      status.textContent = told;
    } catch {} // stopped, or no network: the button is still there
  };
  input.oninput = () => {
    stop();
    status.textContent = "";
    if (input.value.trim().length > 1) timer = setTimeout(ask, 120);
  };
  input.onkeydown = (event) => {
    const { firstChild: first, lastChild: last } = list;
    if (event.isComposing || !first) return;
    if (event.key === "ArrowDown") show(true), choose(active?.nextSibling ?? first);
    else if (event.key === "ArrowUp") show(true), choose(active?.previousSibling ?? last);
    else if (event.key === "Enter" && active) location.assign(active.dataset.url);
    else if (event.key === "Escape" && !list.hidden) stop();
    else return;
    event.preventDefault();
  };
  input.onblur = form.onsubmit = stop;
  list.onpointerdown = (event) => event.preventDefault(); // the field keeps the focus
  list.onclick = ({ target }) => location.assign(target.closest("li").dataset.url);
}
