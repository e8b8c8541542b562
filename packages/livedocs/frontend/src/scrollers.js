/** Wide tables and long lines of code scroll inside their box: from the keyboard, too, in browsers that would not. */

/** @param {Element} box */
function reach(box) {
  if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
}

/** Looks at a box when it comes into view, so that a long page costs nothing ahead. @param {HTMLElement} root */
export function keepScrollersInReach(root) {
  const observer = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      reach(target);
    }
  });
  for (const box of root.querySelectorAll("pre, table, .math")) observer.observe(box);
}
