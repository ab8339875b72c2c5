import { text } from "./text.js";
import { bubble } from "./bubble.js";

// appScreen is the app on the screen: its conversation, and a box to write in.
export function appScreen(kit, act) {
  const { el, keepLow } = kit;
  const log = el("ol", { class: "log", tabindex: "0" });
  const older = el("button", { type: "button", class: "quiet", onclick: () => act("older") }, text.older);
  const typing = el("p", { class: "typing", role: "status" });
  const start = el("button", { type: "button", class: "main", onclick: () => act("start") }, text.start);
  const none = el("li", { class: "none" });
  const input = el("input", { id: "app-answer", autocomplete: "off", placeholder: text.answerPlaceholder });
  const label = el("label", { class: "hidden", for: input.id });
  const title = el("h3");
  let writes = 0;
  input.addEventListener("input", () => {
    if (!input.value || Date.now() - writes < 3000) return;
    writes = Date.now();
    act("typing", { on: true });
  });
  const writer = el("form", { class: "writer" }, label, input, el("button", { class: "main" }, text.send));
  writer.addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = input.value;
    if (!words.trim()) return;
    input.value = "";
    writes = 0;
    if (!(await act("messages", { text: words })) && !input.value) input.value = words;
    input.focus();
  });
  const head = el("div", { class: "app-bar" },
    el("button", { type: "button", onclick: () => act("home") }, text.goHome), title);
  const root = el("section", { class: "screen app" }, head, log, typing, start, writer);
  const items = new Map(); // id → li

  function draw(messages) {
    const wanted = messages.map((m, i) => {
      const id = m.id || m.key;
      const newest = i === messages.length - 1;
      const content = JSON.stringify([m, newest]);
      let item = items.get(id);
      if (item?.dataset.content !== content) {
        const fresh = el("li", { class: m.mine ? "message mine" : "message", "data-content": content }, ...bubble(kit, m, newest, act));
        if (item?.contains(document.activeElement)) queueMicrotask(() => log.focus());
        item = fresh;
        items.set(id, item);
      }
      return item;
    });
    const keep = new Set(wanted);
    for (const [id, item] of items) if (!keep.has(item)) items.delete(id);
    const all = older.hidden ? wanted : [el("li", { class: "none" }, older), ...wanted];
    if (!wanted.length) all.push(none);
    if (all.length !== log.children.length || all.some((item, i) => item !== log.children[i])) log.replaceChildren(...all);
  }

  return {
    root,
    focus: () => input.focus(),
    state(state) {
      title.textContent = state.appName;
      label.textContent = text.answerLabel(state.appName);
      log.setAttribute("aria-label", text.messagesOf(state.appName));
      root.setAttribute("aria-label", text.screenOf(state.title));
      older.hidden = !state.older;
      none.textContent = state.started ? text.empty : text.notStarted;
      start.hidden = state.started;
      typing.textContent = state.typing ? text.typing : "";
      keepLow(log, () => draw(state.messages), !items.size);
    },
  };
}
