import { text } from "./text.js";

// tools is the panel that says where people's answers go.
export function tools(kit) {
  const { el, request } = kit;
  const where = el("p", { class: "muted" });
  const list = el("ul", { class: "plain" });
  const match = el("input", { id: "route-match", required: true, autocomplete: "off", placeholder: "*@in.example.com" });
  const target = el("input", { id: "route-target", required: true, autocomplete: "off", placeholder: "127.0.0.1:2525" });
  const problem = el("p", { class: "problem", role: "alert" });
  const form = el("form", { class: "stack" }, el("label", { for: match.id }, text.routeMatch), match,
    el("label", { for: target.id }, text.routeTarget), target, el("button", {}, text.routeSave), problem);
  const fill = (routes) => list.replaceChildren(...routes.map((r) => el("li", {},
    el("span", {}, el("strong", {}, r.match), " ", r.smtp || r.url),
    el("button", { type: "button", "aria-label": text.removeRoute(r.match), onclick: async () => {
      fill((await request("DELETE", "/sim/mail/routes?match=" + encodeURIComponent(r.match))).routes);
    } }, text.remove))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    const to = target.value.trim();
    try {
      fill((await request("POST", "/sim/mail/routes", { match: match.value.trim(), ...(to.includes("://") ? { url: to } : { smtp: to }) })).routes);
      form.reset();
    } catch (failed) {
      problem.textContent = failed.message;
    }
  });
  request("GET", "/sim/mail").then((state) => {
    where.textContent = text.smtpAt(state.smtp);
    fill(state.routes);
  });
  return el("details", {}, el("summary", {}, el("h2", {}, text.routes)), el("p", { class: "muted" }, text.routesHint), where, list, form);
}
