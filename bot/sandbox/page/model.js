// What the page knows: people, staff, and the messages of every place, with what was read of them.

const READ = "claimdesk.read";

export const model = { people: [], staff: [], photos: [], places: new Map(), limit: 0 };
const read = JSON.parse(localStorage.getItem(READ) || "{}");

export function reset(state) {
  model.people = [...state.people];
  model.staff = state.staff;
  model.photos = state.photos;
  model.limit = state.max_upload;
  model.places = new Map();
  state.messages.forEach(learn);
}

// Take a message in; tells whether it is new to the page.
export function learn(message) {
  if (message.kind === "joined") {
    const account = message.place.slice("chat:".length);
    if (!model.people.some((person) => person.account === account)) {
      model.people.push({ account, name: message.sender, blurb: {}, says: {}, photos: model.photos, guest: true });
    }
  }
  const known = messagesAt(message.place);
  const fresh = !known.has(message.id);
  known.set(message.id, message);
  return fresh;
}

export function messagesAt(place) {
  if (!model.places.has(place)) model.places.set(place, new Map());
  return model.places.get(place);
}

export function inOrder(place) {
  return [...messagesAt(place).values()].sort((one, other) => one.id - other.id);
}

function counts(message) {
  return message.sender === "bot" && message.kind !== "board" && message.kind !== "gone";
}

export function unread(place) {
  const seen = read[place] || 0;
  return [...messagesAt(place).values()].filter((message) => message.id > seen && counts(message)).length;
}

export function markRead(place) {
  read[place] = Math.max(0, ...messagesAt(place).keys());
  localStorage.setItem(READ, JSON.stringify(read));
}
