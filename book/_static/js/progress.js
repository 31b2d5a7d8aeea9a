// How far a reader is (book/_ext/chapter_map.py): kept in the browser, shown by the map.
// A section is read when its end has been on the screen for a moment. Nothing leaves the page.
(() => {
  "use strict";
  const KEY = "course-progress";
  const COURSE = "dropout-course";
  const MOMENT = 1500; // ms
  const LARGEST = 200_000; // characters of a file
  const ANSWER = /^quiz:[\w-]+\/[\w-]+$/;
  const NAME = /^[\w.-]{1,120}$/;

  // --- what is kept ---------------------------------------------------------------------------
  // { version: 1, at: page, chapters: { page: { sections: [...], right: [...], tried: [...] } } }
  const empty = () => ({ version: 1, at: "", chapters: {} });
  const isList = (list, one) => Array.isArray(list) && list.every((item) => one.test(item));
  const isName = (text) => typeof text === "string" && (text === "" || NAME.test(text));
  const isPart = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  const isProgress = (value) => isPart(value) && value.version === 1 && isName(value.at)
    && isPart(value.chapters)
    && Object.entries(value.chapters).every(([page, chapter]) => NAME.test(page)
      && isPart(chapter) && ["sections", "right", "tried"].every((key) => isList(chapter[key], NAME)));

  const refused = () => document.documentElement.dataset.storage === "refused";
  const read = () => {
    const text = localStorage.getItem(KEY);
    if (text === null) return empty();
    const value = JSON.parse(text);
    if (!isProgress(value)) throw new Error("not a progress");
    return value;
  };
  const write = (progress) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(progress));
    } catch {
      /* full: the page works, and forgets */
    }
  };
  const change = (page, how) => {
    let progress;
    try {
      progress = read();
    } catch {
      return; // the map says so, and offers to begin anew
    }
    const chapter = progress.chapters[page] ?? { sections: [], right: [], tried: [] };
    progress.chapters[page] = chapter;
    how(chapter);
    progress.at = page;
    write(progress);
  };
  const put = (list, name, there) => {
    const at = list.indexOf(name);
    if (there && at < 0) list.push(name);
    if (!there && at >= 0) list.splice(at, 1);
  };

  // --- on a chapter's page --------------------------------------------------------------------
  const follow = (page) => {
    const waiting = new Map();
    const watch = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        clearTimeout(waiting.get(target));
        if (!isIntersecting) continue;
        waiting.set(target, setTimeout(() => {
          watch.unobserve(target);
          change(page, (chapter) => put(chapter.sections, target.parentElement.id, true));
        }, MOMENT));
      }
    });
    for (const section of document.querySelectorAll("section:not(section section) > section[id]")) {
      const end = document.createElement("span");
      end.className = "section-end";
      section.append(end);
      watch.observe(end);
    }
    const answered = (question) => {
      const [from, name] = question.dataset.quiz.split("/");
      const state = question.dataset.state;
      change(from, (chapter) => {
        put(chapter.right, name, state === "right");
        put(chapter.tried, name, state === "right" || state === "wrong");
      });
    };
    document.addEventListener("course-quiz", (event) => answered(event.target));
    for (const question of document.querySelectorAll(".quiz[data-state]")) answered(question);
  };

  // --- on the map -----------------------------------------------------------------------------
  const make = (tag, className, text = "") => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.textContent = text;
    return node;
  };
  const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

  class Progress {
    constructor(known, list) {
      this.known = known;
      this.list = list;
      this.panel = make("div", "map-panel");
      this.next = make("p", "map-next");
      this.told = make("p", "map-told");
      this.told.setAttribute("role", "status");
      const bar = make("div", "map-bar");
      this.save = this.button(bar, "Save to a file", () => this.export());
      this.button(bar, "Load from a file", () => this.file.click());
      this.forget = this.button(bar, "Forget", () => this.clear());
      this.file = make("input", "");
      Object.assign(this.file, { type: "file", accept: ".json,application/json", hidden: true });
      this.file.setAttribute("aria-label", "A saved progress");
      this.file.addEventListener("change", () => this.import());
      bar.append(this.file);
      this.panel.append(this.next, this.told, bar);
      list.before(this.panel);
      this.show();
      addEventListener("storage", () => this.show());
      addEventListener("pageshow", (event) => event.persisted && this.show());
    }

    button(bar, text, act) {
      const button = make("button", "map-button", text);
      button.type = "button";
      button.addEventListener("click", act);
      bar.append(button);
      return button;
    }

    // The chapters with what of them is there still: a book may have changed since.
    counts(progress) {
      return Object.entries(this.known).map(([page, { title, sections, questions }]) => {
        const kept = progress.chapters[page] ?? { sections: [], right: [], tried: [] };
        const read = sections.filter((one) => kept.sections.includes(one));
        const right = questions.filter((one) => kept.right.includes(one));
        const tried = questions.filter((one) => kept.tried.includes(one));
        return { page, title, sections, questions, read, right, tried };
      });
    }

    show(said = "") {
      let progress = empty();
      this.told.textContent = said;
      let readable = true;
      try {
        progress = read();
      } catch {
        readable = false;
        this.told.textContent = "The saved progress of this browser can't be read, so the map shows none. Forget it to begin anew, or load it from a file.";
      }
      const chapters = this.counts(progress);
      for (const chapter of chapters) this.mark(chapter);
      const begun = chapters.some((one) => one.read.length + one.tried.length);
      this.save.hidden = !begun;
      this.forget.hidden = readable && !begun;
      this.lead(chapters, progress.at, readable);
      if (!this.told.textContent && begun) this.told.textContent = this.sum(chapters);
    }

    sum(chapters) {
      const all = (key) => chapters.reduce((n, one) => n + one[key].length, 0);
      const questions = all("questions");
      const answers = questions ? ` and answered ${all("right")} of ${plural(questions, "question")} right` : "";
      return `You have read ${all("read")} of ${plural(all("sections"), "section")}${answers}. This browser alone knows.`;
    }

    // What to do next: go on where the reader was, then with the first chapter that is unfinished.
    lead(chapters, at, readable) {
      const open = chapters.filter((one) => one.read.length < one.sections.length);
      const here = open.find((one) => one.page === at && one.read.length) ?? open.find((one) => one.read.length) ?? open[0];
      const unsolved = chapters.find((one) => one.right.length < one.questions.length);
      this.next.hidden = !readable;
      const link = make("a", "");
      if (here) {
        const section = here.sections.find((one) => !here.read.includes(one));
        const words = this.list.querySelector(`[data-page="${here.page}"] [data-section="${CSS.escape(section)}"] a`);
        link.href = words?.getAttribute("href") ?? `${here.page}.html`;
        link.textContent = here.read.length ? `${here.title}: ${words?.textContent ?? ""}` : here.title;
        if (!here.read.length) link.href = link.getAttribute("href").split("#")[0];
        this.next.replaceChildren(here.read.length ? "Go on with " : "Next: ", link, ".");
      } else if (unsolved) {
        const question = unsolved.questions.find((one) => !unsolved.right.includes(one));
        link.href = `${unsolved.page}.html#${question}`;
        link.textContent = `a question of ${unsolved.title}`;
        this.next.replaceChildren("You have read everything. Next: ", link, ".");
      } else {
        this.next.textContent = "You have read every section and answered every question.";
      }
    }

    mark({ page, sections, questions, read, right, tried }) {
      const item = this.list.querySelector(`[data-page="${page}"]`);
      item.querySelector(".map-state")?.remove();
      const done = read.length === sections.length && right.length === questions.length;
      item.dataset.state = done ? "done" : read.length + tried.length ? "begun" : "new";
      for (const row of item.querySelectorAll("[data-section]")) {
        row.querySelector(".map-read")?.remove();
        if (read.includes(row.dataset.section)) row.append(make("span", "map-read", " read"));
      }
      if (item.dataset.state === "new") return;
      const state = make("p", "map-state");
      const bar = make("progress", "");
      bar.max = sections.length + questions.length;
      bar.value = read.length + right.length;
      const parts = [`${read.length} of ${plural(sections.length, "section")} read`];
      if (questions.length) parts.push(`${right.length} of ${plural(questions.length, "question")} right`);
      const words = done ? `Done: ${parts.join(", ")}` : parts.join(", ");
      bar.setAttribute("aria-label", words);
      state.append(bar, make("span", "", words));
      item.querySelector(".map-title").after(state);
    }

    export() {
      const answers = {};
      for (let i = 0; i < localStorage.length; i++) {
        const key = localStorage.key(i);
        if (ANSWER.test(key)) answers[key] = localStorage.getItem(key);
      }
      const text = JSON.stringify({ course: COURSE, version: 1, progress: read(), answers }, null, 1);
      const link = make("a", "");
      link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      link.download = `${COURSE}-progress.json`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      this.told.textContent = "Saved as a file. Load it in another browser to go on there.";
    }

    async import() {
      const [file] = this.file.files;
      this.file.value = "";
      if (!file) return;
      const bad = "This file holds no progress of this course. Choose one that “Save to a file” has made; nothing was changed.";
      let kept;
      try {
        if (file.size > LARGEST) throw new Error("too large");
        kept = JSON.parse(await file.text());
        const answers = Object.entries(kept.answers);
        const fair = answers.every(([key, value]) => ANSWER.test(key)
          && isList(JSON.parse(value), /^\d{1,2}$/));
        if (kept.course !== COURSE || !isProgress(kept.progress) || !fair) throw new Error("not ours");
      } catch {
        this.told.textContent = bad;
        return;
      }
      for (const [key, value] of Object.entries(kept.answers)) {
        try {
          localStorage.setItem(key, value);
        } catch {
          /* full: the questions are asked again */
        }
      }
      write(kept.progress);
      this.show("Loaded. The map shows the progress of the file.");
    }

    clear() {
      if (!confirm("Forget what you have read and answered in this browser?")) return;
      const keys = Array.from({ length: localStorage.length }, (_, i) => localStorage.key(i));
      for (const key of keys) if (key === KEY || ANSWER.test(key)) localStorage.removeItem(key);
      this.show("Forgotten: the map begins anew.");
    }
  }

  const start = () => {
    const list = document.querySelector(".chapter-map");
    const data = document.querySelector("script.map-data");
    if (!list || !data) {
      const page = location.pathname.split("/").pop().replace(/\.html$/, "");
      if (/^\d\d-/.test(page)) follow(page);
      return;
    }
    if (refused()) {
      list.before(make("p", "map-told", "This browser keeps nothing for this site, so the map can't show how far you are."));
      return;
    }
    new Progress(JSON.parse(data.textContent), list);
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
