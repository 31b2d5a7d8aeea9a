// A box that scrolls sideways (a long formula, a wide table, code) can be reached by keyboard.
(() => {
  "use strict";
  const BOXES = {
    ".bd-article .katex-display": "Formula",
    ".pst-scrollable-table-container, .cell_output .output.text_html": "Table",
    ".bd-article pre": "Code",
  };

  const mark = (box, name) => {
    const scrolls = box.scrollWidth > box.clientWidth + 1;
    if (scrolls && !box.hasAttribute("tabindex")) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", `${name}, scrolls sideways`);
    } else if (!scrolls && box.getAttribute("role") === "group") {
      for (const attribute of ["tabindex", "role", "aria-label"]) box.removeAttribute(attribute);
    }
  };

  const start = () => {
    const watch = new ResizeObserver((entries) => {
      for (const { target } of entries) mark(target, names.get(target));
    });
    const names = new Map();
    for (const [selector, name] of Object.entries(BOXES)) {
      for (const box of document.querySelectorAll(selector)) {
        names.set(box, name);
        watch.observe(box);
      }
    }
    // Letters that arrive late widen what is in a box, and not the box.
    document.fonts?.addEventListener("loadingdone", () => {
      for (const [box, name] of names) mark(box, name);
    });
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();

// Paper is light: the colours of code and of figures are those of a theme.
(() => {
  "use strict";
  const page = document.documentElement;
  let theme;
  addEventListener("beforeprint", () => {
    theme = page.dataset.theme;
    page.dataset.theme = "light";
  });
  addEventListener("afterprint", () => {
    page.dataset.theme = theme ?? "light";
  });
})();
