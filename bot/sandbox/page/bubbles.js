// Messages as elements: bubbles of the chats, cards and notes of the desk.

import { shortTime, tick } from "./clock.js";
import { say } from "./words.js";

const COLOURS = 8;

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function icon(name, extra = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("class", extra);
  svg.append(use);
  return svg;
}

export function avatar(name, extra = "") {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) >>> 0;
  const first = Array.from(name.replace(/^[老小阿]/, "") || name)[0] || "?";
  return make("span", { class: `avatar tint-${sum % COLOURS} ${extra}`, "aria-hidden": "true" }, first);
}

function urlOf(file) {
  return file.preview || `/sandbox/media/${file.key}`;
}

function photo(file) {
  const broken = () => image.replaceWith(make("span", { class: "broken" }, say("photo_missing")));
  const image = make("img", { src: urlOf(file), alt: file.name || say("photo"), loading: "lazy", onerror: broken });
  return make("button", { type: "button", class: "thumb", "data-view": urlOf(file), "aria-label": say("view_photo") }, image);
}

function voice(file) {
  const seconds = file.seconds || "";
  const sound = make("audio", { src: urlOf(file), preload: "none" });
  const play = () => (sound.paused ? sound.play().catch(() => {}) : sound.pause());
  const button = make(
    "button",
    { type: "button", class: "voice", onclick: play, "aria-label": say("voice_length", { seconds }) },
    icon("play"),
    make("span", { class: "wave", "aria-hidden": "true" }),
    seconds ? `${seconds}″` : "",
    sound,
  );
  for (const [event, playing] of [["play", true], ["pause", false], ["ended", false]]) {
    sound.addEventListener(event, () => button.classList.toggle("playing", playing));
  }
  return button;
}

const FILES = {
  photo,
  voice,
  video: (file) => make("video", { src: urlOf(file), controls: true, preload: "metadata" }),
  document: (file) => make("a", { class: "file", href: urlOf(file), download: file.name || "" }, icon("file"), file.name || say("file")),
};

export function files(message) {
  const media = message.media || [];
  if (!media.length) return null;
  const shown = media.map((file) => (FILES[file.kind] || FILES.document)(file));
  return make("div", { class: `files of-${Math.min(media.length, 3)}` }, ...shown);
}

export function buttons(message) {
  if (!(message.buttons || []).length) return null;
  const pressed = message.data.pressed || {};
  const rows = message.buttons.map((row) =>
    make(
      "div",
      { class: "row" },
      ...row.map(([label, tap]) =>
        make(
          "button",
          {
            type: "button",
            "data-tap": tap,
            class: tap in pressed ? "pressed" : null,
            title: pressed[tap] ? say("pressed_by", { name: pressed[tap] }) : null,
          },
          label,
        ),
      ),
    ),
  );
  return make("div", { class: "buttons" }, ...rows);
}

function when(message) {
  const edited = message.edited && message.kind === "card" ? ` · ${say("edited")}` : "";
  return make("time", { datetime: message.at }, `${message.at ? shortTime(Date.parse(message.at)) : say("sending")}${edited}`);
}

export function chatBubble(message, person) {
  const own = message.sender === "customer";
  const bubble = make("div", { class: "bubble" }, files(message), message.text ? make("p", { dir: "auto" }, message.text) : null);
  const face = own ? avatar(person.name) : make("span", { class: "avatar bot", "aria-hidden": "true" }, "售");
  return make(
    "li",
    { class: `message ${own ? "own" : "other"} ${message.kind}${message.pending ? " pending" : ""}`, "data-id": message.id },
    face,
    make("div", { class: "body" }, bubble, buttons(message), when(message)),
  );
}

function head(text) {
  const cut = text.indexOf("\n");
  return cut < 0 ? [text, ""] : [text.slice(0, cut), text.slice(cut + 1)];
}

function dues(message) {
  const clocks = message.data.clocks || [];
  if (!clocks.length) return null;
  const shown = make(
    "p",
    { class: "dues" },
    ...clocks.map((clock) => make("span", { class: "due", "data-due": clock.due, "data-began": clock.began, "data-clock": clock.name })),
  );
  tick(shown);
  return shown;
}

function mentions(message) {
  const names = message.data.mentions || [];
  return names.length ? make("p", { class: "mentions" }, names.map((name) => `@${name}`).join(" ")) : null;
}

const isList = (message) => message.kind === "list" || (message.kind === "note" && !message.ticket && ROW.test(message.text.split("\n").find((line) => ROW.test(line)) || ""));

// A card, page, question, relayed line or note of the house; every one with a ticket can be replied to.
export function deskCard(message) {
  const [title, rest] = message.kind === "relay" ? ["", message.text] : head(message.text);
  const reply = message.ticket
    ? make("button", { type: "button", class: "to-reply", "data-reply": message.id }, icon("reply"), say("reply"))
    : null;
  return make(
    "li",
    { class: `message house ${message.kind} ${message.data.severity || ""}`, "data-id": message.id, "data-ticket": message.ticket },
    make(
      "article",
      {},
      ...(isList(message)
        ? list(message)
        : [
            title ? make("h3", { dir: "auto" }, title) : null,
            files(message),
            rest ? make("p", { dir: "auto" }, rest) : null,
            mentions(message),
            dues(message),
            buttons(message),
          ]),
      make("footer", {}, when(message), reply),
    ),
  );
}

export function deskWord(message, player, answered) {
  return make(
    "li",
    { class: "message staff", "data-id": message.id },
    avatar(player.name),
    make(
      "div",
      { class: "body" },
      make("span", { class: "name" }, player.name),
      make(
        "div",
        { class: "bubble" },
        answered ? make("blockquote", {}, head(answered.text)[0]) : null,
        files(message),
        message.text ? make("p", { dir: "auto" }, message.text) : null,
      ),
      when(message),
    ),
  );
}

const ROW = /^(\d+)\. .*?(CD-[0-9A-Z]{6})/;

// The lines of the board or of a list: each that names a ticket is a button, others are words.
function rows(text, tapOf) {
  const made = [];
  for (const line of text.split("\n")) {
    const found = ROW.exec(line);
    if (found) made.push(make("button", { type: "button", class: "line", "data-tap": tapOf(found[1], found[2]) }, line));
    else if (line.startsWith("\u3000") && made.length) made.at(-1).append(make("small", {}, line.trim()));
    else made.push(make("p", { class: "line-head", dir: "auto" }, line));
  }
  return make("div", { class: "lines" }, ...made);
}

export function boardBody(message) {
  return [rows(message.text, (_, no) => `pick:${no}:next`), dues(message)].filter(Boolean);
}

// A list that was asked for: its rows are the buttons with their numbers.
function list(message) {
  const every = message.buttons.flat();
  const tapOf = (number) => (every.find(([label]) => label === number) || ["", ""])[1];
  const more = message.buttons.map((row) => row.filter(([label]) => !/^\d+$/.test(label))).filter((row) => row.length);
  return [rows(message.text, tapOf), buttons({ ...message, buttons: more })].filter(Boolean);
}

// Put a message's element in its place by number, or in place of its earlier form.
export function place(list, message, node) {
  const known = list.querySelector(`:scope > [data-id="${message.id}"]`);
  if (known) return known.replaceWith(node);
  let before = list.lastElementChild;
  while (before && (Number(before.dataset.id) > message.id || !before.dataset.id)) before = before.previousElementSibling;
  if (before) before.after(node);
  else list.prepend(node);
  return undefined;
}
