import { text } from "./text.js";

// bubble is what one message looks like. tap is called with what a person touches.
export function bubble(kit, message, tap) {
  const { el } = kit;
  const c = message.content || { type: "text", text: message.body };
  const parts = [];
  if (c.quote) {
    parts.push(el("blockquote", {}, el("strong", {}, text.quoteOf(c.quote.mine)), " ", c.quote.body || c.quote.id));
  }
  if (c.header?.text) parts.push(el("strong", { class: "headline" }, c.header.text));
  for (const media of [c.header?.media, c.media]) if (media) parts.push(mediaOf(kit, media));
  if (c.location) parts.push(placeOf(kit, c.location));
  if (c.contacts) parts.push(...c.contacts.map((one) => contactOf(kit, one)));
  if (c.text) parts.push(el("span", { class: "words" }, ...formatted(kit, c.text)));
  if (c.type === "order" || c.type === "unsupported") parts.push(el("em", {}, text.unsupported));
  if (c.footer) parts.push(el("small", { class: "footer" }, c.footer));
  const buttons = (c.buttons || []).map((b, i) => buttonOf(kit, b, i, tap));
  if (c.list) buttons.push(listOf(kit, c.list, tap));
  return el("div", { class: "bubble " + c.type }, ...parts, buttons.length ? el("div", { class: "buttons" }, ...buttons) : null);
}

// formatted understands *bold*, _italic_, ~struck~ and `code`, as WhatsApp does.
function formatted({ el }, words) {
  const tags = { "*": "strong", _: "em", "~": "s", "`": "code" };
  return words.split(/(\*[^*\n]+\*|_[^_\n]+_|~[^~\n]+~|`[^`\n]+`|https?:\/\/[^\s]+)/).map((part) => {
    if (/^https?:/.test(part)) return el("a", { href: part, rel: "noreferrer noopener", target: "_blank" }, part);
    if (part.length > 2 && tags[part[0]] && part.at(-1) === part[0]) return el(tags[part[0]], {}, part.slice(1, -1));
    return part;
  });
}

function mediaOf({ el }, media) {
  const kind = media.voice ? text.voice : text.kinds[media.kind] || media.kind;
  if (media.problem) return el("span", { class: "lost" }, text.lost(kind, media.problem));
  if (!media.url) return el("span", { class: "muted" }, `${kind} ${text.loading}`);
  switch (media.kind) {
    case "image": case "sticker":
      return el("img", { src: media.url, alt: media.caption || kind, class: media.kind });
    case "video":
      return el("video", { src: media.url, controls: true, preload: "metadata", "aria-label": kind });
    case "audio":
      return el("audio", { src: media.url, controls: true, preload: "metadata", "aria-label": kind });
  }
  return el("a", { href: media.url, class: "document", download: media.name || "" }, `${kind}: ${media.name || media.mimeType}`);
}

function placeOf({ el }, place) {
  return el("a", {
    class: "place", rel: "noreferrer noopener", target: "_blank",
    href: `https://www.openstreetmap.org/?mlat=${place.latitude}&mlon=${place.longitude}#map=15/${place.latitude}/${place.longitude}`,
  }, el("strong", {}, place.name || text.location), place.address ? el("span", {}, place.address) : null,
  el("small", {}, `${place.latitude}, ${place.longitude}`));
}

function contactOf({ el }, one) {
  return el("span", { class: "place" }, el("strong", {}, one.name?.formatted_name || text.contact),
    ...(one.phones || []).map((p) => el("small", {}, p.phone)));
}

function buttonOf(kit, b, index, tap) {
  const { el } = kit;
  switch (b.kind) {
    case "url":
      return el("a", { class: "tap", href: /^https?:/.test(b.value) ? b.value : null, title: b.value, rel: "noreferrer noopener", target: "_blank" }, b.text);
    case "call":
      return el("span", { class: "tap idle", title: b.value }, text.call(b.value));
    case "copy":
      return el("button", { type: "button", class: "tap", title: b.value || "", onclick: async (event) => {
        await navigator.clipboard?.writeText(b.value || "");
        kit.say(text.copied);
        event.target.textContent = `${b.text}: ${b.value}`;
      } }, b.text);
    case "flow":
      return flowOf(kit, b, index, tap);
  }
  return el("button", { type: "button", class: "tap", onclick: () => tap({ button: index }) }, b.text);
}

function flowOf({ el }, b, index, tap) {
  const box = el("textarea", { rows: "3", "aria-label": text.flowAnswer }, '{"answer": "yes"}');
  return el("details", { class: "choices" }, el("summary", { class: "tap" }, b.text), box,
    el("button", { type: "button", class: "tap", onclick: () => {
      let response = {};
      try { response = JSON.parse(box.value); } catch { response = { answer: box.value }; }
      tap({ button: index, response });
    } }, text.flowSend));
}

function listOf({ el }, list, tap) {
  const rows = list.sections.flatMap((s) => s.rows);
  return el("details", { class: "choices" }, el("summary", { class: "tap", title: text.list(rows.length) }, list.button),
    ...list.sections.flatMap((s) => [
      s.title ? el("h3", {}, s.title) : null,
      ...s.rows.map((r) => el("button", { type: "button", class: "tap row-choice", onclick: (event) => {
        event.target.closest("details").open = false;
        tap({ row: r.id });
      } }, el("span", {}, r.title), r.description ? el("small", {}, r.description) : null)),
    ]));
}

// facts is the line below a message.
export function facts(kit, message) {
  const { el, time } = kit;
  const c = message.content || {};
  const mine = message.direction === "inbound";
  const words = mine && message.status === "read" ? text.mineRead : text.status[message.status] || message.status;
  const out = el("p", { class: "facts", title: message.sid }, time(message.createdAt));
  if (!mine || message.webhooksTaken) out.append(" · ", el("span", { class: message.status }, words));
  if (message.errorCode) out.append(" · ", el("span", { class: "failed" }, text.code(message.errorCode)));
  if (c.template) out.append(" · ", text.template(c.template));
  if (message.webhookError) out.append(el("span", { class: "lost" }, text.webhookLost(message.webhookError)));
  return out;
}
