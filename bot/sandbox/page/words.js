// The page's words in the chosen language, from the service's locale files.

let texts = {};
let language = localStorage.getItem("claimdesk.language") || (navigator.language.startsWith("en") ? "en" : "zh");

export function teach(all) {
  texts = all;
  if (!texts[language]) language = Object.keys(texts)[0];
}

export function spoken() {
  return language;
}

export function speak(chosen) {
  language = chosen;
  localStorage.setItem("claimdesk.language", chosen);
}

export function say(key, values = {}) {
  const template = (texts[language] || {})[key];
  return template === undefined ? "" : template.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function knows(key) {
  return key in (texts[language] || {});
}

// Fill every element that names its text, label or hint.
export function label(root = document) {
  document.documentElement.lang = language === "zh" ? "zh-CN" : language;
  for (const node of root.querySelectorAll("[data-text]")) node.textContent = say(node.dataset.text);
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label));
    if (node.matches("button, label")) node.title = say(node.dataset.label);
  }
  for (const node of root.querySelectorAll("[data-hint]")) node.placeholder = say(node.dataset.hint);
}
