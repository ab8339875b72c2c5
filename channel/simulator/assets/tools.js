import { text, faults } from "./text.js";
import { el, request } from "./dom.js";

const byId = (id) => document.getElementById(id);
let started = false;

// startTools fills the panels beside the phones.
export async function startTools() {
  const [rules, settings, numbers] = await Promise.all(
    ["rules", "settings", "numbers"].map((name) => request("GET", "/sim/" + name)));
  showRules(rules.rules);
  showSettings(settings);
  showSenders(numbers.numbers);
  if (started) return;
  started = true;
  const catalogue = await request("GET", "/sim/catalogue");
  byId("magic").replaceChildren(...catalogue.recipients.map((r) =>
    el("tr", {}, el("td", {}, "…" + r.suffix), el("td", {}, r.outcome))));
  byId("fault-buttons").setAttribute("aria-label", text.faultButtons);
  byId("fault-buttons").replaceChildren(...faults.map(([name, rule]) =>
    el("button", { type: "button", onclick: () => addRule(rule) }, name)));
  byId("clear-rules").addEventListener("click", () => request("DELETE", "/sim/rules"));
  byId("clear").addEventListener("click", () => {
    if (confirm(text.clearSure)) request("DELETE", "/sim/messages");
  });
  byId("sender").addEventListener("submit", saveSender);
}

// onEvent shows what somebody changed, here or elsewhere.
export async function onEvent(kind, value) {
  if (kind === "rules") showRules(value.rules);
  if (kind === "settings") showSettings(value);
  if (kind === "number") showSenders((await request("GET", "/sim/numbers")).numbers);
}

function addRule(rule) {
  const to = byId("fault-to").value.trim();
  return request("POST", "/sim/rules", { ...rule, match: to && to !== "*" ? { to } : {} });
}

function showRules(rules) {
  byId("rules").replaceChildren(...rules.map((r) => el("li", {}, el("span", {}, text.rule(r)),
    el("button", { type: "button", "aria-label": text.removeRule(r), onclick: () => request("DELETE", "/sim/rules/" + r.id) },
      text.remove))));
  byId("clear-rules").hidden = rules.length < 2;
}

const signatures = ["good", "wrong", "with-port", "without-port"];

function showSettings(settings) {
  const focus = document.activeElement?.id;
  byId("settings").replaceChildren(...Object.entries(settings).map(([name, value]) => {
    const id = "set-" + name;
    const input = name === "signature"
      ? el("select", { id }, ...signatures.map((s) => el("option", { selected: s === value ? "" : null }, s)))
      : typeof value === "boolean"
        ? el("input", { id, type: "checkbox", checked: value ? "" : null })
        : el("input", { id, type: "number", min: "0", value });
    input.addEventListener("change", () => request("POST", "/sim/settings", {
      [name]: input.type === "checkbox" ? input.checked : input.type === "number" ? Number(input.value) : input.value,
    }));
    return el("label", { class: "row", for: id }, el("span", {}, text.settings[name] || name), input);
  }));
  if (focus?.startsWith("set-")) byId(focus)?.focus();
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
