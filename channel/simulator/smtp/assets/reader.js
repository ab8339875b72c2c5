import { text } from "./text.js";

// reader shows one mail with what can be done with it. The mail itself is in a
// frame that may run nothing.
export function reader(kit, { mail, at, back, compose, refresh }) {
  const { el, request } = kit;
  const problem = el("p", { class: "problem", role: "alert" });
  const act = (path, body) => async () => {
    problem.textContent = "";
    try {
      const done = await request("POST", at + path, body);
      const told = done?.told === null ? text.untold : done?.told || done?.target ? text.told(done.told || done) : "";
      if (told) kit.say(told);
      const failed = done?.told || done;
      if (failed && failed.taken === false) problem.textContent = text.told(failed);
      else refresh();
    } catch (failed) {
      problem.textContent = failed.message;
    }
  };
  const button = (words, onclick, attributes = {}) => el("button", { type: "button", onclick, ...attributes }, words);
  const offers = mail.unsubscribe;
  const menu = el("details", { class: "menu" }, el("summary", {}, text.more), el("div", { class: "menu-items" },
    offers.url ? el("a", { href: offers.url, target: "_blank", rel: "noopener noreferrer" }, text.unsubscribePage) : null,
    offers.mail ? button(text.unsubscribeMail, act("/unsubscribe", { how: "mail" }), { class: "quiet" }) : null,
    mail.sent || mail.spam ? null : button(text.spam, () => { if (confirm(text.spamSure)) act("/spam", {})(); }, { class: "quiet" }),
    mail.hasHtml && !mail.sent ? button(text.bot, act("/open", { bot: true }), { class: "quiet" }) : null,
    el("a", { href: at + "/raw", target: "_blank" }, text.raw)));
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { menu.open = false; menu.firstElementChild.focus(); }
  });
  const actions = el("div", { class: "mail-actions" },
    button(text.backToList, back, { class: "quiet to-list" }),
    mail.sent ? null : button(text.reply, () => compose(mail, false), { class: "main" }),
    mail.sent ? null : button(text.replyAll, () => compose(mail, true)),
    !mail.sent && offers.oneClick && !mail.unsubscribed
      ? button(text.unsubscribe, act("/unsubscribe", { how: "one-click" }), { title: text.unsubscribeHint }) : null,
    menu);

  const fact = (name, value) => (value ? [el("dt", {}, name), el("dd", {}, value)] : []);
  const facts = el("dl", { class: "mail-facts" },
    ...fact(text.from, mail.from), ...fact(text.to, mail.to.join(", ")), ...fact(text.cc, mail.cc.join(", ")),
    ...fact(text.replyTo, mail.replyTo.join(", ")),
    ...fact(text.date, new Date(mail.at).toLocaleString([], { hour12: false }) + (mail.via ? ` · ${text.via(mail.via)}` : "")));

  const body = el("div", { class: "mail-text" });
  let asText = !mail.hasHtml;
  const toggle = button("", () => { asText = !asText; fill(); }, { class: "quiet toggle" });
  function fill() {
    toggle.textContent = asText ? text.asHTML : text.asText;
    body.replaceChildren(asText
      ? el("pre", { class: "mail-plain", tabindex: "0" }, mail.text)
      : el("iframe", { sandbox: "allow-popups allow-popups-to-escape-sandbox", src: at + "/html", title: text.frameTitle(mail.subject), referrerpolicy: "no-referrer" }));
  }
  fill();

  const files = mail.files.length ? el("section", { class: "mail-files", "aria-label": text.files },
    ...mail.files.map((f, i) => el("a", { href: `${at}/files/${i}`, target: "_blank", class: "pill" },
      `${f.name || f.type}, ${text.size(f.size)}`))) : null;
  const links = (mail.links || []).length ? el("details", { class: "mail-links" }, el("summary", {}, text.links),
    el("ul", { class: "plain" }, ...mail.links.map((url) => el("li", {}, el("span", {}, url), el("span", { class: "chips" },
      button(text.follow, act("/click", { url })), button(text.followBot, act("/click", { url, bot: true }))))))) : null;
  const headers = el("details", { class: "mail-headers" }, el("summary", {}, text.headers),
    el("dl", {}, ...(mail.headers || []).flatMap(([n, v]) => [el("dt", {}, n), el("dd", {}, v)])));

  return el("div", { class: "mail" }, actions, el("h3", {}, mail.subject || text.noSubject),
    el("p", { class: "mail-marks" }, ...[mail.spam && text.spamMark, mail.unsubscribed && text.unsubscribedMark]
      .filter(Boolean).map((m) => el("span", { class: "badge" }, m))),
    facts, problem, files, body, mail.hasHtml ? toggle : null, links, history(kit, mail), headers);
}

// history lists what happened to a mail, and whether its sender was told.
function history(kit, mail) {
  const { el, time } = kit;
  const list = el("ol", { class: "plain" });
  const entry = (e) => {
    const note = e.kind === "unsubscribed" ? text.how[e.note] || e.note : e.note || "";
    const words = [time(e.at), text.event[e.kind] || e.kind, note].filter(Boolean).join(" ");
    return el("li", {}, el("span", {}, words,
      e.told ? el("span", { class: e.told.taken ? "told" : "untold" }, " · " + text.told(e.told)) : null,
      !e.told && e.kind === "complained" ? el("span", { class: "muted" }, " · " + text.untold) : null));
  };
  const fill = (m) => list.replaceChildren(...(m.history || []).map(entry));
  fill(mail);
  const root = el("details", { class: "history", open: true }, el("summary", {}, text.history), list);
  root.addEventListener("told", (event) => fill(event.detail));
  return root;
}
