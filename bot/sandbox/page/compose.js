// Writing: a field that sends on Enter, files that are picked, dropped or pasted, and a pretend voice message.

export function compose(form, { text, file }) {
  const field = form.querySelector("textarea");
  const grow = () => {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 120)}px`;
  };
  field.addEventListener("input", grow);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = field.value;
    if (!words.trim()) return;
    field.value = "";
    grow();
    text(words);
  });
  const picker = form.querySelector("input[type=file]");
  picker.addEventListener("change", () => {
    file([...picker.files]);
    picker.value = "";
  });
  picker.parentElement.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") picker.click();
  });
  field.addEventListener("paste", (event) => {
    const pasted = [...event.clipboardData.files];
    if (!pasted.length) return;
    event.preventDefault();
    file(pasted);
  });
}

export function droppable(screen, file) {
  let depth = 0;
  const over = (change) => {
    depth = Math.max(0, depth + change);
    screen.classList.toggle("dropping", depth > 0);
  };
  screen.addEventListener("dragenter", (event) => {
    event.preventDefault();
    over(1);
  });
  screen.addEventListener("dragover", (event) => event.preventDefault());
  screen.addEventListener("dragleave", () => over(-1));
  screen.addEventListener("drop", (event) => {
    event.preventDefault();
    over(-depth);
    if (event.dataTransfer.files.length) file([...event.dataTransfer.files]);
  });
}

// A hum with the rhythm of syllables: 8 kHz, 8 bit, mono WAV of so many seconds.
export function pretendVoice(seconds) {
  const rate = 8000;
  const size = rate * seconds;
  const view = new DataView(new ArrayBuffer(44 + size));
  const letters = (at, word) => [...word].forEach((letter, place) => view.setUint8(at + place, letter.charCodeAt(0)));
  letters(0, "RIFF");
  view.setUint32(4, 36 + size, true);
  letters(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  letters(36, "data");
  view.setUint32(40, size, true);
  for (let place = 0; place < size; place += 1) {
    const at = place / rate;
    const syllable = Math.max(0, Math.sin(at * 2 * Math.PI * 2.3)) ** 0.7;
    const pitch = 150 + 25 * Math.sin(at * 3.1);
    view.setUint8(44 + place, 128 + Math.round(40 * syllable * Math.sin(at * 2 * Math.PI * pitch)));
  }
  return new File([view.buffer], "voice.wav", { type: "audio/wav" });
}
