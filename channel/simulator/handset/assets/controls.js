import { text } from "./text.js";

// controls is what a person does with the phone besides looking at it.
export function controls(kit, act, person) {
  const { el } = kit;
  const id = (name) => `handset-${name}`;
  const user = el("input", { id: id("user"), autocomplete: "off", required: true, placeholder: person.split("-")[0] });
  const login = el("form", { class: "stack" }, el("label", { for: user.id }, text.loginAs), user, el("button", {}, text.login));
  login.addEventListener("submit", (event) => { event.preventDefault(); act("login", { userId: user.value.trim() }); });
  const mode = el("select", { id: id("mode") }, ...Object.entries(text.logoutModes).map(([value, words]) => el("option", { value }, words)));
  const logout = el("form", { class: "stack" }, el("label", { for: mode.id }, text.logout), mode, el("button", {}, text.logout.split(",")[0]));
  logout.addEventListener("submit", (event) => { event.preventDefault(); act("logout", { push: mode.value }); });
  const box = (name, words, send) => {
    const input = el("input", { id: id(name), type: "checkbox" });
    input.addEventListener("change", async () => { if (!(await send(input.checked))) input.checked = !input.checked; });
    return { input, row: el("label", { class: "row", for: input.id }, el("span", {}, words), input) };
  };
  const allow = box("allow", text.allow, (on) => act("allow", { on }));
  const network = box("network", text.network, (on) => act("network", { on }));
  const proactive = box("proactive", text.proactive, (on) => act("proactive", { proactive: on }));
  const start = el("button", { type: "button", onclick: () => act("start") }, text.start);
  const remove = el("button", { type: "button", class: "quiet", onclick: () => act("uninstall") }, text.uninstall);
  const ids = el("p", { class: "muted ids" });
  const ofApp = el("div", { class: "stack" }, allow.row, login, logout, proactive.row, start, remove);
  const root = el("details", { class: "attach" }, el("summary", { class: "button" }, text.phone),
    el("div", { class: "sheet" }, ids, network.row, ofApp));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { root.open = false; root.firstElementChild.focus(); }
  });
  return {
    root,
    state(state) {
      ids.textContent = text.device(state);
      ofApp.hidden = !state.installed;
      allow.input.checked = state.allowed;
      network.input.checked = state.network;
      proactive.input.checked = state.proactive;
      login.hidden = Boolean(state.user);
      logout.hidden = !state.user;
      start.hidden = state.started;
    },
  };
}
