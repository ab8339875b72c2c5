import { text } from "./text.js";
import { messageItem, updateMessage } from "./message.js";

// openThread shows a phone's text messages, with a box for the answer.
export function openThread({ thread, kit }) {
  const { el, request, keepLow } = kit;
  const person = thread.person;
  const path = `/sim/phones/${encodeURIComponent(person)}`;
  const items = new Map();
  const log = el("ol", { class: "log", tabindex: "0", "aria-label": text.messagesOf(person) });
  const blocked = el("span");
  const problem = el("p", { class: "problem", role: "alert" });
  const input = el("input", { id: "answer", autocomplete: "off", placeholder: text.answerPlaceholder });
  const showBlocked = (senders) => blocked.replaceChildren(...senders.map((s) => el("span", { class: "badge" }, text.blocked(s))));
  const send = async (words) => {
    problem.textContent = "";
    try {
      const done = await request("POST", `${path}/reply`, { text: words });
      if (!done.webhook.taken) problem.textContent = text.notTaken(done.webhook.error);
      showBlocked((await request("GET", `${path}?messages=0`)).blocked);
      return true;
    } catch (failed) {
      problem.textContent = failed.message;
      return false;
    }
  };
  const form = el("form", { class: "writer" },
    el("label", { class: "hidden", for: input.id }, text.answerLabel(person)),
    input,
    el("button", { class: "main" }, text.send),
    el("div", { class: "chips", role: "group", "aria-label": text.quick },
      ...["Yes", "STOP", "START", "HELP"].map((word) => el("button", { type: "button", onclick: () => send(word) }, word))),
    problem);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = input.value;
    if (!words.trim()) return;
    input.value = "";
    if (!(await send(words)) && !input.value) input.value = words;
    input.focus();
  });
  showBlocked(thread.blocked || []);
  if (thread.total > thread.messages.length) log.append(el("li", { class: "none" }, text.more(thread.total - thread.messages.length)));
  if (!thread.total) log.append(el("li", { class: "none" }, text.emptyPhone));
  return {
    root: el("article", { class: "phone", "aria-label": person }, kit.header(thread, blocked), log, form),
    focus: () => input.focus(),
    put(message, isNew) {
      const known = items.get(message.sid);
      keepLow(log, () => {
        if (known) return updateMessage(known, message);
        if (isNew) log.querySelector(".none")?.remove();
        const item = messageItem(message, isNew);
        items.set(message.sid, item);
        log.append(item);
        if (log.children.length > 400) log.firstElementChild.remove();
      }, !isNew);
    },
    state() {},
  };
}
