import { text } from "./text.js";

const isWeb = (url) => /^https?:/.test(url || "");

// bubble shows one message of the conversation, with its buttons. Quick replies are
// those of the newest message only: a conversation goes on.
export function bubble(kit, m, newest, act) {
  const { el, time } = kit;
  const press = (item, action) => () => act("press", item === null ? { message: m.id, action } : { message: m.id, item, action });
  const shown = (a) => newest || a.type !== "reply";
  const buttons = (list, item) => (list?.some(shown)
    ? el("div", { class: "chips" }, ...list.map((a, i) => shown(a) && el("button", { type: "button", class: a.type === "reply" ? "reply" : null, onclick: press(item, i) }, a.text || a.type)))
    : null);
  const media = (url, alt) => (isWeb(url)
    ? m.type === "file" ? el("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, alt || url) : el("img", { src: url, alt: alt || m.type, loading: "lazy" })
    : null);
  const card = (c, i) => el("div", { class: "card-item" }, media(c.mediaUrl, c.title), el("strong", {}, c.title), el("p", {}, c.description || ""), buttons(c.actions, i));
  const words = [m.name && !m.mine ? m.name : null, m.at ? time(m.at) : text.pending].filter(Boolean).join(" · ");
  return [
    el("div", { class: "bubble" }, m.text || (m.mediaUrl || m.items?.length ? "" : `[${m.type}]`), media(m.mediaUrl, m.altText),
      ...(m.items || []).map(card)),
    m.mine ? null : buttons(m.actions, null),
    el("p", { class: "facts" }, words),
  ].filter(Boolean);
}
