// The house's time, which may run elsewhere than this machine's, and how long until something is due.

import { say, spoken } from "./words.js";

const ZONE = "Asia/Shanghai";
let ahead = 0; // milliseconds by which the house's clock is ahead of ours

export function setClock(iso) {
  ahead = Date.parse(iso) - Date.now();
}

export function houseNow() {
  return Date.now() + ahead;
}

function format(at, options) {
  return new Intl.DateTimeFormat(spoken() === "zh" ? "zh-CN" : "en-GB", { timeZone: ZONE, hour12: false, ...options }).format(at);
}

export function fullTime(at) {
  return format(at, { month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

export function shortTime(at) {
  const day = { month: "numeric", day: "numeric" };
  const clock = { hour: "2-digit", minute: "2-digit" };
  return format(at, format(at, day) === format(houseNow(), day) ? clock : { ...day, ...clock });
}

function span(milliseconds) {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const days = Math.floor(seconds / 86400);
  const clock = `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return days ? `${days}d ${clock}` : clock;
}

// Show how long every marked element still has: data-due and data-began are ISO times, data-clock its name.
export function tick(root = document) {
  const now = houseNow();
  for (const node of root.querySelectorAll("[data-due]")) {
    const due = Date.parse(node.dataset.due);
    const left = due - now;
    const whole = due - Date.parse(node.dataset.began || node.dataset.due);
    node.classList.toggle("late", left <= 0);
    node.classList.toggle("soon", left > 0 && left < Math.max(60_000, Math.min(whole / 4, 3_600_000)));
    const name = say(`clock_${node.dataset.clock}`) || node.dataset.clock;
    node.textContent = `${name} ${left <= 0 ? say("due_late", { time: span(left) }) : span(left)}`;
    node.title = shortTime(due);
  }
}
