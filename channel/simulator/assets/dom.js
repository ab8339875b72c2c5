// el makes an element. Words only ever become text, never markup.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// request calls one of the simulator's endpoints. It throws what went wrong in words.
// A file is sent as it is.
export async function request(method, path, body) {
  const isFile = body instanceof Blob;
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": isFile ? body.type || "application/octet-stream" : "application/json" },
    body: body === undefined || isFile ? body : JSON.stringify(body),
  });
  const raw = await answer.text();
  let value = null;
  try {
    value = raw ? JSON.parse(raw) : null;
  } catch {
    throw new Error(`${answer.status} ${raw.slice(0, 200)}`);
  }
  if (!answer.ok) throw new Error(value?.error?.message || `${answer.status}`);
  return value;
}

// keepLow runs change and stays at the newest message if it was in view.
export function keepLow(log, change, always = false) {
  const low = always || log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  change();
  if (low) log.scrollTop = log.scrollHeight;
}

// time is a moment as a list shows it.
export function time(moment, seconds = true) {
  return new Date(moment).toLocaleTimeString([], {
    hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined, hour12: false,
  });
}
