import { text } from "./text.js";

// personMenu shows who the person is, and lets that be changed.
export function personMenu(kit, path, to, fail) {
  const { el, request } = kit;
  let receiptsOn = true;
  const boxes = {
    profileName: el("input", { id: "person-name", autocomplete: "off" }),
    username: el("input", { id: "person-username", autocomplete: "off" }),
    hideNumber: el("input", { id: "person-hidden", type: "checkbox" }),
    onWhatsApp: el("input", { id: "person-on", type: "checkbox" }),
  };
  const receipts = el("input", { id: "person-receipts", type: "checkbox", checked: true });
  receipts.addEventListener("change", () => { receiptsOn = receipts.checked; });
  const ids = el("p", { class: "muted" });
  const marketing = el("button", { type: "button" });
  const number = el("input", { id: "person-number", autocomplete: "off", inputmode: "tel", placeholder: "+15551239999" });
  const call = async (where, body) => {
    fail("");
    try {
      const done = await request("POST", path + where, body);
      if (done.webhook && !done.webhook.taken) fail(text.notTaken(done.webhook.error));
    } catch (failed) {
      fail(failed.message);
    }
  };
  const row = (box, words) => el("label", { class: "row", for: box.id }, el("span", {}, words), box);
  const target = () => (to() ? { to: to() } : {});
  const root = el("details", { class: "attach person" }, el("summary", { class: "button" }, text.person),
    el("div", { class: "sheet" }, ids,
      row(boxes.profileName, text.profileName), row(boxes.username, text.username),
      row(boxes.hideNumber, text.hideNumber), row(boxes.onWhatsApp, text.onWhatsApp), row(receipts, text.receipts),
      el("button", { type: "button", onclick: () => call("", {
        profileName: boxes.profileName.value, username: boxes.username.value,
        hideNumber: boxes.hideNumber.checked, onWhatsApp: boxes.onWhatsApp.checked,
      }) }, text.save),
      marketing, row(number, text.newNumber),
      el("button", { type: "button", onclick: () => number.value ? call("/number", { number: number.value, ...target() }) : number.focus() }, text.changeNumber)));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { root.open = false; root.firstElementChild.focus(); }
  });
  let wanted = true;
  marketing.addEventListener("click", () => call("/preferences", { marketing: wanted ? "stop" : "resume", ...target() }));
  return {
    root,
    receipts: () => receiptsOn,
    state(state) {
      ids.textContent = text.userId(state.userId || "");
      wanted = state.marketing !== false;
      marketing.textContent = wanted ? text.stop : text.resume;
      if (root.contains(document.activeElement) && document.activeElement.tagName === "INPUT") return;
      boxes.profileName.value = state.profileName || "";
      boxes.username.value = state.username || "";
      boxes.hideNumber.checked = Boolean(state.hideNumber);
      boxes.onWhatsApp.checked = state.onWhatsApp !== false;
    },
  };
}
