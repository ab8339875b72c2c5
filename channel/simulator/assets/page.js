import { text } from "./text.js";
import { el, request, keepLow, time } from "./dom.js";
import { startTools, onEvent } from "./tools.js";
import { fillList, listMessage, chooseRow, addressOf, isListed } from "./list.js";
import { startClock, showClock, now } from "./clock.js";
import * as sms from "./sms.js";

const byId = (id) => document.getElementById(id);
const channels = new Map(); // channel → the module that shows its threads
const listeners = new Map(); // kind of event → functions of views
let catalogue = { providers: [] };
let current = null; // { channel, person, view, seen: Set of sids }
let turn = 0;

for (const node of document.querySelectorAll("[data-text]")) node.textContent = text[node.dataset.text];
for (const [id, label] of [["phones", text.phones], ["links", text.links], ["tools", text.tools], ["list", text.threads]]) {
  byId(id).setAttribute("aria-label", label);
}

function say(words) {
  byId("said").textContent = words;
}

// on has fn called with the data of every event of a kind.
function on(kind, fn) {
  if (!listeners.has(kind)) {
    listeners.set(kind, []);
    stream?.addEventListener(kind, (e) => dispatch(kind, e));
  }
  listeners.get(kind).push(fn);
}

function dispatch(kind, event) {
  if (!event.data) return;
  const data = JSON.parse(event.data);
  for (const fn of listeners.get(kind) || []) fn(data);
}

const kit = { el, request, say, keepLow, time, now, on, header };

// header is the head of a thread: the way back, the person, and the person's other channels.
function header(thread, ...more) {
  const phone = thread.person.startsWith("+");
  const tabs = [...channels.keys()].filter((c) => phone ? c !== "email" && c !== "app" : c === thread.channel);
  return el("header", {},
    el("a", { href: "/", class: "back", "data-thread": "" }, text.back),
    el("h2", {}, thread.person), ...more,
    tabs.length > 1 ? el("nav", { class: "tabs", "aria-label": text.tabs }, ...tabs.map((c) =>
      el("a", { href: addressOf(c, thread.person), "data-thread": "", "aria-current": c === thread.channel ? "page" : null },
        text.channel[c] || c))) : null);
}

async function loadViews() {
  channels.set("sms", sms);
  for (const provider of catalogue.providers) {
    if (channels.has(provider.channel) && channels.get(provider.channel) !== sms) continue;
    if (!provider.view) {
      if (!channels.has(provider.channel)) channels.set(provider.channel, sms);
      continue;
    }
    const module = await import(provider.view);
    if (module.styles) document.head.append(el("link", { rel: "stylesheet", href: module.styles }));
    channels.set(provider.channel, module);
  }
  byId("open-channel").replaceChildren(...[...channels.keys()].map((c) => el("option", { value: c }, text.channel[c] || c)));
}

const preview = (message) => channels.get(message.channel)?.preview?.(message) ?? message.body;

// wanted is the thread that the address names.
function wanted() {
  const parts = location.pathname.split("/").map(decodeURIComponent);
  if (parts[1] === "phones" && parts[2]) return { channel: "sms", person: "+" + parts[2].replace(/^\+/, "") };
  if (parts[1] === "threads" && parts[3]) return { channel: parts[2], person: parts[3] };
  return null;
}

// show shows what the address names.
async function show(focus = false) {
  const mine = ++turn;
  const want = wanted();
  document.body.classList.toggle("one", Boolean(want));
  document.title = want ? `${want.person} · ${text.title}` : text.title;
  if (!want) {
    current = null;
    byId("thread").replaceChildren();
    chooseRow("", "");
    showEmpty();
    if (focus) byId("phones").focus();
    return;
  }
  const thread = await request("GET", `/sim/threads/${want.channel}/${encodeURIComponent(want.person)}`);
  if (mine !== turn) return;
  thread.messages ||= [];
  const view = (channels.get(want.channel) || sms).openThread({ thread, kit });
  current = { ...want, view, seen: new Set() };
  byId("thread").replaceChildren(view.root);
  for (const message of thread.messages) {
    current.seen.add(message.sid);
    view.put(message, false);
  }
  chooseRow(want.channel, want.person);
  showEmpty();
  if (focus) (view.focus || (() => byId("phones").focus()))();
}

function go(address) {
  if (location.pathname !== new URL(address, location).pathname) history.pushState(null, "", address);
  show(true);
}

function showEmpty() {
  byId("empty").hidden = Boolean(current) || isListed();
  byId("choose").hidden = Boolean(current) || !isListed();
  byId("curl").textContent = catalogue.hint || [
    `curl ${location.origin}/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json \\`,
    "  -u AC00000000000000000000000000000001:token \\",
    `  --data-urlencode To=+15551230001 --data-urlencode From=+15550001111 \\`,
    `  --data-urlencode "Body=Your parcel is here"`,
  ].join("\n");
}

function showLinks(links) {
  const nav = byId("links");
  nav.replaceChildren(...links.map((link) => el("a", { href: link.path }, link.text)));
  nav.hidden = !links.length;
}

async function load() {
  catalogue = await request("GET", "/sim/catalogue");
  showLinks(catalogue.links || []);
  if (!channels.size) await loadViews();
  fillList((await request("GET", "/sim/threads?limit=200")).threads, preview);
  await show();
  startTools(catalogue, channels, kit);
}

const known = new Set(); // the messages seen so far, to tell new ones from changed ones

function arrive(message) {
  const isOpen = current?.channel === message.channel && current.person === message.person;
  const isNew = !known.has(message.sid) && message.createdAt === message.updatedAt;
  known.add(message.sid);
  if (known.size > 5000) known.clear();
  listMessage(message, { preview, isNew, open: isOpen });
  if (isOpen) {
    const unseen = !current.seen.has(message.sid);
    current.seen.add(message.sid);
    current.view.put(message, unseen);
    chooseRow(message.channel, message.person);
  } else {
    showEmpty();
  }
  if (isNew) say(message.direction === "inbound" ? text.answeredAloud(message, preview(message)) : text.arrived(message, preview(message)));
}

let stream;

function connect() {
  const pill = byId("link");
  const state = (kind, words) => { pill.className = "pill " + kind; pill.textContent = words; };
  state("", text.connecting);
  stream = new EventSource("/sim/stream");
  stream.onopen = () => { state("on", text.live); load(); };
  stream.onerror = () => state("off", text.offline);
  stream.addEventListener("message", (e) => { if (e.data) arrive(JSON.parse(e.data)); });
  stream.addEventListener("cleared", load);
  stream.addEventListener("thread", (e) => {
    const t = JSON.parse(e.data);
    if (current?.channel === t.channel && current.person === t.person) current.view.state(t.state);
  });
  stream.addEventListener("clock", async (e) => {
    showClock(JSON.parse(e.data));
    if (!current) return;
    const open = current;
    const t = await request("GET", `/sim/threads/${open.channel}/${encodeURIComponent(open.person)}?messages=0`);
    if (open === current && t.state) open.view.state(t.state);
  });
  for (const kind of ["rules", "settings", "number", "own-settings", "scenario"]) {
    stream.addEventListener(kind, (e) => onEvent(kind, JSON.parse(e.data)));
  }
  for (const kind of listeners.keys()) stream.addEventListener(kind, (e) => dispatch(kind, e));
}

// Links between threads change the page in place.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-thread], #home");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});
window.addEventListener("popstate", () => show(true));
byId("open").addEventListener("submit", (event) => {
  event.preventDefault();
  const channel = byId("open-channel").value;
  const person = byId("open-person").value.trim();
  go(addressOf(channel, /^[+0-9][0-9 ().-]*$/.test(person) ? "+" + person.replace(/\D/g, "") : person));
  event.target.reset();
});
byId("copy").addEventListener("click", async (event) => {
  await navigator.clipboard?.writeText(byId("curl").textContent);
  event.target.textContent = text.copied;
});

// The tools are a drawer that a button opens, and open from the start where there is room.
const narrow = window.matchMedia("(max-width: 1000px)");
function showTools(open) {
  document.body.classList.toggle("tools-open", open);
  byId("tools-button").setAttribute("aria-expanded", String(open));
  // Where the drawer lies over the page, the page behind it is out of reach.
  for (const id of ["list", "phones"]) byId(id).inert = open && narrow.matches;
}
narrow.addEventListener("change", () => showTools(false));
byId("tools-button").addEventListener("click", () => {
  showTools(!document.body.classList.contains("tools-open"));
  if (document.body.classList.contains("tools-open")) byId("tools-close").focus();
});
byId("tools-close").addEventListener("click", () => { showTools(false); byId("tools-button").focus(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && byId("tools").contains(document.activeElement)) byId("tools-close").click();
});
showTools(window.matchMedia("(min-width: 1200px)").matches);
startClock();
connect();
