// A talk that stays at its end while one reads the end, and says so when news came below.

export function follow(screen) {
  const box = screen.querySelector(".scroll");
  const below = screen.querySelector(".below");
  let atEnd = true;
  const toEnd = () => {
    box.scrollTop = box.scrollHeight;
    atEnd = true;
    below.hidden = true;
  };
  box.addEventListener("scroll", () => {
    atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
    if (atEnd) below.hidden = true;
  });
  below.addEventListener("click", toEnd);
  new ResizeObserver(() => atEnd && toEnd()).observe(box.firstElementChild);
  new ResizeObserver(() => atEnd && toEnd()).observe(box);
  return { toEnd, news: () => (atEnd ? toEnd() : (below.hidden = false)) };
}
