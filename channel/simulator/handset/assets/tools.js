import { text } from "./text.js";

// tools is the panel in which phones are added and removed.
export function tools({ el, request, on }) {
  const list = el("ul", { class: "plain" });
  const problem = el("p", { class: "problem", role: "alert" });
  const show = async () => {
    const { handsets } = await request("GET", "/sim/handsets");
    list.replaceChildren(...handsets.map((h) => el("li", {},
      el("a", { href: "/threads/app/" + encodeURIComponent(h.id), "data-thread": "" }, h.title),
      el("button", { type: "button", "aria-label": text.removePhone(h.title), onclick: () => change(() => request("DELETE", "/sim/handsets/" + h.id)) }, text.remove))));
  };
  const change = async (how) => {
    problem.textContent = "";
    try {
      await how();
      await show();
      return true;
    } catch (failed) {
      problem.textContent = failed.message;
      return false;
    }
  };
  const field = (name, attributes = {}) => {
    const id = "handset-new-" + name;
    return [el("label", { for: id }, text.fields[name]), el("input", { id, name, autocomplete: "off", ...attributes })];
  };
  const platform = el("select", { id: "handset-new-platform", name: "platform" },
    ...Object.entries(text.platform).map(([value, words]) => el("option", { value }, words)));
  const form = el("form", { class: "stack" }, ...field("id", { required: true, pattern: "[a-z][a-z0-9\\-]{1,39}" }),
    el("label", { for: platform.id }, text.fields.platform), platform,
    ...field("app", { required: true, placeholder: "com.example.shop" }), ...field("server", { required: true, type: "url", placeholder: "http://127.0.0.1:8080" }),
    ...field("integration", { required: true }), ...field("keyId"), ...field("secret", { type: "password" }),
    el("button", {}, text.add), problem);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const made = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
    if (await change(() => request("POST", "/sim/handsets", made))) form.reset();
  });
  let known = new Set();
  on("thread", (t) => {
    if (t.channel !== "app" || known.has(t.person) && t.state) return;
    known.add(t.person);
    show();
  });
  show();
  return el("details", {}, el("summary", {}, el("h2", {}, text.tools)), el("p", { class: "muted" }, text.toolsHint), list, form);
}
