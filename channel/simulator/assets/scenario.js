import { text } from "./text.js";
import { el, request } from "./dom.js";

const root = document.getElementById("scenario");
let parts = null;

// startScenario fills the panel that records and replays.
export async function startScenario() {
  if (!parts) build();
  showScenario(await request("GET", "/sim/scenario"));
}

function build() {
  const problem = el("p", { class: "problem", role: "alert" });
  const guarded = (fn) => async () => {
    problem.textContent = "";
    try {
      showScenario(await fn());
    } catch (failed) {
      problem.textContent = failed.message;
    }
  };
  const record = el("button", { type: "button", onclick: guarded(() =>
    request(parts.recording ? "DELETE" : "POST", "/sim/scenario/recording")) });
  const save = el("a", { href: "/sim/scenario/recording", download: "scenario.json" }, text.download);
  const file = el("input", { type: "file", id: "scenario-file", accept: "application/json,.json" });
  const pace = el("select", { id: "scenario-pace" }, ...Object.entries(text.paces).map(([value, words]) => el("option", { value }, words)));
  const play = el("button", { type: "button", onclick: guarded(async () => {
    if (parts.running) return request("DELETE", "/sim/scenario/replay");
    if (!file.files[0]) { file.focus(); throw new Error(text.chooseFile); }
    return request("POST", "/sim/scenario/replay", { pace: pace.value, scenario: JSON.parse(await file.files[0].text()) });
  }) });
  parts = { record, save, play, said: el("p", { class: "muted", role: "status" }), list: el("ul", { class: "plain" }) };
  root.replaceChildren(el("p", { class: "muted" }, text.scenarioHint), record, save,
    el("label", { for: file.id }, text.scenarioFile), file,
    el("label", { class: "row", for: pace.id }, el("span", {}, text.pace), pace), play, parts.said, parts.list, problem);
}

// showScenario shows whether something is recorded or replayed.
export function showScenario(state) {
  if (!parts) build();
  parts.recording = state.recording;
  parts.running = state.replay.running;
  parts.record.textContent = state.recording ? text.stopRecording(state.events) : text.startRecording;
  parts.record.classList.toggle("main", state.recording);
  parts.save.hidden = !state.events;
  parts.play.textContent = state.replay.running ? text.stopReplay : text.startReplay;
  const r = state.replay;
  const words = r.total ? text.replayed(r) : "";
  if (parts.said.textContent !== words) parts.said.textContent = words;
  parts.list.replaceChildren(...(r.problems || []).slice(-20).map((p) => el("li", { class: "problem" }, p)));
}
