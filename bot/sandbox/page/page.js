// The sandbox page: both sides, alive from the service's state and what changes in it.

import { fullTime, houseNow, setClock, tick } from "./clock.js";
import { group } from "./group.js";
import { listen, loadState, resume } from "./link.js";
import { learn, model, reset, unread } from "./model.js";
import { phone } from "./phone.js";
import { label, say, speak, spoken, teach } from "./words.js";

const VIEW = "claimdesk.view";
const TOAST = 5000; // milliseconds, and as many more for every letter:
const PER_LETTER = 70;
const OFFLINE = 1500; // milliseconds without a line before one is told

const at = (id) => document.getElementById(id);

function told(text) {
  const toast = document.createElement("p");
  toast.textContent = text;
  toast.addEventListener("click", () => toast.remove());
  at("toasts").append(toast);
  setTimeout(() => toast.remove(), TOAST + PER_LETTER * text.length);
}

function alarmed(title, text) {
  const box = at("alert");
  box.querySelector(".box-title").textContent = title;
  box.querySelector(".box-text").textContent = text;
  if (!box.open) box.showModal();
}

function counts() {
  const sums = { chat: model.people.reduce((sum, person) => sum + unread(`chat:${person.account}`), 0), desk: unread("desk") };
  for (const [name, sum] of Object.entries(sums)) {
    const mark = document.querySelector(`[data-go="${name}"] .count`);
    mark.hidden = !sum;
    mark.textContent = sum > 99 ? "99+" : String(sum);
  }
}

const left = phone({ seen: counts, told });
const right = group({ seen: counts, told, alarmed });

function view(name) {
  document.body.dataset.view = name;
  localStorage.setItem(VIEW, name);
  for (const tab of document.querySelectorAll("[data-go]")) tab.setAttribute("aria-pressed", String(tab.dataset.go === name));
  left.look();
  right.look();
}

function redraw() {
  label();
  document.title = say("title");
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === spoken()));
  }
  left.redraw();
  right.redraw();
  clock();
}

function clock() {
  at("clock").textContent = fullTime(houseNow());
  at("clock").dateTime = new Date(houseNow()).toISOString();
}

function heard(messages) {
  for (const message of messages) {
    const fresh = learn(message);
    if (message.place === "desk") right.heard(message, fresh);
    else left.heard(message, fresh);
  }
  counts();
}

let lost = null;
function connected(yes) {
  clearTimeout(lost);
  if (yes) document.querySelector(".offline").hidden = true;
  else lost = setTimeout(() => (document.querySelector(".offline").hidden = false), OFFLINE);
}

async function begin() {
  let state;
  try {
    state = await loadState();
  } catch {
    connected(false);
    setTimeout(begin, 2000);
    return;
  }
  setClock(state.now);
  teach(state.texts);
  reset(state);
  left.start();
  right.start();
  redraw();
  view(localStorage.getItem(VIEW) || "chat");
  counts();
  document.body.classList.remove("loading");
  listen(state.change, { heard, hello: (event) => setClock(event.now), restart: () => location.reload(), connected });
  resume(left.hooks);
}

for (const tab of document.querySelectorAll("[data-go]")) tab.addEventListener("click", () => view(tab.dataset.go));
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    speak(button.dataset.language);
    redraw();
  });
}
document.addEventListener("click", (event) => {
  const thumb = event.target.closest("[data-view].thumb");
  if (!thumb) return;
  at("viewer").querySelector("img").src = thumb.dataset.view;
  at("viewer").showModal();
});
at("viewer").addEventListener("click", () => at("viewer").close());
document.addEventListener("visibilitychange", () => {
  left.look();
  right.look();
});
setInterval(() => {
  clock();
  tick();
}, 1000);
begin();
