// The line to the service: what the page starts with, what changes, and what it sends, retried until it is taken.

import { say, spoken } from "./words.js";

const PENDING = "claimdesk.pending";
const WAITS = [500, 1000, 2000, 4000, 8000];
export const queues = new Map(); // place -> what is on its way, in order

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function loadState() {
  const answer = await fetch("/sandbox/state", { cache: "no-store" });
  if (answer.status === 401) location.reload();
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

// Listen from a change on; `heard` gets messages, `restart` is called when the service's table is another one.
export function listen(after, { heard, hello, restart, connected }) {
  let source;
  let last = after;
  const open = () => {
    source = new EventSource(`/sandbox/events?after=${last}`);
    source.addEventListener("hello", (event) => {
      connected(true);
      hello(JSON.parse(event.data));
    });
    source.addEventListener("messages", (event) => {
      last = Number(event.lastEventId);
      heard(JSON.parse(event.data));
    });
    source.addEventListener("reset", () => {
      source.close();
      restart();
    });
    source.onerror = () => {
      connected(false);
      if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself
      setTimeout(() => loadState().then(open, () => source.onerror()), 2000);
    };
  };
  open();
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && open());
}

class Refused extends Error {}

async function request(path, body) {
  const json = !(body instanceof Blob);
  const headers = { "Accept-Language": spoken() };
  if (json) headers["Content-Type"] = "application/json";
  else if (body.type) headers["Content-Type"] = body.type;
  const answer = await fetch(path, { method: "POST", headers, body: json ? JSON.stringify(body) : body });
  if (answer.ok) return answer.json();
  if (answer.status < 500) throw new Refused((await answer.text()).trim());
  throw new Error(String(answer.status));
}

// Send until the service has taken it; a refusal is final. The same id makes a repetition harmless.
export async function send(path, body, { tries = Infinity } = {}) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await request(path, body);
    } catch (error) {
      if (error instanceof Refused) throw error;
      if (attempt + 1 >= tries) throw new Refused(say("failed_network"));
      await new Promise((done) => setTimeout(done, WAITS[Math.min(attempt, WAITS.length - 1)]));
    }
  }
}

function save() {
  const kept = [...queues.values()].flat().filter((item) => !(item.body instanceof Blob));
  localStorage.setItem(PENDING, JSON.stringify(kept));
}

// Put something at the end of a place's queue; what went wrong goes to `failed`, every change to `changed`.
export function enqueue(item, { changed, failed }) {
  const queue = queues.get(item.place) || [];
  queues.set(item.place, queue);
  queue.push(item);
  save();
  changed(item.place);
  if (queue.length === 1) drain(item.place, { changed, failed });
}

async function drain(place, { changed, failed }) {
  const queue = queues.get(place);
  while (queue.length) {
    const item = queue[0];
    try {
      await send(item.path, item.body);
    } catch (error) {
      failed(error.message);
    }
    queue.shift();
    save();
    changed(place);
  }
}

// Take up what an earlier page could not send any more.
export function resume(hooks) {
  for (const item of JSON.parse(localStorage.getItem(PENDING) || "[]")) enqueue(item, hooks);
}
