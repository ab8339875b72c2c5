import { text } from "./text.js";
import { homeScreen } from "./home.js";
import { appScreen } from "./app.js";
import { controls } from "./controls.js";
import { happenings } from "./happened.js";
export { tools } from "./tools.js";

export const styles = "/assets/handset/view.css";

// preview is a message or a push in the list of conversations.
export const preview = (message) => (message.body || "").replace(/\s+/g, " ");

// openThread shows a phone with an app, or what came for a token that is no phone's.
export function openThread({ thread, kit }) {
  const { el, request } = kit;
  const path = `/sim/handsets/${encodeURIComponent(thread.person)}`;
  const problem = el("p", { class: "problem", role: "alert" });
  const name = el("span", { class: "muted name" });
  const log = happenings(kit);
  // act has the person do something. It says whether that was possible.
  const act = async (what, body = {}) => {
    problem.textContent = "";
    try {
      const done = await request("POST", `${path}/${what}`, body);
      if (done.link) window.open(done.link, "_blank", "noopener,noreferrer");
      return true;
    } catch (failed) {
      problem.textContent = failed.message;
      return false;
    }
  };
  const home = homeScreen(kit, act);
  const app = appScreen(kit, act);
  const menu = controls(kit, act, thread.person);
  const bare = el("p", { class: "none bare" }, text.noApp);
  const root = el("article", { class: "phone handset", "aria-label": thread.person },
    kit.header(thread, name, menu.root), bare, home.root, app.root, problem, log.root);
  let shown = null;

  function show(state) {
    const opened = state?.foreground && !shown?.foreground;
    const closed = shown?.foreground && !state?.foreground;
    const held = root.contains(document.activeElement);
    shown = state || null;
    bare.hidden = Boolean(state);
    home.root.hidden = !state || state.foreground;
    app.root.hidden = !state?.foreground;
    menu.root.hidden = !state;
    log.state(state);
    if (!state) return;
    name.textContent = [text.platform[state.platform], state.user ? text.as(state.user) : text.anonymous, text.connection(state)].join(", ");
    menu.state(state);
    home.state(state);
    app.state(state);
    if (opened && held) app.focus();
    if (closed && held) home.focus();
  }

  show(thread.state);
  return {
    root,
    focus: () => (shown?.foreground ? app.focus() : home.focus()),
    state: show,
    put: (message) => log.put(message),
  };
}
