// Looks at the page in the frame, and writes what it finds as JSON.
const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
const light = (colour) => {
  const [red, green, blue] = numbers(colour).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (one, other) => {
  const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
};
const look = (page) => {
  const { document } = page;
  const style = (element) => page.getComputedStyle(element);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = style(at).backgroundColor;
      if (numbers(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const all = [...document.body.querySelectorAll("*")];
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  // WCAG 2.2, 1.4.3: 4.5 for text of the usual size.
  const unreadable = all
    .filter(hasText)
    .filter((element) => contrast(style(element).color, ground(element)) < 4.5);
  const scrolls = all.filter((element) => /auto|scroll/.test(style(element).overflowX));
  const links = [...document.querySelectorAll("a[href]")];
  return {
    title: document.title,
    ground: ground(document.body),
    rows: document.querySelectorAll(".matrix tbody tr").length,
    columns: document.querySelectorAll(".matrix thead th").length,
    foreign: document.querySelectorAll("script, img, svg, iframe, object, embed, link, form, base").length,
    unreadable: unreadable.map((element) => element.outerHTML),
    wider: document.documentElement.scrollWidth > page.innerWidth,
    unreachable: scrolls.filter((element) => element.tabIndex < 0).length,
    lost: links.map((link) => link.getAttribute("href")).filter((to) => !document.querySelector(to)),
  };
};
const frame = document.getElementById("frame");
frame.addEventListener("load", () => {
  document.getElementById("seen").textContent = JSON.stringify(look(frame.contentWindow));
});
