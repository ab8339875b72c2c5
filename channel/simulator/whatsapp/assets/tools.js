import { text } from "./text.js";

// tools are the panels of WhatsApp beside the threads: numbers and templates.
export function tools(kit) {
  return kit.el("div", { class: "stack-wide" }, numbersPanel(kit), templatesPanel(kit));
}

function templatesPanel({ el, request, on }) {
  const list = el("ul", { class: "plain" });
  const fill = async () => {
    const { templates } = await request("GET", "/sim/whatsapp/templates");
    list.replaceChildren(...templates.map((t) => el("li", { class: "wide" },
      el("span", {}, el("strong", {}, t.name), ` ${t.language}, ${t.status.toLowerCase()}`),
      el("span", { class: "chips" }, ...Object.entries(text.decide).filter(([status]) => status !== t.status).map(([status, words]) =>
        el("button", { type: "button", "aria-label": text.decideFor(words, t),
          onclick: () => request("POST", "/sim/whatsapp/templates/" + t.id, { status }) }, words))))));
  };
  on("whatsapp-templates", fill);
  const panel = el("details", {}, el("summary", {}, el("h2", {}, text.templates)), el("p", { class: "muted" }, text.templatesHint), list);
  panel.addEventListener("toggle", () => panel.open && fill());
  return panel;
}

function numbersPanel({ el, request, on }) {
  const list = el("ul", { class: "plain" });
  const problem = el("p", { class: "problem", role: "alert" });
  const fill = async () => {
    const { numbers } = await request("GET", "/sim/whatsapp/numbers");
    list.replaceChildren(...numbers.map((n) => el("li", {},
      el("span", {}, el("strong", {}, n.displayPhoneNumber), ` ${n.phoneNumberId}, ${n.callbackUrl || text.noCallback}`))));
  };
  const field = (name, label, required) => {
    const id = "wa-" + name;
    return [el("label", { for: id }, label), el("input", { id, name, autocomplete: "off", required })];
  };
  const form = el("form", { class: "stack" }, ...field("phoneNumberId", text.numberId, true), ...field("callbackUrl", text.callback),
    ...field("appSecret", text.appSecret), ...field("verifyToken", text.verifyToken), el("button", {}, text.numberSave), problem);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    const given = [...new FormData(form)].filter(([, value]) => value);
    try {
      await request("POST", "/sim/whatsapp/numbers", Object.fromEntries(given));
      form.reset();
    } catch (failed) {
      problem.textContent = failed.message;
    }
  });
  on("number", fill);
  const panel = el("details", {}, el("summary", {}, el("h2", {}, text.numbers)), el("p", { class: "muted" }, text.numbersHint), list, form);
  panel.addEventListener("toggle", () => panel.open && fill());
  return panel;
}
