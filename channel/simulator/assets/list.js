import { text } from "./text.js";
import { el, time } from "./dom.js";

const list = document.getElementById("threads");
const rows = new Map(); // channel and person → { root, link, unread, … }
const shown = 200;

const key = (channel, person) => `${channel} ${person}`;
export const addressOf = (channel, person) =>
  channel === "sms" ? "/phones/" + encodeURIComponent(person) : `/threads/${channel}/${encodeURIComponent(person)}`;

// fillList shows these threads, the one used last first.
export function fillList(threads, preview) {
  list.replaceChildren();
  rows.clear();
  for (const t of [...threads].reverse()) if (t.last) listMessage(t.last, { preview });
  showNone();
}

function showNone() {
  document.getElementById("no-threads").hidden = rows.size > 0;
}

// listMessage brings the thread of a message to the top, unless the message only changed.
export function listMessage(message, { preview, isNew = false, open = false } = {}) {
  const id = key(message.channel, message.person);
  let row = rows.get(id);
  if (!row) {
    row = { unread: 0, said: el("span", { class: "said" }), when: el("span", { class: "when" }), badge: el("span", { class: "count" }) };
    row.link = el("a", { href: addressOf(message.channel, message.person), "data-thread": "" },
      el("span", { class: "who" }, message.person), row.when,
      el("span", { class: "kind " + message.channel }, text.channel[message.channel] || message.channel),
      row.said, row.badge);
    row.root = el("li", {}, row.link);
    rows.set(id, row);
    list.prepend(row.root);
  } else if (isNew && list.firstElementChild !== row.root) {
    const held = row.root.contains(document.activeElement);
    list.prepend(row.root);
    if (held) row.link.focus();
  }
  if (isNew || !row.last || row.last === message.sid) {
    row.last = message.sid;
    const mine = message.direction === "inbound";
    row.said.textContent = (mine ? text.you : "") + (preview(message) || "");
    row.when.textContent = time(message.createdAt, false);
  }
  if (isNew && message.direction !== "inbound" && !open) row.unread++;
  showCount(row);
  for (const [other, old] of rows) {
    if (rows.size <= shown) break;
    if (list.lastElementChild === old.root) { old.root.remove(); rows.delete(other); }
    else break;
  }
  showNone();
}

function showCount(row) {
  row.badge.textContent = row.unread ? String(row.unread) : "";
  row.badge.title = row.unread ? text.unread(row.unread) : "";
  row.link.setAttribute("aria-description", row.unread ? text.unread(row.unread) : "");
}

// chooseRow marks the open thread, which has no unread messages.
export function chooseRow(channel, person) {
  for (const row of rows.values()) row.link.removeAttribute("aria-current");
  const row = rows.get(key(channel, person));
  if (!row) return;
  row.link.setAttribute("aria-current", "page");
  row.unread = 0;
  showCount(row);
}

export const isListed = () => rows.size > 0;
