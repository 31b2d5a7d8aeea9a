// <build-your-own>: four menus name a dropout layer, and the laws of exercise 4.2 answer.
// What they say was found when the book was built (book/_ext/build_your_own.py); here it is shown.
// A small network that learns with the chosen layer shows what a slip costs: mlp.js does the sums.
"use strict";

(() => {
  const { generator, Network, Experiment, PRESETS } = window.dropoutCourse;
  const SEEDS = 6, EPOCHS = 400, RATE = 0.3, LEARNING_RATE = 0.01;
  let figures = 0;

  function make(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  // One mask a hidden layer for n examples, as the first menu says.
  function draw(kind, sizes, n, p, random) {
    return sizes.slice(1, -1).map((units) => {
      const mask = new Uint8Array(n * units);
      const row = () => Array.from({ length: units }, () => {
        const u = random();
        return kind === "exact" ? u : Number(kind === "swapped" ? u < p : u >= p);
      });
      const shared = kind === "batch" ? row() : null;
      for (let i = 0; i < n; i++) {
        let one = shared ?? row();
        if (kind === "exact") {
          const kept = Math.round((1 - p) * units);
          const limit = [...one].sort((a, b) => a - b)[kept - 1];
          one = one.map((u) => Number(u <= limit));
        }
        mask.set(one, i * units);
      }
      return mask;
    });
  }

  const FACTORS = { inverted: (p) => 1 / (1 - p), none: () => 1, times: (p) => 1 - p,
    rate: (p) => 1 / p };

  // A network that learns noisy moons with the chosen layer; its test error in evaluation.
  class Trial {
    constructor([mask, factor, evaluation], seed) {
      const { train, test, dropout } = new Experiment(PRESETS.noisy[1], seed);
      Object.assign(this, { mask, evaluation, train, test, net: dropout, epoch: 0 });
      this.factor = FACTORS[factor](RATE);
      this.random = generator(seed + 200);
    }

    step() {
      const { x, y, n } = this.train;
      const masks = draw(this.mask, this.net.sizes, n, RATE, this.random);
      this.net.loss(x, y, n, RATE, masks, this.factor);
      this.net.step(LEARNING_RATE);
      this.epoch += 1;
    }

    error() {
      const { x, y, n } = this.test;
      const all = this.net.sizes.slice(1, -1).map((units) => new Uint8Array(n * units).fill(1));
      const logits = {
        identity: () => this.net.forward(x, n),
        scaled: () => this.net.forward(x, n, RATE, all, 1 - RATE),
        drops: () => this.net.forward(x, n, RATE,
          draw(this.mask, this.net.sizes, n, RATE, this.random), this.factor),
      }[this.evaluation]();
      let wrong = 0;
      for (let i = 0; i < n; i++) wrong += (logits[2 * i + 1] > logits[2 * i] ? 1 : 0) !== y[i];
      return 100 * wrong / n;
    }
  }

  class BuildYourOwn extends HTMLElement {
    connectedCallback() {
      if (this.data) return;
      try {
        this.data = JSON.parse(this.querySelector("script").textContent);
      } catch {
        return;  // the still picture says what there is to say
      }
      this.id ||= `build-your-own-${++figures}`;
      this.querySelector(".byo-still")?.remove();
      this.classList.add("byo-live");
      this.build();
      this.show();
    }

    build() {
      this.menus = Object.entries(this.data.menus).map(([key, [title, options]], i) => {
        const id = `${this.id}-${key}`;
        const select = make("select", { id },
          ...Object.entries(options).map(([value, words]) => make("option", { value }, words)));
        select.value = this.data.start[i];
        select.addEventListener("change", () => this.show());
        return { select, node: make("p", { class: "byo-menu" }, make("label", { for: id }, title),
          select) };
      });
      this.verdict = make("div", { class: "byo-verdict", role: "status", "aria-live": "polite" });
      this.cost = make("p", { class: "byo-cost", role: "status", "aria-live": "polite" });
      this.trainer = make("button", { type: "button", class: "byo-button" },
        "Train a small network with it");
      this.trainer.addEventListener("click", () => this.train());
      this.append(make("div", { class: "byo-menus" }, ...this.menus.map(({ node }) => node)),
        this.verdict, this.trainer, this.cost);
    }

    choice() {
      return this.menus.map(({ select }) => select.value);
    }

    show() {
      this.run = null;  // what trains belongs to another layer
      this.cost.textContent = "";
      const said = this.data.verdicts[this.choice().join(" ")];
      const held = said.holds.reduce((sum, one) => sum + one, 0);
      const all = held === this.data.laws.length;
      const laws = this.data.laws.map((law, i) => make("li",
        { class: said.holds[i] ? "byo-holds" : "byo-fails" }, make("span", { class: "byo-mark" },
          make("span", { "aria-hidden": "true" }, said.holds[i] ? "✓" : "✗"),
          make("span", { class: "byo-hidden" }, said.holds[i] ? "holds: " : "fails: ")), law));
      const parts = [
        make("p", { class: "byo-head" }, all ? `All ${held} laws hold.`
          : `${held} of ${this.data.laws.length} laws hold.`),
        make("ul", { class: "byo-laws" }, ...laws),
      ];
      if (!all) {
        parts.push(make("p", {}, make("b", {}, said.law), `: ${said.reason}.`));
        if (said.expected || said.received) {
          const rows = [["expected", said.expected], ["received", said.received]];
          parts.push(make("pre", { tabindex: "0" }, rows.filter(([, text]) => text)
            .map(([name, text]) => `${name}  ${text}`).join("\n")));
        }
        for (const [title, sentence] of said.mistakes) {
          parts.push(make("p", {}, "This behaves like a known mistake: ", make("b", {}, title),
            `. ${sentence}`));
        }
      }
      this.verdict.replaceChildren(...parts);
    }

    // Trains the chosen layer and the right one on the same data, a little in every frame.
    train() {
      const run = { right: [], chosen: [] };
      this.run = run;
      const trials = [];
      for (let seed = 1; seed <= SEEDS; seed++) {
        trials.push(["chosen", new Trial(this.choice(), seed)],
          ["right", new Trial(this.data.right, seed)]);
      }
      const total = trials.length;
      const frame = () => {
        if (this.run !== run) return;
        const until = performance.now() + 25;
        while (trials.length && performance.now() < until) {
          const [which, trial] = trials[0];
          if (trial.epoch < EPOCHS) trial.step();
          else { run[which].push(trial.error()); trials.shift(); }
        }
        if (trials.length) {
          const done = total - trials.length;
          if (this.shown !== done) this.cost.textContent = `Training, ${done} of ${total} …`;
          this.shown = done;
          requestAnimationFrame(frame);
        } else {
          this.tell(run);
        }
      };
      requestAnimationFrame(frame);
    }

    tell({ right, chosen }) {
      const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;
      const better = chosen.filter((error, i) => error < right[i]).length;
      this.cost.textContent = `On new points, the network with this layer errs in `
        + `${mean(chosen).toFixed(1)}\u00a0% of cases, the one with the right layer in `
        + `${mean(right).toFixed(1)}\u00a0% (p = ${RATE}, a fifth of the labels wrong, ${SEEDS} seeds; `
        + `this one is better under ${better} of them).`;
    }
  }

  Object.assign(window.dropoutCourse, { Trial });
  if (!customElements.get("build-your-own")) customElements.define("build-your-own", BuildYourOwn);
})();
