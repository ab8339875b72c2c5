import { text } from "./text.js";
import { reader } from "./reader.js";
import { writer } from "./writer.js";
import { away } from "./away.js";
export { tools } from "./tools.js";

export const styles = "/assets/smtp/view.css";

// preview is a mail in the list of conversations.
export function preview(message) {
  return message.content?.subject || message.body.split("\n")[0];
}

// The mailbox that is open hears of every mail.
let open = null;
let listening = false;

function listen(kit) {
  if (listening) return;
  listening = true;
  kit.on("mail", (mail) => open?.arrive(mail));
}

const failed = ["failed", "bounced", "temporary_fail"];

// openThread shows a mailbox: its mails, and the one that is read.
export function openThread({ thread, kit }) {
  const { el, request, time } = kit;
  const box = thread.person;
  const path = `/sim/mailboxes/${encodeURIComponent(box)}`;
  const mails = new Map(); // id → { mail, row }
  const lost = new Map(); // sid → li of a mail that did not arrive
  let shown = null; // id of the mail that is read
  listen(kit);

  const count = el("span", { class: "muted", role: "status" });
  const none = el("p", { class: "none" }, text.empty);
  const list = el("ol", { class: "mails" });
  const pane = el("section", { class: "reading", tabindex: "-1", "aria-label": text.choose }, el("p", { class: "none" }, text.choose));
  const write = el("button", { type: "button", class: "quiet", onclick: () => compose() }, text.write);
  const absence = away(kit, path);
  const body = el("div", { class: "mailbox-body" }, el("div", { class: "mail-list", tabindex: "-1" }, none, list), pane);
  const root = el("article", { class: "phone mailbox", "aria-label": text.mails(box) },
    kit.header(thread, count, absence.root, write), body);

  function showCount() {
    const all = [...mails.values()].map((m) => m.mail);
    count.textContent = text.count(all.length, all.filter((m) => !m.read && !m.sent).length);
    none.hidden = all.length + lost.size > 0;
  }

  function rowOf(mail) {
    const marks = [
      mail.sent && text.sentMark, mail.auto && text.autoMark, mail.spam && text.spamMark,
      mail.unsubscribed && text.unsubscribedMark, mail.files.length > 0 && text.filesMark(mail.files.length),
    ].filter(Boolean);
    const unread = !mail.read && !mail.sent;
    return el("button", { type: "button", class: unread ? "row-mail unread" : "row-mail", "aria-current": mail.id === shown ? "true" : null,
      onclick: () => show(mail.id, true) },
    el("span", { class: "mail-who" }, unread ? el("span", { class: "hidden" }, text.unreadMark + ": ") : null,
      mail.sent ? `${text.to} ${mail.to.join(", ")}` : mail.from.replace(/\s*<[^>]*>$/, "").replace(/^"|"$/g, "") || mail.from),
    el("span", { class: "mail-when" }, time(mail.at, false)),
    el("span", { class: "mail-subject" }, mail.subject || text.noSubject),
    el("span", { class: "mail-preview" }, mail.preview),
    marks.length ? el("span", { class: "mail-marks" }, ...marks.map((m) => el("span", { class: "kind" }, m))) : null);
  }

  function put(mail, atTop) {
    const known = mails.get(mail.id);
    const row = el("li", {}, rowOf(mail));
    if (known) {
      const held = known.row.contains(document.activeElement);
      known.row.replaceWith(row);
      if (held) row.firstElementChild.focus();
    } else if (atTop) list.prepend(row);
    else list.append(row);
    mails.set(mail.id, { mail, row });
    showCount();
  }

  async function show(id, focus = false) {
    const was = shown;
    shown = id;
    for (const other of [was, id]) if (mails.has(other)) put(mails.get(other).mail);
    const at = `${path}/mails/${id}`;
    const mail = await request("GET", at);
    if (shown !== id) return;
    root.classList.add("reads");
    pane.setAttribute("aria-label", mail.subject || text.noSubject);
    pane.replaceChildren(reader(kit, { mail, at, back, compose, refresh: () => show(id, true) }));
    if (focus) pane.focus();
    if (!mail.read) request("POST", at + "/read", {});
  }

  function back() {
    const id = shown;
    shown = null;
    root.classList.remove("reads");
    pane.replaceChildren(el("p", { class: "none" }, text.choose));
    if (mails.has(id)) {
      put(mails.get(id).mail);
      mails.get(id).row.firstElementChild.focus();
    }
  }

  // compose writes an answer to a mail, or a new one.
  function compose(mail, all) {
    if (!mail) {
      root.classList.add("reads");
      shown = null;
    }
    const form = writer(kit, {
      mail, all, path, done(sent) {
        kit.say(text.sentSaid);
        show(mail ? mail.id : sent.mail.id, true);
      }, cancel: () => (mail ? show(mail.id, true) : back()),
    });
    if (mail) pane.querySelector(".answer")?.remove();
    if (mail) {
      pane.querySelector(".mail-actions").after(form.root);
      pane.scrollTop = 0;
    }
    else pane.replaceChildren(form.root);
    form.focus();
  }

  async function load() {
    const state = await request("GET", path + "?limit=200");
    absence.state(state.mailbox);
    for (const mail of state.mails) put(mail, false);
    showCount();
    const first = state.mails.find((m) => !m.sent);
    if (first && window.matchMedia("(min-width: 901px)").matches) show(first.id);
  }

  open = {
    arrive(mail) {
      if (mail.box !== box.toLowerCase() || !root.isConnected) return;
      const isNew = !mails.has(mail.id);
      put(mail, true);
      if (isNew && !mail.sent) kit.say(text.arrived(mail));
      if (!isNew && mail.id === shown && !pane.querySelector(".answer")) pane.querySelector(".history")?.dispatchEvent(new CustomEvent("told", { detail: mail }));
    },
  };
  load();

  return {
    root,
    focus: () => (list.querySelector("button") || body.firstElementChild).focus(),
    state() {},
    put(message) {
      if (message.direction === "inbound") return;
      const old = lost.get(message.sid);
      if (!failed.includes(message.status)) {
        old?.remove();
        lost.delete(message.sid);
        return;
      }
      const row = el("li", { class: "lost-mail" }, el("span", { class: "badge" }, text.lost), " ",
        el("span", {}, preview(message)), " ", el("span", { class: "muted" }, `${message.status} ${message.errorCode || ""}`));
      if (old) old.replaceWith(row);
      else list.prepend(row);
      lost.set(message.sid, row);
      showCount();
    },
  };
}
