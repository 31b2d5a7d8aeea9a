// <dropout-story>: four steps pass by while one picture stays in sight, that of the step that
// has risen last. The steps and their pictures come with the page, and stay as they are where the
// window is narrow and motion unwanted: without it, the way between two steps would be empty.
"use strict";

(() => {
  const { live: { make, LiveFigure } } = window.dropoutCourse;

  class DropoutStory extends LiveFigure {
    check(data) {
      if (this.querySelectorAll(".ds-step > svg").length !== data.steps) {
        throw new RangeError("a step is missing");
      }
      if (!window.IntersectionObserver) throw new RangeError("this browser does not tell what is in sight");
    }

    start() {
      if (matchMedia("(max-width: 40rem) and (prefers-reduced-motion: reduce)").matches) return;
      this.steps = [...this.querySelectorAll(".ds-step")];
      this.pictures = this.steps.map((step) => step.querySelector("svg"));
      const words = this.steps.map((step) => step.querySelector(".ds-title"));
      this.dots = words.map(({ textContent: title }, i) => {
        const dot = this.button(String(i + 1), () => this.go(i), { "aria-label": `Step ${i + 1}: ${title}` });
        dot.classList.add("ds-dot");
        return dot;
      });
      this.prepend(make("div", { class: "ds-stage" }, ...this.pictures,
        make("div", { class: "ds-dots", role: "group", "aria-label": "Steps" }, ...this.dots)));
      this.classList.add("ds-live");
      // A step's picture comes when its words have risen to where the picture is: beside it, or, in
      // a narrow window, below it.
      const low = matchMedia("(max-width: 40rem)").matches ? 32 : 50;
      const risen = new Set();
      const watch = new IntersectionObserver((seen) => {
        for (const { target, isIntersecting } of seen) risen[isIntersecting ? "add" : "delete"](target);
        this.show(Math.max(0, ...words.map((title, i) => (risen.has(title) ? i : 0))));
      }, { rootMargin: `100000px 0px -${low}% 0px` });
      for (const title of words) watch.observe(title);
      this.show(0);
    }

    go(i) {
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.steps[i].scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
      this.show(i);
    }

    show(now) {
      this.pictures.forEach((picture, i) => {
        picture.classList.toggle("ds-now", i === now);
        picture.setAttribute("aria-hidden", String(i !== now));
      });
      this.dots.forEach((dot, i) => dot.setAttribute("aria-current", i === now ? "step" : "false"));
    }
  }

  if (!customElements.get("dropout-story")) customElements.define("dropout-story", DropoutStory);
})();
