// The left side: a phone on which one plays any of the customers, or a leader.

import { avatar, chatBubble, make, place as put } from "./bubbles.js";
import { compose, droppable, pretendVoice } from "./compose.js";
import { enqueue, newId, queues } from "./link.js";
import { inOrder, markRead, messagesAt, model, unread } from "./model.js";
import { follow } from "./scroll.js";
import { say, spoken } from "./words.js";

const PERSON = "claimdesk.person";
const STICKERS = ["😭", "😡", "😊", "👍", "🙏", "🍓"];
const TYPING = 5000; // milliseconds that dots stand after the customer wrote
const HIDDEN = new Set(["start", "joined", "gone"]);
const WALK = ["walk_1", "walk_2", "walk_3"];

const at = (id) => document.getElementById(id);
const placeOf = (person) => `chat:${person.account}`;

export function phone({ seen, told }) {
  const screen = at("phone");
  const talk = at("chat-talk");
  const scroll = follow(screen);
  let person = null;
  let dots = null;

  const hooks = { changed: (place) => person && place === placeOf(person) && showPending(), failed: (why) => told(say("failed", { why })) };

  function show(message) {
    if (HIDDEN.has(message.kind)) return;
    put(talk, message, chatBubble(message, person));
    joinAlbum(message);
  }

  // photos of one album stand side by side
  function joinAlbum(message) {
    const node = talk.querySelector(`[data-id="${message.id}"]`);
    const album = message.media[0]?.album;
    const before = node.previousElementSibling;
    node.classList.toggle("goes-on", Boolean(album && before?.dataset.album === album));
    if (album) node.dataset.album = album;
  }

  function showPending() {
    talk.querySelectorAll(".pending:not([data-id])").forEach((node) => node.remove());
    const keys = new Set([...messagesAt(placeOf(person)).values()].map((message) => message.key));
    for (const item of queues.get(placeOf(person)) || []) {
      if (keys.has(`sandbox:${item.id}`)) continue;
      const node = chatBubble({ ...item.shown, id: "", sender: "customer", pending: true, data: {}, buttons: [], at: null }, person);
      node.removeAttribute("data-id");
      talk.append(node);
    }
    talk.querySelector(".walk")?.remove();
    if (!talk.children.length) talk.append(walk());
  }

  function walk() {
    const steps = WALK.map((key) => make("li", {}, say(key)));
    return make("li", { class: "walk" }, avatar(person.name), make("b", {}, say("chat_empty", { name: person.name })), make("ol", {}, ...steps));
  }

  function typing(on) {
    clearTimeout(dots);
    talk.querySelector(".typing")?.remove();
    if (!on) return;
    const shown = ["", "", ""].map(() => make("i"));
    talk.append(make("li", { class: "message other typing", "aria-label": say("typing") }, make("span", { class: "avatar bot", "aria-hidden": "true" }, "售"), make("div", { class: "bubble" }, ...shown)));
    dots = setTimeout(() => typing(false), TYPING);
  }

  function choose(account) {
    person = model.people.find((known) => known.account === account) || model.people[0] || null;
    screen.classList.toggle("nobody", !person);
    if (!person) return showPeople();
    localStorage.setItem(PERSON, person.account);
    typing(false);
    talk.replaceChildren();
    inOrder(placeOf(person)).forEach(show);
    at("who-avatar").replaceWith(Object.assign(avatar(person.name), { id: "who-avatar" }));
    at("who-name").textContent = person.name;
    at("who-blurb").textContent = blurb(person);
    showHints();
    showPending();
    look();
    showPeople();
    return scroll.toEnd();
  }

  const blurb = (who) => who.blurb[spoken()] || say(who.guest ? "guest" : "customer");
  const kindOf = (who) => say(who.guest ? "new_customer" : who.leader ? "leader" : "customer");

  function showPeople() {
    const faces = model.people.map((who) => {
      const waiting = unread(placeOf(who));
      const chosen = who.account === person?.account;
      return make(
        "button",
        { type: "button", class: "face", "aria-pressed": String(chosen), title: `${kindOf(who)} · ${blurb(who)}`, "data-account": who.account, onclick: () => choose(who.account) },
        avatar(who.name, who.leader ? "leader" : ""),
        make("span", { class: "face-name" }, who.name),
        who.leader || !who.guest ? make("span", { class: "tag" }, who.leader ? say("leader") : say("sample")) : null,
        waiting && !chosen ? make("b", { class: "count", "aria-label": say("unread", { number: waiting }) }, String(waiting)) : null,
      );
    });
    const add = make("button", { type: "button", class: "face", onclick: openAdding, "aria-label": say("new_customer"), title: say("new_customer") }, make("span", { class: "avatar add", "aria-hidden": "true" }, "+"), make("span", { class: "face-name" }, say("add")));
    at("people").replaceChildren(...faces, add);
  }

  function showHints() {
    const chips = (person.says[spoken()] || []).map((words) => make("button", { type: "button", class: "chip", onclick: () => speak(words) }, words));
    if (person.leader) chips.push(make("button", { type: "button", class: "chip", "data-sheet": "", onclick: sendSheet }, say("sample_sheet")));
    at("says").replaceChildren(...chips);
    const photos = person.photos.map((name) =>
      make(
        "button",
        { type: "button", class: "sample", "aria-label": say("sample_photo", { name }), title: say("sample_photo", { name }), "data-photo": name, onclick: () => sendSample(name) },
        make("img", { src: `/sandbox/photos/${encodeURIComponent(name)}`, alt: "", loading: "lazy" }),
      ),
    );
    at("photos").replaceChildren(...photos);
  }

  function push(path, body, shown, id) {
    enqueue({ id, place: placeOf(person), path, body, shown }, hooks);
    scroll.toEnd();
  }

  function speak(text, kind = "text") {
    const id = newId();
    push(`/sandbox/chats/${person.account}`, { id, kind, text }, { kind, text }, id);
  }

  function tap(message, button) {
    const id = newId();
    button.classList.add("pressed");
    const body = { id, tap: button.dataset.tap, message: String(message) };
    push(`/sandbox/chats/${person.account}`, body, { kind: "tap", text: button.textContent }, id);
  }

  function sendFile(file, more = {}, preview = undefined) {
    const id = newId();
    const query = new URLSearchParams({ id, name: file.name || "", ...more });
    const kind = { image: "photo", video: "video", audio: "voice" }[file.type.split("/")[0]] || "document";
    const media = [{ kind, name: file.name, seconds: more.seconds, preview: preview || URL.createObjectURL(file) }];
    push(`/sandbox/chats/${person.account}/files?${query}`, file, { kind: "media", text: "", media }, id);
  }

  function sendSample(name) {
    sendFile(new File([], "", { type: "image/jpeg" }), { sample: name }, `/sandbox/photos/${encodeURIComponent(name)}`);
  }

  function sendSheet() {
    sendFile(new File([], "sheet.xlsx"), { sample: "sheet.xlsx", language: spoken() });
  }

  function sendFiles(files) {
    const fit = files.filter((file) => file.size <= model.limit);
    if (fit.length < files.length) told(say("too_big", { limit: model.limit / 1024 / 1024 }));
    const album = fit.length > 1 ? { album: newId() } : {};
    fit.forEach((file) => sendFile(file, album));
  }

  function look() {
    if (document.hidden || (getComputedStyle(screen).visibility === "hidden")) return;
    markRead(placeOf(person));
    seen();
  }

  function openAdding() {
    at("new-name").value = "";
    at("adding").showModal();
  }

  async function add() {
    const name = at("new-name").value.trim();
    if (at("adding").returnValue !== "add" || !name) return;
    const id = newId();
    wanted = `guest-${id}`;
    enqueue({ id, place: `chat:${wanted}`, path: "/sandbox/people", body: { id, name }, shown: { kind: "start", text: "" } }, hooks);
  }
  let wanted = null;

  compose(at("chat-form"), { text: speak, file: sendFiles });
  droppable(screen, sendFiles);
  at("adding").addEventListener("close", add);
  at("add-cancel").addEventListener("click", () => at("adding").close(""));
  at("voice").addEventListener("click", () => {
    const seconds = 3 + Math.floor(Math.random() * 6);
    sendFile(pretendVoice(seconds), { seconds: String(seconds) });
  });
  at("sticker").addEventListener("click", () => stickers(at("stickers").hidden));
  at("stickers").append(...STICKERS.map((face) => make("button", { type: "button", onclick: () => { stickers(false); speak(face, "sticker"); } }, face)));
  talk.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tap]");
    if (button) tap(button.closest("[data-id]").dataset.id, button);
  });

  function stickers(open) {
    at("stickers").hidden = !open;
    at("sticker").setAttribute("aria-expanded", String(open));
  }

  return {
    hooks,
    start: () => choose(localStorage.getItem(PERSON)),
    redraw: () => choose(person?.account),
    look: () => person && look(),
    heard(message, fresh) {
      if (message.kind === "joined" && message.place === `chat:${wanted}`) {
        wanted = null;
        choose(message.place.slice("chat:".length));
      } else if (person && message.place === placeOf(person)) {
        typing(false);
        show(message);
        showPending();
        if (message.sender === "customer" && fresh) typing(true);
        if (fresh) scroll.news();
        look();
      }
      if (fresh) showPeople();
    },
  };
}
