import { text } from "./text.js";

// away turns the answer in absence of a mailbox on and off.
export function away(kit, path) {
  const { el, request } = kit;
  const words = el("textarea", { id: "away-words", rows: "3" }, text.awayDefault);
  const summary = el("summary", {}, text.away);
  const problem = el("p", { class: "problem", role: "alert" });
  const stop = el("button", { type: "button", class: "quiet", onclick: () => save("") }, text.awayStop);
  const form = el("form", { class: "stack menu-items" }, el("label", { class: "stack", for: words.id }, text.awayLabel, words),
    el("div", { class: "chips" }, el("button", { class: "main" }, text.awaySave), stop), problem);
  const root = el("details", { class: "menu" }, summary, form);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { root.open = false; summary.focus(); }
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); save(words.value.trim() || text.awayDefault); });

  async function save(absent) {
    problem.textContent = "";
    try {
      state(await request("POST", path, { absent }));
      root.open = false;
      summary.focus();
    } catch (failed) {
      problem.textContent = failed.message;
    }
  }

  function state(mailbox) {
    summary.textContent = mailbox.absent ? text.awayOn : text.away;
    stop.hidden = !mailbox.absent;
    if (mailbox.absent) words.value = mailbox.absent;
  }
  return { root, state };
}
