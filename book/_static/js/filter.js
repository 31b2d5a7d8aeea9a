// The filter of a page of many entries (book/_ext/filters.py): all claims, all mistakes. What is
// chosen stands in the address after "#", so that it can be linked; without this script every entry
// is there.
(() => {
  "use strict";

  const form = document.querySelector("form.filter");
  if (!form) return;
  const status = form.querySelector("output");
  const boxes = [...form.querySelectorAll("[name=verdict]")];
  const rows = [...document.querySelectorAll(form.dataset.entries)].map((element) => {
    const section = element.closest("section");
    return {
      element,
      section,
      chapter: section.id.split("-").pop(),
      verdict: element.querySelector(".verdict")?.textContent.trim(),
      text: element.textContent.toLowerCase(),
    };
  });
  // of each section what "On this page" says of it
  const sections = new Map(rows.map(({ section }) => [section,
    document.querySelector(`nav.page-toc a[href="#${section.id}"]`)?.closest(".toc-entry")]));

  const chosen = () => ({
    words: form.elements.words.value.trim().toLowerCase(),
    chapter: form.elements.chapter.value,
    verdicts: boxes.filter((box) => box.checked).map((box) => box.value),
  });

  const show = () => {
    const { words, chapter, verdicts } = chosen();
    const wanted = words.split(/\s+/);
    let count = 0;
    for (const row of rows) {
      const fits =
        (!chapter || row.chapter === chapter) &&
        (!verdicts.length || verdicts.includes(row.verdict)) &&
        wanted.every((word) => row.text.includes(word));
      row.element.hidden = !fits;
      count += fits;
    }
    for (const [section, entry] of sections) {
      section.hidden = rows.every((row) => row.section !== section || row.element.hidden);
      if (entry) entry.hidden = section.hidden;
    }
    status.textContent = `${count} of ${rows.length} shown`
      + (count ? "" : ". No entry fits all of this: take a word or a choice away, or show all.");
  };

  const write = () => {
    const { words, chapter, verdicts } = chosen();
    const state = new URLSearchParams();
    if (verdicts.length) state.set("verdict", verdicts.join(" "));
    if (chapter) state.set("chapter", chapter);
    if (words) state.set("words", words);
    const hash = state.toString();
    // the address without its fragment, not "": some browsers keep an old "#" otherwise
    const here = location.href.split("#")[0];
    try {
      history.replaceState(null, "", hash ? `${here}#${hash}` : here);
    } catch {
      /* a browser may refuse it for files: the filter works, and is not in the address */
    }
  };

  const read = () => {
    const hash = location.hash.slice(1);
    // the way to something that is shown: the filter stays as it is
    const target = hash && !hash.includes("=") ? document.getElementById(hash) : null;
    if (target?.getClientRects().length) return show();
    const state = new URLSearchParams(hash.includes("=") ? hash : "");
    form.elements.words.value = state.get("words") ?? "";
    form.elements.chapter.value = state.get("chapter") ?? "";
    if (form.elements.chapter.selectedIndex < 0) form.elements.chapter.value = "";
    const verdicts = (state.get("verdict") ?? "").split(" ");
    for (const box of boxes) box.checked = verdicts.includes(box.value);
    show();
    target?.scrollIntoView(); // it was hidden: now all are shown, and it is where the reader looks
  };

  const change = () => {
    show();
    write();
  };
  form.addEventListener("input", change);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(change)); // when the fields are empty again
  addEventListener("hashchange", read);
  form.hidden = false;
  read();
})();
