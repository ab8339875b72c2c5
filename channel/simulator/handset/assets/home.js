import { text } from "./text.js";

// homeScreen is the screen with the notifications, and the app's icon with its badge.
export function homeScreen(kit, act) {
  const { el, time } = kit;
  const notices = el("ul", { class: "notices", "aria-label": text.notices });
  const badge = el("span", { class: "badge-count", "aria-hidden": "true" });
  const letter = el("span", { "aria-hidden": "true" });
  const label = el("span", { class: "icon-name", "aria-hidden": "true" });
  const icon = el("button", { type: "button", class: "icon", onclick: () => act("open") }, el("span", { class: "tile" }, letter, badge), label);
  const install = el("button", { type: "button", class: "main", onclick: () => act("install") }, text.install);
  const missing = el("p", { class: "none" });
  const root = el("section", { class: "screen home", "aria-label": text.home }, notices, missing, install, icon);
  let drawn = "";

  function notice(n) {
    return el("li", { class: "notice" },
      el("button", { type: "button", class: "banner", "aria-label": text.tapNotice(n), onclick: () => act("tap", { message: n.id }) },
        el("strong", {}, n.title || ""), el("span", { class: "when" }, time(n.at, false)), el("span", { class: "what" }, n.body)),
      el("button", { type: "button", class: "quiet", "aria-label": text.dismissNotice(n), onclick: () => act("dismiss", { message: n.id }) }, text.dismiss));
  }

  return {
    root,
    focus: () => (root.querySelector(".banner") || (icon.hidden ? install : icon)).focus(),
    state(state) {
      root.setAttribute("aria-label", text.screenOf(state.title));
      missing.textContent = state.installed ? (state.tray.length ? "" : text.noNotices) : text.notInstalled(state.appName);
      missing.hidden = !missing.textContent;
      install.hidden = state.installed;
      icon.hidden = !state.installed;
      icon.setAttribute("aria-label", text.openApp(state.appName, state.badge));
      letter.textContent = [...state.appName][0]?.toUpperCase() || "";
      label.textContent = state.appName;
      badge.textContent = state.badge > 99 ? "99+" : String(state.badge || "");
      badge.hidden = !state.badge;
      const now = JSON.stringify(state.tray);
      if (now === drawn) return;
      drawn = now;
      const held = notices.contains(document.activeElement);
      notices.replaceChildren(...[...state.tray].reverse().map(notice));
      if (held) this.focus();
    },
  };
}
