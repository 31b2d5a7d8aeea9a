// Questions of the book (book/_ext/quiz.py). Nothing is fetched, nothing leaves the page.
// A question's answer waits in its <details>; its words are moved, as nodes, to where they belong.
(() => {
  "use strict";

  // A browser may refuse storage (private windows, files): the quiz works, and forgets.
  const memory = {
    read(key) {
      try {
        return JSON.parse(localStorage.getItem(key));
      } catch {
        return null;
      }
    },
    write(key, value) {
      try {
        if (value === null) localStorage.removeItem(key);
        else localStorage.setItem(key, JSON.stringify(value));
      } catch {
        /* nothing to do: progress lasts as long as the page */
      }
    },
  };

  const make = (tag, className, text = "") => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.textContent = text;
    return node;
  };

  const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

  class Question {
    constructor(root, changed) {
      this.root = root;
      this.changed = changed;
      this.key = `quiz:${root.dataset.quiz}`;
      this.inputs = [...root.querySelectorAll(".quiz-option > input")];
      this.several = this.inputs[0].type === "checkbox";
      this.solved = false;

      const details = root.querySelector(".quiz-answer");
      this.options = this.inputs.map((input, i) => {
        const item = details.querySelectorAll("li")[i];
        const slot = make("div", "quiz-feedback");
        slot.id = `${input.id}-feedback`;
        slot.setAttribute("aria-live", "polite");
        input.parentElement.append(slot);
        input.setAttribute("aria-describedby", slot.id);
        return {
          input,
          slot,
          row: input.parentElement,
          right: item.dataset.verdict === "right",
          words: item.querySelector(".quiz-words"),
        };
      });
      details.remove();

      this.button = make("button", "quiz-check", "Check");
      this.button.type = "button";
      this.status = make("p", "quiz-status");
      this.status.setAttribute("role", "status");
      const bar = make("div", "quiz-bar");
      bar.append(this.button, this.status);
      root.append(bar);

      this.button.addEventListener("click", () => this.check());
      for (const input of this.inputs) {
        input.addEventListener("change", () => this.reopen());
        input.addEventListener("keydown", (event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            this.check();
          }
        });
      }
      this.restore();
    }

    chosen() {
      return this.options.filter((option) => option.input.checked);
    }

    // The words of a check go away as soon as another option is chosen.
    reopen() {
      this.solved = false;
      this.status.textContent = "";
      delete this.root.dataset.state;
      for (const option of this.options) {
        delete option.row.dataset.verdict;
        option.slot.replaceChildren();
      }
      memory.write(this.key, null);
      this.changed();
    }

    check() {
      const chosen = this.chosen();
      if (chosen.length === 0) {
        this.status.textContent = "Choose an answer first.";
        return;
      }
      const wrong = chosen.filter((option) => !option.right).length;
      const missing = this.options.filter((o) => o.right && !o.input.checked).length;
      this.solved = wrong === 0 && missing === 0;
      this.root.dataset.state = this.solved ? "right" : "wrong";
      for (const option of chosen) {
        option.row.dataset.verdict = option.right ? "right" : "wrong";
        option.slot.replaceChildren(
          make("strong", "quiz-verdict", option.right ? "Right. " : "Not this one. "),
          option.words,
        );
      }
      this.status.textContent = this.verdict(wrong);
      memory.write(this.key, chosen.map((option) => option.input.value));
      this.changed();
    }

    verdict(wrong) {
      if (this.solved) return this.several ? "Right: you found all of them." : "Right.";
      if (!this.several) return "Not yet. Read the note, then choose again.";
      if (wrong === 0) return "Right so far, and not all of it: another option is right too.";
      return `Not yet: ${plural(wrong, "chosen option")} ${wrong === 1 ? "is" : "are"} wrong.`;
    }

    restore() {
      const saved = memory.read(this.key);
      if (!Array.isArray(saved) || saved.length === 0) {
        for (const input of this.inputs) input.checked = false;
        return;
      }
      for (const input of this.inputs) input.checked = saved.includes(input.value);
      if (this.chosen().length) this.check();
    }

    reset() {
      for (const input of this.inputs) input.checked = false;
      this.reopen();
    }
  }

  const start = () => {
    const roots = [...document.querySelectorAll(".quiz")];
    if (roots.length === 0) return;
    const questions = [];
    const tally = make("p", "quiz-tally");
    const again = make("button", "quiz-again", "Start over");
    again.type = "button";
    const update = () => {
      const open = questions.filter((question) => !question.solved);
      const solved = questions.length - open.length;
      tally.textContent = `${solved} of ${plural(questions.length, "question")} answered right.`;
      if (solved && open.length) {
        tally.append(" Still open: ");
        open.forEach((question, i) => {
          const link = make("a", "", `${questions.indexOf(question) + 1}`);
          link.href = `#${question.root.id}`;
          link.setAttribute("aria-label", `question ${link.textContent}`);
          tally.append(i ? ", " : "", link);
        });
        tally.append(".");
      }
      again.hidden = !questions.some((question) => question.chosen().length);
    };
    for (const root of roots) questions.push(new Question(root, update));
    again.addEventListener("click", () => {
      for (const question of questions) question.reset();
      questions[0].inputs[0].focus();
    });
    if (questions.length > 1) {
      const end = make("div", "quiz-end");
      end.append(tally, again);
      roots.at(-1).after(end);
    }
    update();
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
