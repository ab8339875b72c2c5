import { text } from "./text.js";

// writer is the form of an answer, or of a new mail.
export function writer(kit, { mail, all, path, done, cancel }) {
  const { el, request } = kit;
  const problem = el("p", { class: "problem", role: "alert" });
  const body = el("textarea", { id: "mail-body", rows: "5", required: true });
  const to = el("input", { id: "mail-to", type: "email", multiple: true, required: true, autocomplete: "off" });
  const subject = el("input", { id: "mail-subject", autocomplete: "off" });
  const quote = el("input", { id: "mail-quote", type: "checkbox", checked: true });
  const files = el("input", { id: "mail-files", type: "file", multiple: true });
  const send = el("button", { class: "main" }, text.send);
  const field = (label, input) => el("label", { class: "stack", for: input.id }, el("span", {}, label), input);
  const answers = mail && ((mail.replyTo.length ? mail.replyTo.join(", ") : mail.from) + (all ? ", " + [...mail.to, ...mail.cc].join(", ") : ""));
  const form = el("form", { class: "answer", "aria-label": mail ? text.answerTo(answers) : text.write },
    mail ? el("h4", {}, text.answerTo(answers)) : field(text.toLabel, to),
    mail ? null : field(text.subjectLabel, subject),
    field(text.bodyLabel, body),
    mail ? el("label", { class: "inline", for: quote.id }, quote, " ", text.quote) : null,
    field(text.attach, files),
    el("div", { class: "chips" }, send, el("button", { type: "button", class: "quiet", onclick: cancel }, text.cancel)), problem);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    send.disabled = true;
    send.textContent = text.sending;
    try {
      const given = { text: body.value, files: await Promise.all([...files.files].map(read)) };
      const sent = mail
        ? await request("POST", `${path}/mails/${mail.id}/reply`, { ...given, all, quote: quote.checked })
        : await request("POST", `${path}/mails`, { ...given, to: to.value.split(",").map((a) => a.trim()).filter(Boolean), subject: subject.value });
      const failed = sent.told.find((t) => !t.taken);
      if (failed) problem.textContent = text.told(failed);
      else done(sent);
    } catch (failed) {
      problem.textContent = failed.message;
    }
    send.disabled = false;
    send.textContent = text.send;
  });
  return { root: form, focus: () => (mail ? body : to).focus() };
}

// read returns a file as the endpoint takes it.
async function read(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let raw = "";
  for (let i = 0; i < bytes.length; i += 32768) raw += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return { name: file.name, type: file.type || "application/octet-stream", data: btoa(raw) };
}
