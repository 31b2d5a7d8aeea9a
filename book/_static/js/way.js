// "On this page" follows the reader: after a jump (a click, a search result, an address, the way
// back) it marks the section of the target, otherwise the one that is being read.
(() => {
  "use strict";
  // Who types an address may type what no id can be.
  const decoded = (hash) => {
    try {
      return decodeURIComponent(hash.slice(1));
    } catch {
      return "";
    }
  };
  const start = () => {
    const nav = document.querySelector("nav.page-toc");
    const links = [...(nav?.querySelectorAll("a[href^='#']") ?? [])];
    const sections = new Map(); // in the order of the page
    for (const link of links) {
      const section = document.getElementById(decoded(link.hash));
      if (section) sections.set(section, link);
    }
    if (!sections.size) return;

    let marked;
    const mark = (link) => {
      if (link === marked) return;
      marked = link;
      for (const one of links) {
        one.classList.toggle("active", one === link);
        if (one === link) one.setAttribute("aria-current", "true");
        else one.removeAttribute("aria-current");
      }
      for (const entry of nav.querySelectorAll(".toc-entry")) {
        entry.classList.toggle("active", Boolean(link) && entry.contains(link));
      }
      const box = nav.closest(".bd-sidebar-secondary");
      if (!link || !box || box.scrollHeight <= box.clientHeight) return;
      const { top, bottom } = link.getBoundingClientRect(), frame = box.getBoundingClientRect();
      if (top < frame.top || bottom > frame.bottom) box.scrollTop += top - frame.top - frame.height / 3;
    };

    // The section that holds an element; what stands before the first one is in none.
    const around = (element) => {
      for (let one = element; one; one = one.parentElement) if (sections.has(one)) return one;
      return null;
    };
    const target = () => {
      const id = decoded(location.hash);
      return id ? document.getElementById(id) : null;
    };
    const heading = (section) => section.querySelector("h1, h2, h3, h4, h5, h6") ?? section;
    const read = () => {
      if (scrollY < 2) return null; // at its beginning, however much of it is in view
      const line = Math.min(innerHeight * 0.3, 240);
      const end = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
      let found = null;
      for (const section of sections.keys()) {
        if (!section.getClientRects().length) continue; // a filter hides it
        if (heading(section).getBoundingClientRect().top > (end ? innerHeight : line)) break;
        found = section;
      }
      return found;
    };

    let jumped = true; // until the reader scrolls
    const follow = () => {
      const to = jumped ? target() : null;
      // The way back may lead to another place than the target: then what is read counts.
      const top = to?.getBoundingClientRect().top ?? -1;
      const seen = to?.getClientRects().length && top >= -1 && top < innerHeight;
      mark(sections.get(seen ? around(to) : read()));
    };

    let drawn = false;
    const soon = () => {
      if (drawn) return;
      drawn = true;
      requestAnimationFrame(() => { drawn = false; follow(); });
    };
    const jump = () => { jumped = true; soon(); };
    const scrolled = () => { jumped = false; };
    const KEYS = /^(Arrow(Up|Down)|Page(Up|Down)|Home|End| )$/;
    addEventListener("hashchange", jump);
    addEventListener("load", soon);
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    addEventListener("input", soon); // a filter may change what there is to read
    addEventListener("reset", () => setTimeout(soon));
    addEventListener("wheel", scrolled, { passive: true });
    addEventListener("touchmove", scrolled, { passive: true });
    addEventListener("keydown", ({ key }) => { if (KEYS.test(key)) scrolled(); });
    addEventListener("mousedown", ({ target: at }) => { if (at === document.documentElement) scrolled(); });
    document.addEventListener("click", ({ target: at }) => {
      const link = at.closest?.("a[href*='#']");
      if (!link || link.href !== location.href) return;
      jump(); // to where the address points already
    });
    // On a phone the list is a dialog: it closes behind the reader.
    nav.addEventListener("click", ({ target: at }) => {
      if (at.closest("a")) nav.closest("dialog[open]")?.close();
    });
    follow();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
