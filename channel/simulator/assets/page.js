import { text } from "./text.js";
import { el, request } from "./dom.js";
import { messageItem, updateMessage } from "./message.js";
import { startTools, onEvent } from "./tools.js";

const wanted = location.pathname.startsWith("/phones/")
  ? "+" + decodeURIComponent(location.pathname.slice("/phones/".length)).replace(/^\+/, "")
  : "";
const shown = 24; // phones on the page at once
const grid = document.getElementById("grid");
const phones = new Map(); // number → { root, log, blocked, items: Map(sid → li) }

for (const node of document.querySelectorAll("[data-text]")) node.textContent = text[node.dataset.text];
document.getElementById("phones").setAttribute("aria-label", text.phones);
document.getElementById("links").setAttribute("aria-label", text.links);
document.querySelector("aside").setAttribute("aria-label", text.tools);
if (wanted) {
  document.body.classList.add("one");
  document.title = `${wanted} · ${text.title}`;
}

function say(words) {
  document.getElementById("said").textContent = words;
}

function phoneCard(number) {
  let phone = phones.get(number);
  if (phone) return phone;
  const path = "/phones/" + encodeURIComponent(number);
  const log = el("ol", { class: "log", tabindex: "0", "aria-label": number });
  const blocked = el("span");
  const problem = el("p", { class: "problem", role: "alert" });
  const input = el("input", { id: "answer" + number, autocomplete: "off", placeholder: text.answerPlaceholder });
  const send = async (words) => {
    problem.textContent = "";
    try {
      const done = await request("POST", `/sim${path}/reply`, { text: words });
      if (!done.webhook.taken) problem.textContent = text.notTaken(done.webhook.error);
      refreshBlocked(number);
      return true;
    } catch (failed) {
      problem.textContent = failed.message;
      return false;
    }
  };
  const form = el("form", { class: "writer" },
    el("label", { class: "hidden", for: input.id }, text.answerLabel(number)),
    input,
    el("button", { class: "main" }, text.send),
    el("div", { class: "chips", role: "group", "aria-label": text.quick },
      ...["Yes", "STOP", "START", "HELP"].map((word) =>
        el("button", { type: "button", onclick: () => send(word) }, word))),
    problem);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = input.value;
    if (!words.trim()) return;
    input.value = "";
    if (!(await send(words)) && !input.value) input.value = words;
    input.focus();
  });
  const root = el("article", { class: "phone", "aria-label": number },
    el("header", {}, el("h3", {}, el("a", { href: path }, number)), blocked,
      wanted ? el("a", { href: "/", class: "muted" }, text.allPhones) : null),
    log, form);
  phone = { root, log, blocked, items: new Map() };
  phones.set(number, phone);
  grid.prepend(root);
  return phone;
}

// keepLow runs change and stays at the newest message if it was in view.
function keepLow(phone, change, always = false) {
  const log = phone.log;
  const low = always || log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  change();
  if (low) log.scrollTop = log.scrollHeight;
}

function showBlocked(phone, senders) {
  keepLow(phone, () => phone.blocked.replaceChildren(
    ...senders.map((sender) => el("span", { class: "badge" }, text.blocked(sender)))));
}

async function refreshBlocked(number) {
  const state = await request("GET", `/sim/phones/${encodeURIComponent(number)}?messages=0`);
  showBlocked(phoneCard(number), state.blocked);
}

function put(phone, message, isNew) {
  const known = phone.items.get(message.sid);
  if (known) {
    keepLow(phone, () => updateMessage(known, message));
    return;
  }
  keepLow(phone, () => {
    if (isNew) phone.log.querySelector(".none")?.remove();
    const item = messageItem(message, isNew);
    phone.items.set(message.sid, item);
    phone.log.append(item);
    if (phone.log.children.length > 200) phone.log.firstElementChild.remove();
  }, !isNew);
  if (isNew) say(message.direction === "inbound" ? text.answeredAloud(message) : text.arrived(message));
}

let hint = "";

function showEmpty() {
  document.getElementById("empty").hidden = Boolean(wanted) || phones.size > 0;
  document.getElementById("curl").textContent = hint || [
    `curl ${location.origin}/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json \\`,
    "  -u AC00000000000000000000000000000001:token \\",
    `  --data-urlencode To=+15551230001 --data-urlencode From=+15550001111 \\`,
    `  --data-urlencode "Body=Your parcel is here"`,
  ].join("\n");
}

function showLinks(links) {
  const nav = document.getElementById("links");
  nav.replaceChildren(...links.map((link) => el("a", { href: link.path }, link.text)));
  nav.hidden = !links.length;
}

async function load() {
  const catalogue = await request("GET", "/sim/catalogue");
  hint = catalogue.hint;
  showLinks(catalogue.links || []);
  const list = wanted
    ? [await request("GET", "/sim/phones/" + encodeURIComponent(wanted))]
    : (await request("GET", `/sim/phones?limit=${shown}`)).phones;
  grid.replaceChildren();
  phones.clear();
  for (const state of list.reverse()) {
    const phone = phoneCard(state.number);
    showBlocked(phone, state.blocked);
    if (state.total > state.messages.length) {
      phone.log.append(el("li", { class: "none" }, text.more(state.total - state.messages.length)));
    }
    if (!state.total) phone.log.append(el("li", { class: "none" }, text.emptyPhone));
    for (const message of state.messages) put(phone, message, false);
  }
  showEmpty();
}

function arrive(message) {
  const number = message.direction === "inbound" ? message.from : message.to;
  if (wanted && number !== wanted) return;
  const isNew = !phones.get(number)?.items.has(message.sid);
  put(phoneCard(number), message, isNew);
  showEmpty();
  // The phones that are quiet the longest make room, unless a person is typing there.
  for (const [other, phone] of phones) {
    if (phones.size <= shown) break;
    if (other === number || phone.root.contains(document.activeElement)) continue;
    phone.root.remove();
    phones.delete(other);
  }
}

function connect() {
  const pill = document.getElementById("link");
  const state = (kind, words) => { pill.className = "pill " + kind; pill.textContent = words; };
  state("", text.connecting);
  const stream = new EventSource("/sim/stream");
  stream.onopen = () => { state("on", text.live); load(); startTools(); };
  stream.onerror = () => state("off", text.offline);
  stream.addEventListener("message", (e) => { if (e.data) arrive(JSON.parse(e.data)); });
  stream.addEventListener("cleared", load);
  for (const kind of ["rules", "settings", "number"]) {
    stream.addEventListener(kind, (e) => onEvent(kind, JSON.parse(e.data)));
  }
}

document.getElementById("open").addEventListener("submit", (event) => {
  event.preventDefault();
  const number = new FormData(event.target).get("number").trim();
  location.href = "/phones/" + encodeURIComponent("+" + number.replace(/^\+/, ""));
});
document.getElementById("copy").addEventListener("click", async (event) => {
  await navigator.clipboard?.writeText(document.getElementById("curl").textContent);
  event.target.textContent = text.copied;
});
connect();
