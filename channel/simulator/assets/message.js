import { text } from "./text.js";
import { el, time } from "./dom.js";

// messageItem is one message on a phone.
export function messageItem(message, isNew) {
  const mine = message.direction === "inbound";
  const auto = message.direction === "outbound-reply";
  const item = el("li", { class: ["message", mine && "mine", auto && "auto", isNew && "new"].filter(Boolean).join(" ") },
    el("div", { class: "bubble" }, message.body, ...(message.media || []).map(attachment)),
    el("p", { class: "facts" }));
  updateMessage(item, message);
  return item;
}

function attachment(media) {
  if ((media.contentType || "image/").startsWith("image/") && /^https?:/.test(media.url)) {
    return el("img", { src: media.url, alt: text.attachment(media.contentType || "image"), loading: "lazy" });
  }
  return el("a", { href: /^https?:/.test(media.url) ? media.url : null, rel: "noreferrer noopener", target: "_blank" },
    text.attachment(media.contentType));
}

// updateMessage shows the state that a message has now.
export function updateMessage(item, message) {
  const facts = item.querySelector(".facts");
  const mine = message.direction === "inbound";
  const words = [
    time(message.createdAt),
    mine ? text.to(message.to) : text.from(message.from),
    message.encoding ? `${text.parts(message.parts)} ${message.encoding.replace("-", "\u2011")}` : "MMS",
  ];
  if (message.direction === "outbound-reply") words[2] = text.byProvider;
  const state = mine && !message.webhooksTaken
    ? null
    : el("span", { class: message.status }, text.status[message.status] || message.status);
  facts.title = message.sid;
  facts.replaceChildren(words.join(" · "));
  if (state && message.direction !== "outbound-reply") facts.append(" · ", state);
  if (message.errorCode) facts.append(" · ", el("span", { class: "failed" }, text.code(message.errorCode)));
  if (message.webhookError) facts.append(el("span", { class: "lost" }, text.webhookLost(message.webhookError)));
}
