// Opens the search, by Ctrl-K or its buttons. What searching needs (the library, the book's text,
// search.js and its style) is loaded when it is first asked for, by <script>, so also from a folder.
(() => {
  "use strict";
  const ROOT = document.documentElement.dataset.content_root || "./";
  const SCRIPTS = ["_static/vendor/minisearch.min.js", "search-index.js", "_static/js/search.js"];
  const STYLE = "_static/css/search.css";

  const loaded = (element) => new Promise((done, failed) => {
    element.onload = done;
    element.onerror = () => { element.remove(); failed(new Error("not loaded")); };
    document.head.append(element);
  });
  const style = () => loaded(Object.assign(document.createElement("link"), {
    rel: "stylesheet", href: ROOT + STYLE,
  }));
  const script = (path) => loaded(Object.assign(document.createElement("script"), { src: ROOT + path }));

  let asked;
  const attach = async (panel) => {
    const told = panel.querySelector("[role=status]");
    if (!asked) told.textContent = "Loading …";
    try {
      asked ??= Promise.all(SCRIPTS.map(script));
      await asked;
    } catch {
      asked = undefined; // the next keystroke or opening tries again
      told.textContent = "The search could not be loaded. Open it again, or use the index of the book.";
      return;
    }
    await window.dropoutCourse.search.attach(panel, ROOT);
  };

  const FRAME = `
    <form class="search-panel" role="search" action="${ROOT}search.html">
      <div class="search-field">
        <i class="fa-solid fa-magnifying-glass" aria-hidden="true"></i>
        <input type="search" name="q" aria-label="Search the book" placeholder="Search the book"
          maxlength="200" autocomplete="off" autocapitalize="off" spellcheck="false">
        <button type="button" class="search-close">Close</button>
      </div>
      <p class="search-told" role="status"></p>
      <ol class="search-found"></ol>
      <p class="search-keys" aria-hidden="true"><span><kbd>↑</kbd> <kbd>↓</kbd> choose</span>
        <span><kbd>Enter</kbd> open</span> <span><kbd>Esc</kbd> close</span></p>
    </form>`;

  let dialog;
  const made = async () => {
    const box = document.createElement("dialog");
    box.className = "search-dialog";
    box.setAttribute("aria-label", "Search");
    box.innerHTML = FRAME;
    box.querySelector(".search-close").addEventListener("click", () => box.close());
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // a field of this type would only empty itself
      box.close();
    });
    box.addEventListener("click", (event) => {
      if (event.target === box) box.close(); // beside the panel, which fills the dialog
    });
    document.body.append(box);
    await style().catch(() => {}); // readable without it
    return box;
  };

  let opener;
  const open = async (from) => {
    dialog ??= made();
    const box = await dialog;
    if (box.open) return;
    opener = from;
    box.onclose = () => opener?.isConnected && opener.focus({ preventScroll: true });
    box.showModal();
    const field = box.querySelector("input");
    field.focus();
    field.select();
    await attach(box.querySelector("form"));
  };

  const start = () => {
    const panel = document.querySelector(".search-page");
    const show = (from) => {
      if (!panel) return open(from);
      const field = panel.querySelector("input");
      field.focus();
      return field.select();
    };
    if (panel) attach(panel);
    for (const button of document.querySelectorAll(".search-button__button")) {
      button.addEventListener("click", () => show(button));
    }
    addEventListener("keydown", (event) => {
      const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
      if (key.toLowerCase() !== "k" || ctrlKey === metaKey || shiftKey || altKey) return;
      event.preventDefault();
      const shown = document.querySelector(".search-dialog[open]");
      if (shown) shown.close();
      else show(document.activeElement);
    });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
