// startScenario fills the panel that records and replays.
export function startScenario() {}

// showScenario shows whether something is recorded or replayed.
export function showScenario() {}
