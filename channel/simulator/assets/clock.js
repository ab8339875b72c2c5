import { text } from "./text.js";
import { el, request } from "./dom.js";

let offset = 0;
const shown = el("time", { class: "now", title: text.clockTitle });
const reset = el("button", { type: "button", class: "quiet", hidden: true, onclick: () => move({ offsetMs: 0 }) }, text.clockReset);

function move(change) {
  return request("POST", "/sim/clock", change);
}

// now is the simulator's time in milliseconds.
export const now = () => Date.now() + offset;

// showClock takes over what the clock is.
export function showClock(clock) {
  offset = clock.offsetMs;
  reset.hidden = !offset;
  shown.classList.toggle("moved", offset !== 0);
  tick();
}

function tick() {
  const at = new Date(now());
  shown.dateTime = at.toISOString();
  shown.textContent = at.toLocaleString([], { weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}

// startClock fills the clock's place and keeps it going.
export async function startClock() {
  document.getElementById("clock").replaceChildren(
    el("span", { class: "hidden" }, text.clockTitle), shown,
    el("button", { type: "button", class: "quiet", onclick: () => move({ advanceMs: 3600_000 }) }, text.clockHour),
    el("button", { type: "button", class: "quiet", onclick: () => move({ advanceMs: 24 * 3600_000 }) }, text.clockDay),
    reset);
  setInterval(tick, 1000);
  showClock(await request("GET", "/sim/clock"));
}
