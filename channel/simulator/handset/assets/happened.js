import { text } from "./text.js";

// happenings lists what happened on the phone, and the pushes that came, with their payloads.
export function happenings(kit) {
  const { el, time } = kit;
  const pushes = el("ol", { class: "plain pushes" });
  const lines = el("ol", { class: "plain lines" });
  const items = new Map(); // sid → li
  const happened = el("details", {}, el("summary", {}, text.happened), lines);
  const root = el("div", { class: "happened" }, happened, el("details", {}, el("summary", {}, text.pushes), pushes));
  let drawn = "";
  return {
    root,
    state(state) {
      happened.hidden = !state;
      if (!state) { root.lastElementChild.open = true; return; }
      const now = JSON.stringify(state.log);
      if (now === drawn) return;
      drawn = now;
      lines.replaceChildren(...[...state.log].reverse().map((line) => el("li", {}, el("span", { class: "muted" }, time(line.at)), " ", line.text)));
    },
    put(message) {
      const p = message.content;
      if (p?.kind !== "push") return;
      let payload = "";
      try { payload = JSON.stringify(p.payload, null, 1) || ""; } catch { payload = ""; }
      const item = el("li", {}, el("p", {}, message.body, " ", p.badge ? el("span", { class: "badge" }, text.badge(p.badge)) : null),
        el("p", { class: "facts" }, text.facts(p, time(message.createdAt)), " · ", el("span", { class: message.status }, message.status)),
        p.problem ? el("p", { class: "problem" }, text.problem(p.problem)) : null,
        payload ? el("details", {}, el("summary", {}, text.payload), el("pre", { tabindex: "0" }, payload)) : null);
      const old = items.get(message.sid);
      if (old) old.replaceWith(item);
      else pushes.prepend(item);
      items.set(message.sid, item);
      if (pushes.children.length > 100) pushes.lastElementChild.remove();
    },
  };
}
