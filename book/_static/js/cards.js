// Cards: what a link to a term, a source, an equation, a figure or a table leads to, beside the link.
// By mouse and by keyboard focus; a card goes with Esc, and stays while the pointer is on it. A tap
// opens it at the foot of the screen with the way on: who taps a word wants to know what it means,
// not to lose the place. What a card needs is loaded when one is first asked for, by <script>, so
// also from a folder; if that fails, a link is a link.
(() => {
  "use strict";
  const ROOT = document.documentElement.dataset.content_root || "./";
  const LINKS = "[role=main] a.internal";
  const CARD = /^#(term|ref|equation|fig|tab)-/; // as in book/_ext/cards.py
  const OPEN = 180, CLOSE = 280; // ms, so that a pointer may cross links and gaps
  const SMALLEST = 0.6; // of a formula's size, to make it fit
  const GAP = 6, EDGE = 8; // px

  // --- what cards say -----------------------------------------------------------------------
  const asked = new Map();
  const loaded = (element) => new Promise((done, failed) => {
    element.onload = done;
    element.onerror = () => { element.remove(); failed(new Error("not loaded")); };
    document.head.append(element);
  });
  const once = (key, make) => {
    if (!asked.has(key)) asked.set(key, loaded(make()).catch((e) => { asked.delete(key); throw e; }));
    return asked.get(key);
  };
  const style = () => once("", () => Object.assign(document.createElement("link"), {
    rel: "stylesheet", href: `${ROOT}_static/css/cards.css`,
  }));
  const script = (page) => once(page, () => Object.assign(document.createElement("script"), {
    src: `${ROOT}cards/${page.replaceAll("/", "-")}.js`,
  }));

  const pageOf = (url) => {
    const home = new URL(ROOT, location.href).pathname;
    return decodeURI(url.pathname).slice(decodeURI(home).length).replace(/\.html$/, "") || "index";
  };
  const find = async (link) => {
    const page = pageOf(link);
    try {
      await Promise.all([style(), script(page)]);
    } catch {
      return null;
    }
    const { place, cards } = window.dropoutCourse.cards[page] ?? { cards: {} };
    const found = cards[decodeURIComponent(link.hash.slice(1))];
    return found && { title: found[0], body: found[1], place: page === pageOf(location) ? "" : place };
  };

  // --- the card -----------------------------------------------------------------------------
  let card, current, wanted, opening, closing, dismissed;
  let asking = ""; // how `wanted` is asked for: mouse, focus or tap

  const make = () => {
    card = document.createElement("div");
    card.id = card.className = "ref-card";
    card.popover = "manual"; // above everything, and cut off by nothing
    card.tabIndex = -1;
    (document.querySelector("article.bd-article") ?? document.querySelector("[role=main]")).append(card);
    new ResizeObserver(() => follow()).observe(card);
  };

  const fill = ({ title, body, place }, link, byTap) => {
    const way = place || "On this page";
    card.innerHTML = `<p class="ref-card-title">${title}</p><div class="ref-card-body">${body}</div>`
      + (byTap ? `<p class="ref-card-way"><a>${way}</a> <button type="button">Close</button></p>`
        : place && `<p class="ref-card-way">${place}</p>`);
    card.setAttribute("role", byTap ? "dialog" : "tooltip");
    if (byTap) {
      card.setAttribute("aria-label", card.firstChild.textContent);
      const to = card.querySelector(".ref-card-way a");
      to.href = link.href;
      to.addEventListener("click", () => close());
      card.querySelector("button").addEventListener("click", () => close(true));
    } else {
      card.removeAttribute("aria-label");
      // The way by keyboard is the link itself: it leads to where these links stand.
      for (const one of card.querySelectorAll("a")) one.tabIndex = -1;
    }
  };

  const scrolls = (box, name) => {
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", `${name}, scrolls`);
  };
  const fit = () => {
    for (const box of card.querySelectorAll("div.math, table")) {
      const room = box.parentElement.clientWidth;
      const parts = box.querySelectorAll(".katex-display, .katex, .katex-html");
      const widest = Math.max(box.scrollWidth, ...[...parts].map((e) => e.scrollWidth));
      if (widest <= room) continue;
      box.style.fontSize = `${Math.max(SMALLEST, (room / widest) * 0.98)}em`;
      if (room / widest < SMALLEST && !box.matches("table")) scrolls(box, "Formula");
    }
    const body = card.querySelector(".ref-card-body");
    if (body.scrollHeight > body.clientHeight + 1 || body.scrollWidth > body.clientWidth + 1) {
      scrolls(body, "Card");
    }
  };

  // Below the link, or above it where there is more room.
  const put = (x) => {
    if (card.dataset.by === "tap") return;
    const rects = [...current.getClientRects()];
    const line = rects.find((r) => x >= r.left && x <= r.right) ?? rects[0];
    if (!line || line.bottom < 0 || line.top > innerHeight) return close();
    const { offsetWidth: wide, offsetHeight: high } = card;
    const under = innerHeight - line.bottom - GAP - EDGE;
    const above = under < high && line.top > under;
    card.style.left = `${Math.max(EDGE, Math.min(line.left, document.documentElement.clientWidth - wide - EDGE))}px`;
    card.style.top = above ? `${Math.max(EDGE, line.top - GAP - high)}px` : `${line.bottom + GAP}px`;
  };

  const show = async (link, by, x) => {
    [wanted, asking] = [link, by];
    const found = await find(link);
    if (wanted !== link) return true; // something else was asked for meanwhile
    if (!found) return false;
    if (current !== link) close();
    if (!card) make();
    [current, wanted] = [link, link];
    link.removeAttribute("title"); // the browser's own card would cover ours
    fill(found, link, by === "tap");
    card.dataset.by = by;
    card.dataset.x = x ?? "";
    card.removeAttribute("style");
    card.showPopover?.();
    card.dataset.open = "";
    fit();
    put(x);
    if (by === "tap") card.focus({ preventScroll: true });
    else link.setAttribute("aria-describedby", card.id);
    return true;
  };

  const close = (refocus = false) => {
    clearTimeout(opening);
    clearTimeout(closing);
    wanted = closing = undefined;
    if (!current) return;
    const link = current;
    current = undefined;
    link.removeAttribute("aria-describedby");
    card.hidePopover?.();
    delete card.dataset.open;
    card.replaceChildren();
    if (refocus) link.focus({ preventScroll: true });
  };

  // --- when ---------------------------------------------------------------------------------
  const linkAt = (target) => {
    const link = target.closest?.(LINKS);
    return link && CARD.test(link.hash) && !link.closest(".ref-card, .headerlink") ? link : null;
  };
  const leave = () => {
    clearTimeout(opening);
    if (wanted !== current) wanted = current;
    if (current) closing ??= setTimeout(close, CLOSE);
  };
  const stay = () => {
    clearTimeout(closing);
    closing = undefined;
  };

  // A page that scrolls by keyboard moves links under a pointer that rests: that asks for nothing.
  let byKeys = false, at = "";
  const moved = ({ screenX, screenY }) => {
    if (at !== (at = `${screenX} ${screenY}`)) byKeys = false;
  };
  addEventListener("pointermove", moved);
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    moved(event);
    if (byKeys) return;
    if (card?.contains(event.target)) return stay();
    const link = linkAt(event.target);
    if (link !== dismissed) dismissed = undefined;
    clearTimeout(opening);
    if (!link) return asking === "mouse" && leave();
    if (link === current) return stay();
    if (link === dismissed) return;
    find(link); // is there by the time that the pointer rests
    opening = setTimeout(() => { stay(); show(link, "mouse", event.clientX); }, OPEN);
  });
  document.documentElement.addEventListener("pointerleave", () => asking === "mouse" && leave());

  document.addEventListener("focusin", ({ target }) => {
    if (card?.contains(target)) return;
    const link = linkAt(target);
    if (link?.matches(":focus-visible") && link !== dismissed) show(link, "focus");
    else if (current && target !== current) close();
  });
  document.addEventListener("focusout", ({ target }) => {
    if (target === current && card.dataset.by === "focus" && !card.matches(":hover")) leave();
  });

  document.addEventListener("keydown", (event) => {
    byKeys = true;
    if (event.key !== "Escape" || !(current || wanted)) return;
    dismissed = current ?? wanted;
    close(card?.dataset.by === "tap");
  });

  let finger = "";
  document.addEventListener("pointerdown", ({ pointerType, target }) => {
    finger = pointerType;
    if (current && !card.contains(target) && linkAt(target) !== current) close();
  });
  document.addEventListener("click", (event) => {
    const link = linkAt(event.target);
    if (!link) return;
    const byTap = (event.pointerType || finger) === "touch" && event.detail > 0;
    if (!byTap || link === current || event.ctrlKey || event.metaKey || event.shiftKey) return close();
    event.preventDefault();
    show(link, "tap").then((shown) => { if (!shown) location.assign(link.href); });
  });

  let drawn = false;
  const follow = () => {
    if (!current || drawn) return;
    drawn = true;
    requestAnimationFrame(() => {
      drawn = false;
      if (current) put(Number(card.dataset.x || NaN));
    });
  };
  addEventListener("scroll", follow, { passive: true, capture: true });
  addEventListener("resize", follow);
  addEventListener("beforeprint", () => close());
  addEventListener("pagehide", () => close());
})();
