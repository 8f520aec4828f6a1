// The room without reloads: forms are sent and what changed is put in place; every two seconds the
// room is looked at again, unless somebody is typing in it. Without this script everything works by
// pages.

async function read(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return `${file.name};${file.type || "application/octet-stream"};${btoa(text)}`;
}

/** What a form says, its files as text. */
async function fields(form, submitter) {
  const said = new URLSearchParams();
  for (const [name, value] of new FormData(form, submitter)) {
    if (typeof value === "string") said.append(name, value);
  }
  for (const input of form.querySelectorAll("input[type=file][data-file]")) {
    for (const file of input.files) said.append(input.dataset.file, await read(file));
  }
  return said;
}

/** Whether somebody has begun something that a fresh window would take from them. */
function isBusy(window) {
  if (window.querySelector("details[open]")) return true;
  const changed = ({ type, value, defaultValue, checked, defaultChecked, files, options }) => {
    if (type === "file") return files.length > 0;
    if (type === "checkbox" || type === "radio") return checked !== defaultChecked;
    if (options) return [...options].some((one) => one.selected !== one.defaultSelected && value);
    return value !== defaultValue;
  };
  return [...window.querySelectorAll("input:not([type=hidden]), select, textarea")].some(changed);
}

/** Puts a fresh part in the place of an old one: what was at its end stays there, and so does focus. */
function swap(old, fresh) {
  const log = old.querySelector(".log");
  const atEnd = !log || log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const top = log?.scrollTop;
  const focused = old.contains(document.activeElement) && document.activeElement.name;
  const open = [...old.querySelectorAll("details[open][id]")].map((details) => details.id);
  old.replaceWith(fresh);
  const now = fresh.querySelector(".log");
  if (now) now.scrollTop = atEnd ? now.scrollHeight : top;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) fresh.querySelector(`.dialog [name="${focused}"], .room > .say [name="${focused}"]`)?.focus();
}

/** Puts a page's parts in place, but for windows somebody is busy in; `own` is where they acted. */
function put(page, own) {
  const next = new DOMParser().parseFromString(page, "text/html");
  document.querySelectorAll(".complaint, .stage").forEach((part) => part.remove());
  document.querySelector("main").before(...next.querySelectorAll(".complaint, .stage"));
  for (const fresh of next.querySelectorAll(".window, #inspector")) {
    const old = document.getElementById(fresh.id);
    if (!old) continue;
    const same = old.innerHTML === fresh.innerHTML;
    if (!same && (old.id === own || fresh.id === "inspector" || !isBusy(old))) swap(old, fresh);
  }
  tellTimes();
}

/** How long until, or since: Discord's relative times, by the desk's clock. */
function tellTimes() {
  const now = Date.parse(document.querySelector(".clock").dateTime);
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const minutes = Math.round((Date.parse(time.dateTime) - now) / 60000);
    const [length, unit] = Math.abs(minutes) < 90 ? [minutes, "minute"] : [Math.round(minutes / 60), "hour"];
    time.textContent = words.format(length, unit);
  }
}

async function look() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (answer.ok) put(await answer.text());
}

/** How often somebody acted in each window. */
const turns = {};

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (form.method !== "post") return;
  event.preventDefault();
  const action = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  const own = form.closest(".window")?.id;
  const turn = (turns[own] ?? 0) + 1;
  turns[own] = turn;
  document.body.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(action, { method: "POST", body: await fields(form, submitter) });
    const page = await answer.text();
    // Whoever has gone on meanwhile keeps what they began: a late answer takes nothing from them.
    put(page, turns[own] === turn ? own : undefined);
    setTimeout(look, 400);
  } finally {
    document.body.removeAttribute("aria-busy");
  }
  document.querySelector(`#${own} .dialog :is(input:not([type=hidden]), select, textarea)`)?.focus();
});

// A choice that stands alone is made as soon as it is chosen.
document.addEventListener("change", ({ target }) => {
  const form = target.closest("form.one");
  if (form && target.tagName === "SELECT" && !target.multiple) form.requestSubmit();
});

document.querySelectorAll(".log").forEach((log) => (log.scrollTop = log.scrollHeight));
tellTimes();
setInterval(() => document.visibilityState === "visible" && look(), 2000);
