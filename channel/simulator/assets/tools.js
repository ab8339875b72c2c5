import { text, faults } from "./text.js";
import { el, request } from "./dom.js";
import { startScenario, showScenario } from "./scenario.js";

const byId = (id) => document.getElementById(id);
let catalogue = { providers: [] };
let started = false;

// startTools fills the panels beside the threads.
export async function startTools(given, channels, kit) {
  catalogue = given;
  const [rules, settings, numbers] = await Promise.all(
    ["rules", "settings", "numbers"].map((name) => request("GET", "/sim/" + name)));
  showRules(rules.rules);
  showSettings(byId("settings"), "/sim/settings", settings);
  showSenders(numbers.numbers);
  await showOwn();
  startScenario();
  if (started) return;
  started = true;
  fillProviders();
  byId("fault-buttons").setAttribute("aria-label", text.faultButtons);
  byId("fault-buttons").replaceChildren(...faults.map(([name, rule]) =>
    el("button", { type: "button", onclick: () => addRule(rule) }, name)));
  byId("clear-rules").addEventListener("click", () => request("DELETE", "/sim/rules"));
  byId("clear").addEventListener("click", () => {
    if (confirm(text.clearSure)) request("DELETE", "/sim/messages");
  });
  byId("sender").addEventListener("submit", saveSender);
  for (const module of new Set(channels.values())) {
    const panel = module.tools?.(kit);
    if (panel) byId("own").append(panel);
  }
}

// onEvent shows what somebody changed, here or elsewhere.
export async function onEvent(kind, value) {
  if (kind === "rules") showRules(value.rules);
  if (kind === "settings") showSettings(byId("settings"), "/sim/settings", value);
  if (kind === "number") showSenders((await request("GET", "/sim/numbers")).numbers);
  if (kind === "scenario") showScenario(value);
  if (kind === "own-settings") {
    const form = byId("own-" + value.provider);
    if (form) showSettings(form, `/sim/${value.provider}/settings`, value.settings);
  }
}

function fillProviders() {
  const providers = catalogue.providers;
  const options = () => providers.map((p) => el("option", { value: p.name }, p.title));
  byId("fault-provider").replaceChildren(el("option", { value: "" }, text.anyProvider), ...options());
  byId("magic-provider").replaceChildren(...options());
  const magic = () => byId("magic").replaceChildren(...providers.find((p) => p.name === byId("magic-provider").value)
    .recipients.map((r) => el("tr", {}, el("td", {}, "…" + r.suffix), el("td", {}, r.outcome))));
  byId("magic-provider").addEventListener("change", magic);
  byId("fault-provider").addEventListener("change", fillActions);
  byId("fault-form").addEventListener("submit", (event) => { event.preventDefault(); addChosen(); });
  magic();
  fillActions();
}

// fillActions offers what a rule can do with the chosen provider.
function fillActions() {
  const chosen = byId("fault-provider").value;
  const actions = new Map();
  for (const p of catalogue.providers) {
    if (!chosen || p.name === chosen) for (const a of p.actions) actions.set(a.name, actions.get(a.name) || a);
  }
  const does = el("p", { class: "muted", id: "fault-does" });
  const select = el("select", { id: "fault-action", "aria-describedby": "fault-does" },
    ...[...actions.keys()].map((name) => el("option", {}, name)));
  const code = el("input", { id: "fault-code", type: "number", min: "0" });
  const codeRow = el("label", { class: "row", for: "fault-code" }, el("span", {}, text.faultCode), code);
  const count = el("input", { id: "fault-count", type: "number", min: "0", value: "1" });
  const show = () => {
    const action = actions.get(select.value);
    does.textContent = action?.does || "";
    codeRow.hidden = !action?.params.includes("code");
    code.value = "";
  };
  select.addEventListener("change", show);
  byId("fault-form").replaceChildren(
    el("label", { class: "row", for: "fault-action" }, el("span", {}, text.faultAction), select), does, codeRow,
    el("label", { class: "row", for: "fault-count" }, el("span", {}, text.faultCount), count),
    el("button", {}, text.faultAdd), el("p", { class: "problem", role: "alert" }));
  show();
}

async function addChosen() {
  const problem = byId("fault-form").querySelector(".problem");
  problem.textContent = "";
  const rule = { action: byId("fault-action").value };
  if (Number(byId("fault-count").value)) rule.count = Number(byId("fault-count").value);
  if (Number(byId("fault-code").value)) rule.params = { code: Number(byId("fault-code").value) };
  try {
    await addRule(rule);
  } catch (failed) {
    problem.textContent = failed.message;
  }
}

function addRule(rule) {
  const to = byId("fault-to").value.trim();
  const provider = byId("fault-provider").value;
  const match = {};
  if (to && to !== "*") match.to = to;
  if (provider) match.provider = provider;
  return request("POST", "/sim/rules", { ...rule, match });
}

function showRules(rules) {
  byId("rules").replaceChildren(...rules.map((r) => el("li", {}, el("span", {}, text.rule(r)),
    el("button", { type: "button", "aria-label": text.removeRule(r), onclick: () => request("DELETE", "/sim/rules/" + r.id) },
      text.remove))));
  byId("clear-rules").hidden = rules.length < 2;
}

const choices = {
  signature: ["good", "wrong", "with-port", "without-port"], windowIn: ["webhook", "answer"], review: ["approve", "reject", "wait"],
  auth: ["offered", "required", "off"], proof: ["hmac", "secret", "both"], format: ["json", "form"], algorithm: ["HS256", "HS384", "HS512"],
};

// showOwn shows the settings of every provider that has some.
async function showOwn() {
  for (const p of catalogue.providers) {
    if (!p.settings) continue;
    const settings = await request("GET", p.settings);
    let form = byId("own-" + p.name);
    if (!form) {
      form = el("form", { id: "own-" + p.name, class: "settings" });
      byId("own").prepend(el("details", {}, el("summary", {}, el("h2", {}, p.title)), form));
    }
    showSettings(form, p.settings, settings);
  }
}

function showSettings(form, path, settings) {
  const focus = document.activeElement?.id;
  const words = text.settings[form.id.replace("own-", "")] || text.settings;
  form.replaceChildren(...Object.entries(settings).map(([name, value]) => {
    const id = `set-${form.id}-${name}`;
    const input = choices[name]
      ? el("select", { id }, ...choices[name].map((s) => el("option", { selected: s === value }, s)))
      : typeof value === "boolean"
        ? el("input", { id, type: "checkbox", checked: value })
        : typeof value === "number" ? el("input", { id, type: "number", min: "0", value }) : el("input", { id, value });
    input.addEventListener("change", () => request("POST", path, {
      [name]: input.type === "checkbox" ? input.checked : input.type === "number" ? Number(input.value) : input.value,
    }));
    return el("label", { class: "row", for: id }, el("span", {}, words[name] || name), input);
  }));
  if (focus?.startsWith("set-" + form.id)) byId(focus)?.focus();
}

function showSenders(numbers) {
  byId("senders").replaceChildren(...numbers.map((n) => el("li", {},
    el("span", {}, el("strong", {}, n.number), " ", n.smsUrl || text.noWebhook))));
}

async function saveSender(event) {
  event.preventDefault();
  const form = event.target;
  const problem = form.querySelector(".problem");
  problem.textContent = "";
  try {
    await request("POST", "/sim/numbers", Object.fromEntries(new FormData(form)));
    form.reset();
  } catch (failed) {
    problem.textContent = failed.message;
  }
}
