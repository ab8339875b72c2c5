import { text } from "./text.js";
import { bubble, facts } from "./bubble.js";
import { writer } from "./writer.js";
import { personMenu } from "./person.js";
export { tools } from "./tools.js";

export const styles = "/assets/whatsapp/view.css";

const oneLine = (words) => (words || "").replace(/\s+/g, " ");

// preview is a message in the list of conversations.
export function preview(message) {
  const c = message.content;
  if (c?.reaction) return text.reactionFrom(message.direction === "inbound", c.reaction.emoji);
  return oneLine(message.body);
}

// openThread shows a person's chat.
export function openThread({ thread, kit }) {
  const { el, request, keepLow, now } = kit;
  const person = thread.person;
  const path = `/sim/whatsapp/people/${encodeURIComponent(person)}`;
  const items = new Map(); // sid → li
  const reactions = new Map(); // sid of the target → { mine, theirs }
  let state = thread.state || { chats: [] };
  let chosen = null; // the business number that is written to
  const log = el("ol", { class: "log", tabindex: "0", "aria-label": text.messagesOf(person) });
  const clock = el("div", { class: "window" });
  const left = el("span");
  const bar = el("progress", { max: "86400", "aria-hidden": "true" });
  const hint = el("span", { class: "hint" }, text.windowHint);
  let rest = 0;
  const shut = el("button", { type: "button", class: "quiet", onclick: () => request("POST", "/sim/clock", { advanceMs: rest * 1000 + 1000 }) }, text.windowShut);
  const typing = el("p", { class: "typing", role: "status" });
  const name = el("span", { class: "muted name" });
  const to = el("select", { id: "chat" });
  const toRow = el("label", { class: "to", for: "chat" }, text.to, " ", to);
  to.addEventListener("change", () => { chosen = to.value; tick(); });

  const write = writer(kit, person, (message) => request("POST", path + "/messages", { ...message, ...(chosen ? { to: chosen } : {}) }));
  const menu = personMenu(kit, path, () => chosen, write.fail);
  const tap = (message) => async (what) => {
    write.fail("");
    try {
      const done = await request("POST", path + "/tap", { message: message.sid, ...what });
      if (!done.webhook.taken) write.fail(text.notTaken(done.webhook.error));
    } catch (failed) {
      write.fail(failed.message);
    }
  };
  const root = el("article", { class: "phone whatsapp", "aria-label": person },
    kit.header(thread, name, menu.root), clock, log, typing, toRow, write.root);

  function actions(message) {
    const close = (event) => { event.target.closest("details").open = false; };
    const react = (emoji) => (event) => { close(event); write.attempt({ type: "reaction", reaction: { message_id: message.sid, emoji } }); };
    const sheet = el("details", { class: "actions" }, el("summary", { title: text.actions, "aria-label": text.actions }, "\u22ef"),
      el("div", { class: "sheet" },
        el("button", { type: "button", onclick: (event) => { close(event); write.quote(message, oneLine(message.body)); } }, text.reply),
        el("h3", {}, text.react),
        ...text.reactions.map(([words, emoji]) => el("button", { type: "button", class: "quiet", onclick: react(emoji) }, words)),
        el("button", { type: "button", class: "quiet", onclick: react("") }, text.takeBack)));
    sheet.addEventListener("toggle", () => sheet.open && sheet.lastElementChild.scrollIntoView({ block: "nearest" }));
    sheet.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { sheet.open = false; sheet.firstElementChild.focus(); }
    });
    return sheet;
  }

  function fill(item, message) {
    const open = item.querySelector(".choices[open]") || item.querySelector(".actions[open]");
    if (open && item.dataset.content === JSON.stringify(message.content)) {
      item.querySelector(".facts").replaceWith(facts(kit, message));
      return;
    }
    item.dataset.content = JSON.stringify(message.content);
    item.replaceChildren(el("div", { class: "line" }, bubble(kit, message, tap(message)), actions(message)), facts(kit, message));
    decorate(message.sid);
  }

  function decorate(sid) {
    const item = items.get(sid);
    const given = reactions.get(sid);
    if (!item || !given) return;
    item.querySelector(".reactions")?.remove();
    const shown = [[true, given.mine], [false, given.theirs]].filter(([, emoji]) => emoji);
    if (shown.length) {
      item.querySelector(".line").append(el("span", { class: "reactions" }, ...shown.map(([mine, emoji]) =>
        el("span", { title: text.reactionFrom(mine, emoji) }, emoji))));
    }
  }

  // Whoever looks at the chat reads it.
  let reading = false;
  function read() {
    if (reading || !menu.receipts() || document.visibilityState !== "visible") return;
    reading = true;
    setTimeout(() => {
      reading = false;
      if (root.isConnected) request("POST", path + "/read", {}).catch(() => {});
    }, 700);
  }

  function tick() {
    if (!root.isConnected && clock.childElementCount) return clearInterval(timer);
    const chat = state.chats.find((c) => c.phoneNumberId === chosen) || state.chats[0];
    rest = chat?.openUntil ? Math.floor((chat.openUntil - now()) / 1000) : 0;
    const open = rest > 0;
    clock.className = "window " + (open ? "open" : "closed");
    if (open) {
      const two = (n) => String(n).padStart(2, "0");
      left.textContent = text.windowOpen(`${Math.floor(rest / 3600)}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`);
      bar.value = rest;
    } else {
      left.textContent = chat?.openUntil ? text.windowClosed : text.windowNever;
    }
    const parts = open ? [left, bar, shut] : [left, hint];
    if (parts.some((part, i) => clock.children[i] !== part) || clock.children.length !== parts.length) clock.replaceChildren(...parts);
    const types = chat && chat.typingUntil > now();
    const words = types ? text.typing(chat.name) : "";
    if (typing.textContent !== words) typing.textContent = words;
  }

  function showState(given) {
    if (!given) return;
    state = given;
    name.textContent = [state.profileName, state.username ? "@" + state.username : "", state.hideNumber ? text.hideNumber.toLowerCase() : ""]
      .filter(Boolean).join(", ");
    menu.state(state);
    if (state.chats.every((c) => c.phoneNumberId !== chosen)) chosen = state.chats[0]?.phoneNumberId || null;
    to.replaceChildren(...state.chats.map((c) => el("option", { value: c.phoneNumberId, selected: c.phoneNumberId === chosen },
      `${c.name}, ${c.displayPhoneNumber}`)));
    toRow.hidden = state.chats.length < 2;
    tick();
  }

  const timer = setInterval(tick, 1000);
  if (thread.total > thread.messages.length) log.append(el("li", { class: "none" }, text.more(thread.total - thread.messages.length)));
  if (!thread.total) log.append(el("li", { class: "none" }, text.empty));
  for (const m of thread.messages) if (m.direction !== "inbound" && m.content?.phoneNumberId) chosen = m.content.phoneNumberId;
  showState(state);

  return {
    root,
    focus: write.focus,
    state: showState,
    put(message, isNew) {
      const mine = message.direction === "inbound";
      const reaction = message.content?.reaction;
      if (reaction) {
        const given = reactions.get(reaction.message_id) || {};
        given[mine ? "mine" : "theirs"] = reaction.emoji;
        reactions.set(reaction.message_id, given);
        decorate(reaction.message_id);
        if (!mine && message.status === "delivered") read();
        return;
      }
      keepLow(log, () => {
        let item = items.get(message.sid);
        if (!item) {
          if (isNew) log.querySelector(".none")?.remove();
          item = el("li", { class: ["message", mine && "mine", isNew && "new"].filter(Boolean).join(" ") });
          items.set(message.sid, item);
          log.append(item);
          if (!mine && message.content?.phoneNumberId && isNew) chosen = to.value = message.content.phoneNumberId;
          if (log.children.length > 400) log.firstElementChild.remove();
        }
        fill(item, message);
      }, !isNew);
      if (!mine && message.status === "delivered") read();
      tick();
    },
  };
}
