// The right side: the agents' group with its board, its cards and who one acts as.

import { avatar, boardBody, buttons, deskCard, deskWord, make, place as put } from "./bubbles.js";
import { compose, droppable } from "./compose.js";
import { newId, send } from "./link.js";
import { inOrder, markRead, messagesAt, model } from "./model.js";
import { follow } from "./scroll.js";
import { say } from "./words.js";

const ACTING = "claimdesk.acting";
const PLACE = "desk";
const COMMANDS = ["/queue", "/next", "/mine", "/find ", "/stats"];
const TRIES = 4;
const ASKED = 15_000; // milliseconds in which a question is taken for the answer to one's own tap

const at = (id) => document.getElementById(id);

export function group({ seen, told, alarmed }) {
  const screen = at("group");
  const talk = at("desk-talk");
  const board = at("board");
  const scroll = follow(screen);
  let acting = localStorage.getItem(ACTING);
  let replyTo = null;
  let acted = 0;

  const player = () => model.staff.find((who) => who.id === acting) || model.staff[0];

  function show(message) {
    if (message.kind === "board") return showBoard(message);
    if (message.kind === "gone") return talk.querySelector(`[data-id="${message.id}"]`)?.remove();
    const staff = model.staff.find((who) => who.id === message.sender);
    const answered = messagesAt(PLACE).get(Number(message.data.message));
    return put(talk, message, staff ? deskWord(message, staff, answered) : deskCard(message));
  }

  function showBoard(message) {
    board.hidden = false;
    board.dataset.id = message.id;
    board.querySelector(".board-body").replaceChildren(...boardBody(message));
    board.querySelector(".board-next").replaceChildren(...[buttons(message)].filter(Boolean));
    board.querySelector(".folded-text").textContent = message.text.split("\n")[0];
  }

  function showActing() {
    const choices = model.staff.map((who) =>
      make(
        "button",
        { type: "button", role: "radio", "aria-checked": String(who.id === player().id), title: say(who.supervisor ? "supervisor" : "agent"), onclick: () => act(who.id) },
        avatar(who.name),
        make("span", {}, make("b", {}, who.name), make("small", {}, say(who.supervisor ? "supervisor" : "agent"))),
      ),
    );
    at("acting").replaceChildren(make("span", { class: "acting-label" }, say("act_as")), ...choices);
    at("members").textContent = say("desk_members", { number: model.staff.length });
  }

  function act(id) {
    acting = id;
    localStorage.setItem(ACTING, id);
    showActing();
  }

  function empty() {
    talk.querySelector(".walk")?.remove();
    if (!talk.children.length) talk.append(make("li", { class: "walk" }, make("b", {}, say("desk_empty")), make("p", {}, say("desk_empty_more"))));
  }

  async function post(path, body) {
    acted = Date.now();
    const who = player();
    try {
      const answer = await send(path, body, { tries: TRIES });
      if (!answer.text || answer.listed) return;
      if (answer.alert) alarmed(say("told", { name: who.name }), answer.text);
      else told(answer.text);
    } catch (error) {
      told(say("failed", { why: error.message }));
    }
  }

  async function tap(button) {
    button.disabled = true;
    const message = button.closest("[data-id]").dataset.id;
    await post("/sandbox/desk", { id: newId(), as: player().id, tap: button.dataset.tap, message });
    button.disabled = false;
  }

  function write(text) {
    post("/sandbox/desk", { id: newId(), as: player().id, text, ...(replyTo ? { message: String(replyTo) } : {}) });
    answer(null);
    scroll.toEnd();
  }

  // A command that needs words waits in the field for them.
  function offer(command) {
    if (!command.endsWith(" ")) return write(command);
    const field = at("desk-text");
    field.value = command;
    field.focus();
    return undefined;
  }

  function sendFiles(files) {
    for (const file of files) {
      if (file.size > model.limit) {
        told(say("too_big", { limit: model.limit / 1024 / 1024 }));
        continue;
      }
      const query = new URLSearchParams({ id: newId(), as: player().id, name: file.name, ...(replyTo ? { message: String(replyTo) } : {}) });
      post(`/sandbox/desk/files?${query}`, file);
    }
    answer(null);
  }

  function answer(id) {
    replyTo = id;
    const message = id && messagesAt(PLACE).get(Number(id));
    at("replying").hidden = !message;
    talk.querySelectorAll(".answered").forEach((node) => node.classList.remove("answered"));
    const field = at("desk-text");
    field.dataset.hint = message ? "write_reply" : "write_desk";
    field.placeholder = say(field.dataset.hint);
    if (!message) return;
    at("replying").firstElementChild.textContent = say("replying", { to: message.text.split("\n")[0].slice(0, 60) });
    talk.querySelector(`[data-id="${id}"]`)?.classList.add("answered");
    field.focus();
  }

  function look() {
    if (document.hidden || getComputedStyle(screen).visibility === "hidden") return;
    markRead(PLACE);
    seen();
  }

  compose(at("desk-form"), { text: write, file: sendFiles });
  droppable(screen, sendFiles);
  at("commands").append(...COMMANDS.map((command) => make("button", { type: "button", class: "chip", onclick: () => offer(command) }, command.trim())));
  at("replying").querySelector("button").addEventListener("click", () => answer(null));
  for (const box of [talk, board]) {
    box.addEventListener("click", (event) => {
      const button = event.target.closest("[data-tap]");
      const reply = event.target.closest("[data-reply]");
      if (button) tap(button);
      else if (reply) answer(reply.dataset.reply);
    });
  }
  const fold = board.querySelector(".fold");
  fold.addEventListener("click", () => {
    const folded = board.classList.toggle("folded");
    fold.setAttribute("aria-expanded", String(!folded));
  });

  function redraw() {
    talk.replaceChildren();
    inOrder(PLACE).forEach(show);
    empty();
    showActing();
    answer(null);
    scroll.toEnd();
    look();
  }

  return {
    start: redraw,
    redraw,
    look,
    heard(message, fresh) {
      show(message);
      empty();
      if (!fresh) return;
      scroll.news();
      look();
      if (message.kind === "question" && Date.now() - acted < ASKED) answer(message.id);
    },
  };
}
