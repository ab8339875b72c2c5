import { text } from "./text.js";

// writer is the box that a person writes in. send is called with a message.
export function writer(kit, person, send) {
  const { el, request } = kit;
  let quote = null;
  const problem = el("p", { class: "problem", role: "alert" });
  const input = el("textarea", { id: "answer", rows: "1", autocomplete: "off", placeholder: text.answerPlaceholder });
  const quoted = el("p", { class: "quoted muted" });
  const attempt = async (message) => {
    problem.textContent = "";
    try {
      const done = await send(quote ? { ...message, context: { id: quote.sid } } : message);
      if (!done.webhook.taken) problem.textContent = text.notTaken(done.webhook.error);
      api.quote(null);
      return true;
    } catch (failed) {
      problem.textContent = failed.message;
      return false;
    }
  };
  const submit = async () => {
    const words = input.value;
    if (!words.trim()) return;
    input.value = "";
    if (!(await attempt({ type: "text", text: { body: words } })) && !input.value) input.value = words;
    input.focus();
  };
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  const menu = el("details", { class: "attach" }, el("summary", { class: "button" }, text.attach),
    el("div", { class: "sheet" }, filePart(kit, attempt), placePart(kit, attempt), contactPart(kit, attempt)));
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { menu.open = false; menu.firstElementChild.focus(); }
  });
  const api = {
    root: el("form", { class: "writer", onsubmit: (event) => { event.preventDefault(); submit(); } },
      el("label", { class: "hidden", for: input.id }, text.answerLabel(person)),
      quoted, menu, input, el("button", { class: "main" }, text.send), problem),
    focus: () => input.focus(),
    attempt,
    // quote has the next message answer another one.
    quote(message, body) {
      quote = message;
      quoted.replaceChildren(...(message ? [text.quoting(body), " ",
        el("button", { type: "button", class: "quiet", onclick: () => api.quote(null) }, text.noQuote)] : []));
      if (message) input.focus();
    },
    fail: (words) => { problem.textContent = words; },
  };
  return api;

  function filePart({ el }, attempt) {
    const file = el("input", { type: "file", id: "attach-file" });
    const caption = el("input", { id: "attach-caption", autocomplete: "off" });
    return el("div", { class: "stack" }, el("label", { for: file.id }, text.file), file,
      el("label", { for: caption.id }, text.caption), caption,
      el("button", { type: "button", onclick: async () => {
        if (!file.files[0]) return file.focus();
        try {
          const kept = await request("POST", `/sim/whatsapp/media?filename=${encodeURIComponent(file.files[0].name)}`, file.files[0]);
          const part = { id: kept.id };
          if (caption.value && kept.type !== "audio" && kept.type !== "sticker") part.caption = caption.value;
          if (kept.type === "document") part.filename = file.files[0].name;
          if (await attempt({ type: kept.type, [kept.type]: part })) { menu.open = false; file.value = ""; caption.value = ""; }
        } catch (failed) {
          problem.textContent = failed.message;
        }
      } }, text.sendFile));
  }

  function placePart({ el }, attempt) {
    const latitude = el("input", { id: "place-lat", type: "number", step: "any", min: "-90", max: "90", value: "52.520008" });
    const longitude = el("input", { id: "place-long", type: "number", step: "any", min: "-180", max: "180", value: "13.404954" });
    const name = el("input", { id: "place-name", autocomplete: "off" });
    return el("div", { class: "stack" }, el("h3", {}, text.location),
      ...[[latitude, text.latitude], [longitude, text.longitude], [name, text.placeName]].flatMap(([box, label]) =>
        [el("label", { for: box.id }, label), box]),
      el("button", { type: "button", onclick: async () => {
        const location = { latitude: Number(latitude.value), longitude: Number(longitude.value) };
        if (name.value) location.name = name.value;
        if (await attempt({ type: "location", location })) menu.open = false;
      } }, text.sendLocation));
  }

  function contactPart({ el }, attempt) {
    const name = el("input", { id: "contact-name", autocomplete: "off" });
    const phone = el("input", { id: "contact-phone", autocomplete: "off", inputmode: "tel" });
    return el("div", { class: "stack" }, el("h3", {}, text.contact),
      el("label", { for: name.id }, text.contactName), name, el("label", { for: phone.id }, text.contactPhone), phone,
      el("button", { type: "button", onclick: async () => {
        if (!name.value) return name.focus();
        const contact = { name: { formatted_name: name.value, first_name: name.value }, phones: phone.value ? [{ phone: phone.value, type: "CELL" }] : [] };
        if (await attempt({ type: "contacts", contacts: [contact] })) menu.open = false;
      } }, text.sendContact));
  }
}
