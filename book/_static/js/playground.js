// <dropout-playground>: two networks train side by side on the same noisy data, one with dropout.
// The page shows a still picture first (book/_ext/playground.py); here it comes to life. Needs
// mlp.js. Everything follows from the seed. No library, no request, no storage.
"use strict";

(() => {
  const { generator, normal, Network } = window.dropoutCourse;
  const SIDE = 44;              // cells a side of the map
  const REACH = 1.8;            // the map shows [-REACH, REACH] in both directions
  const TRAIN = 100, TEST = 1000;
  const LEARNING_RATE = 0.01;
  const PASSES = 20;            // stochastic passes behind the map of the uncertainty
  const END = 800;              // epochs after which it stops by itself
  const MAP = 300;              // pixels of a map, before the screen's ratio
  const COLOURS = [[201, 111, 30], [20, 125, 146]];  // class 0 and 1, legible on white and black
  const CHART = { widest: 640, height: 150, left: 44, right: 96, top: 10, bottom: 26 };
  let figures = 0;

  const DATA = {
    moons: ["two moons", (random) => {
      const c = random() < 0.5 ? 0 : 1, t = Math.PI * random();
      const x = (c ? 1 - Math.cos(t) : Math.cos(t)) - 0.5 + 0.25 * normal(random);
      return [x, (c ? 0.5 - Math.sin(t) : Math.sin(t)) - 0.25 + 0.25 * normal(random), c];
    }],
    waves: ["a wave", (random) => {
      const x = 3 * random() - 1.5, y = 3 * random() - 1.5;
      return [x, y, y > 0.7 * Math.sin(2.5 * x) ? 1 : 0];
    }],
    disc: ["a disc", (random) => {
      const x = 3 * random() - 1.5, y = 3 * random() - 1.5;
      return [x, y, Math.hypot(x, y) < 1 ? 1 : 0];
    }],
  };

  // What the sliders can be set to: lowest, highest, step, and how a value is read.
  const percent = (value) => `${Math.round(100 * value)} %`;
  const SLIDERS = {
    rate: ["Drop rate p", 0.05, 0.8, 0.05, (v) => v.toFixed(2)],
    noise: ["Wrong labels", 0, 0.4, 0.05, percent],
    width: ["Units a layer", 2, 64, 2, String],
    depth: ["Hidden layers", 1, 3, 1, String],
    decay: ["Weight decay", 0, 0.5, 0.05, (v) => v.toFixed(2)],
  };
  const START = { data: "moons", rate: 0.3, noise: 0.2, width: 32, depth: 2, decay: 0 };
  const PRESETS = {
    noisy: ["Noisy labels", { ...START }],
    clean: ["Clean labels", { ...START, data: "waves", noise: 0 }],
    narrow: ["A narrow network", { ...START, noise: 0, width: 6, rate: 0.5 }],
    decay: ["Weight decay on both", { ...START, decay: 0.5 }],
  };

  function draw(kind, n, random) {
    const x = new Float64Array(2 * n), y = new Uint8Array(n);
    for (let i = 0; i < n; i++) [x[2 * i], x[2 * i + 1], y[i]] = DATA[kind][1](random);
    return { x, y, n };
  }

  function errors(network, { x, y, n }) {
    const logits = network.forward(x, n);
    let wrong = 0;
    for (let i = 0; i < n; i++) wrong += (logits[2 * i + 1] > logits[2 * i] ? 1 : 0) !== y[i];
    return wrong / n;
  }

  // One experiment: the data and both networks, all of them functions of settings and seed.
  class Experiment {
    constructor(settings, seed) {
      const random = generator(seed);
      this.settings = settings;
      this.train = draw(settings.data, TRAIN, random);
      this.test = draw(settings.data, TEST, random);
      this.flipped = Array.from({ length: TRAIN }, () => random() < settings.noise);
      this.flipped.forEach((wrong, i) => { if (wrong) this.train.y[i] = 1 - this.train.y[i]; });
      const sizes = [2, ...Array(settings.depth).fill(settings.width), 2];
      this.plain = new Network(sizes, generator(seed + 100));   // both begin with the same weights
      this.dropout = new Network(sizes, generator(seed + 100));
      this.masks = generator(seed + 200);
      this.epoch = 0;
      this.history = [];
      this.note();
    }

    step() {
      const { x, y, n } = this.train;
      const { rate, decay } = this.settings;
      this.plain.loss(x, y, n);
      this.plain.step(LEARNING_RATE, decay);
      this.dropout.loss(x, y, n, rate, this.dropout.drawMasks(n, rate, this.masks));
      this.dropout.step(LEARNING_RATE, decay);
      this.epoch += 1;
      if (this.epoch % 10 === 0) this.note();
    }

    note() {
      const both = [this.plain, this.dropout];
      this.now = {
        epoch: this.epoch,
        test: both.map((network) => errors(network, this.test)),
        train: both.map((network) => errors(network, this.train)),
      };
      this.history.push(this.now);
    }

    // Probability of class 1 on the map's cells, row by row from the top.
    map(network) {
      const P = network.softmax(network.forward(GRID, SIDE * SIDE), SIDE * SIDE);
      return Float64Array.from({ length: SIDE * SIDE }, (_, i) => P[2 * i + 1]);
    }

    // Standard deviation of that probability over passes with masks.
    doubt() {
      const { rate } = this.settings;
      const n = SIDE * SIDE, random = generator(7);
      const sum = new Float64Array(n), squares = new Float64Array(n);
      for (let t = 0; t < PASSES; t++) {
        const masks = this.dropout.drawMasks(n, rate, random);
        const P = this.dropout.softmax(this.dropout.forward(GRID, n, rate, masks), n);
        for (let i = 0; i < n; i++) {
          sum[i] += P[2 * i + 1];
          squares[i] += P[2 * i + 1] ** 2;
        }
      }
      return sum.map((s, i) => Math.sqrt(Math.max(0, squares[i] / PASSES - (s / PASSES) ** 2)));
    }
  }

  const GRID = new Float64Array(2 * SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    GRID[2 * i] = REACH * (2 * ((i % SIDE) + 0.5) / SIDE - 1);
    GRID[2 * i + 1] = REACH * (1 - 2 * (Math.floor(i / SIDE) + 0.5) / SIDE);
  }

  function make(name, attributes = {}, ...children) {
    const svg = ["svg", "g", "path", "line", "text"].includes(name);
    const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", name)
      : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  class Playground extends HTMLElement {
    connectedCallback() {
      if (this.experiment) return;
      const preset = this.getAttribute("preset") || "noisy";
      const seed = Number(this.getAttribute("seed") ?? 1);
      if (!(preset in PRESETS) || !Number.isInteger(seed) || seed < 0) {
        this.append(make("p", { class: "pg-say" }, "This figure can't start: there is no preset "
          + `“${preset}” with seed ${this.getAttribute("seed")}. The picture stays as it is.`));
        return;
      }
      this.id ||= `dropout-playground-${++figures}`;
      this.seed = seed;
      this.settings = { ...PRESETS[preset][1] };
      this.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.build();
      this.restart(preset);
      this.classList.add("pg-fresh");  // for print: the still picture has more to say
      new IntersectionObserver(([entry]) => {      // nobody watches: the battery rests
        if (!entry.isIntersecting) this.pause();
      }).observe(this);
    }

    // ---- what is made once ---------------------------------------------------------------------
    build() {
      this.classList.add("pg-live");
      this.panels = [["without dropout", "plain"], ["with dropout", "dropout"]].map(
        ([title, which]) => this.buildPanel(title, which));
      this.say = make("p", { class: "pg-say", role: "status", "aria-live": "polite" });
      this.append(this.buildPresets(), this.buildButtons(),
        make("div", { class: "pg-panels" }, ...this.panels.map((panel) => panel.node)),
        this.buildChart(), this.say, this.buildSettings());
    }

    buildPanel(title, which) {
      const canvas = make("canvas", { role: "img" });
      const ratio = Math.min(2, window.devicePixelRatio || 1);
      canvas.width = canvas.height = MAP * ratio;
      const numbers = make("span", { class: "pg-numbers" });
      const node = make("figure", { class: `pg-panel pg-${which}` },
        make("figcaption", {}, make("strong", {}, title), " ", numbers), canvas);
      return { title, which, canvas, numbers, node };
    }

    button(text, action, kind = "") {
      const node = make("button", { type: "button", class: `pg-button ${kind}`.trim() }, text);
      node.addEventListener("click", action);
      return node;
    }

    buildPresets() {
      this.presets = Object.entries(PRESETS).map(([name, [title]]) => {
        const node = this.button(title, () => {
          this.settings = { ...PRESETS[name][1] };
          this.restart(name);
          this.run();
        });
        node.dataset.preset = name;
        return node;
      });
      return make("div", { class: "pg-presets", role: "group", "aria-label": "What to try" },
        ...this.presets);
    }

    buildButtons() {
      this.runner = this.button("Train", () => (this.running ? this.pause() : this.run()),
        "pg-main");
      this.doubt = make("input", { type: "checkbox", id: `${this.id}-doubt` });
      this.doubt.addEventListener("change", () => this.paint());
      return make("div", { class: "pg-buttons" }, this.runner,
        this.button("Start again", () => this.restart()),
        this.button("Other data", () => { this.seed += 1; this.restart(); }),
        make("label", { for: this.doubt.id }, this.doubt, " show what the dropout passes disagree on"));
    }

    buildChart() {
      this.chart = make("svg", { role: "img" });
      const box = make("div", { class: "pg-chart" }, this.chart);
      new ResizeObserver(() => this.paintChart()).observe(box);  // letters keep their size
      return box;
    }

    buildSettings() {
      this.readouts = {};
      const select = make("select", { id: `${this.id}-data` },
        ...Object.entries(DATA).map(([name, [title]]) => make("option", { value: name }, title)));
      select.addEventListener("change", () => this.change("data", select.value));
      this.select = select;
      const rows = [make("p", { class: "pg-setting" },
        make("label", { for: select.id }, "Data"), select)];
      this.sliders = {};
      for (const [name, [title, min, max, step]] of Object.entries(SLIDERS)) {
        const slider = make("input", { type: "range", id: `${this.id}-${name}`, min, max, step });
        slider.addEventListener("input", () => this.change(name, Number(slider.value)));
        this.sliders[name] = slider;
        this.readouts[name] = make("span", { class: "pg-value", "aria-hidden": "true" });
        rows.push(make("p", { class: "pg-setting" }, make("label", { for: slider.id }, title),
          slider, this.readouts[name]));
      }
      return make("div", { class: "pg-settings" }, ...rows);
    }

    // ---- what a reader does --------------------------------------------------------------------
    change(name, value) {
      const ran = this.running;
      this.settings[name] = value;
      this.restart();
      if (ran) this.run();
    }

    restart(preset = null) {
      this.pause();
      this.classList.remove("pg-fresh");
      this.experiment = new Experiment({ ...this.settings }, this.seed);
      const same = (name) => Object.entries(PRESETS[name][1])
        .every(([key, value]) => this.settings[key] === value);
      for (const node of this.presets) {
        const on = preset ? node.dataset.preset === preset : same(node.dataset.preset);
        node.setAttribute("aria-pressed", String(on));
      }
      this.select.value = this.settings.data;
      for (const [name, slider] of Object.entries(this.sliders)) {
        const read = SLIDERS[name][4](this.settings[name]);
        slider.value = this.settings[name];
        slider.setAttribute("aria-valuetext", read);
        this.readouts[name].textContent = read;
      }
      this.runner.textContent = "Train";
      this.paint();
      this.tell();
    }

    run() {
      if (this.experiment.epoch >= END) this.restart();
      this.running = true;
      this.classList.remove("pg-fresh");
      this.runner.textContent = "Pause";
      this.say.textContent = "Both networks train.";
      const frame = () => {
        if (!this.running) return;
        this.advance(this.still ? END : 4);
        this.paint();
        if (this.experiment.epoch >= END) this.pause();
        else requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    }

    advance(epochs) {
      for (let i = 0; i < epochs && this.experiment.epoch < END; i++) this.experiment.step();
    }

    pause() {
      if (!this.running) return;
      this.running = false;
      this.runner.textContent = this.experiment.epoch >= END ? "Train again" : "Train on";
      this.tell();
    }

    tell() {
      const { epoch, test, train } = this.experiment.now;
      const one = (values) => `${(100 * values[0]).toFixed(1)}\u00a0% without dropout, `
        + `${(100 * values[1]).toFixed(1)}\u00a0% with it`;
      const wrong = this.experiment.flipped.some(Boolean) ? ", wrong labels included," : "";
      this.say.textContent = epoch
        ? `After ${epoch} epochs the test error is ${one(test)}; on the training data${wrong} it is `
          + `${one(train)}.`
        : "Press Train, or change what you like.";
    }

    // ---- what is shown -------------------------------------------------------------------------
    paint() {
      const { now, flipped } = this.experiment;
      this.panels.forEach(({ title, which, canvas, numbers }, k) => {
        const doubt = this.doubt.checked && which === "dropout";
        this.paintMap(canvas, this.experiment.map(this.experiment[which]),
          doubt ? this.experiment.doubt() : null);
        numbers.textContent = now.epoch ? `test ${(100 * now.test[k]).toFixed(1)}\u00a0%, `
          + `training\u00a0${(100 * now.train[k]).toFixed(1)}\u00a0%` : "not trained yet";
        canvas.setAttribute("aria-label", `What the network ${title} says over the plane, with the `
          + `${TRAIN} training points, ${flipped.filter(Boolean).length} of them labelled wrongly; `
          + numbers.textContent);
      });
      this.paintChart();
    }

    paintMap(canvas, map, doubt) {
      const context = canvas.getContext("2d");
      const cell = canvas.width / SIDE;
      const image = new ImageData(SIDE, SIDE);
      map.forEach((p, i) => {
        const [r, g, b] = COLOURS[p > 0.5 ? 1 : 0];
        const sure = doubt ? 1 - 2 * doubt[i] : 0.25 + 0.75 * Math.abs(2 * p - 1);
        image.data.set([r, g, b, Math.round(255 * 0.5 * Math.max(0, sure))], 4 * i);
      });
      this.buffer ??= Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
      this.buffer.getContext("2d").putImageData(image, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.imageSmoothingEnabled = false;
      context.drawImage(this.buffer, 0, 0, canvas.width, canvas.height);
      this.paintPoints(context, canvas.width, cell);
    }

    paintPoints(context, size, cell) {
      const { train, flipped } = this.experiment;
      const radius = Math.max(3, 0.55 * cell);
      const ink = getComputedStyle(this).color;
      for (let i = 0; i < train.n; i++) {
        const x = size * (train.x[2 * i] / REACH + 1) / 2;
        const y = size * (1 - train.x[2 * i + 1] / REACH) / 2;
        context.beginPath();
        if (train.y[i]) context.arc(x, y, radius, 0, 2 * Math.PI);
        else context.rect(x - 0.9 * radius, y - 0.9 * radius, 1.8 * radius, 1.8 * radius);
        context.fillStyle = `rgb(${COLOURS[train.y[i]].join(" ")})`;
        context.fill();
        context.lineWidth = flipped[i] ? 2.5 : 0.75;
        context.strokeStyle = flipped[i] ? ink : "#fff8";
        context.stroke();
      }
    }

    paintChart() {
      const { widest, height, left, right, top, bottom } = CHART;
      const width = Math.min(widest, this.clientWidth || widest);
      const { history } = this.experiment;
      const seen = history.slice(1);  // what the first weights say is no result
      const most = Math.max(0.1, ...seen.flatMap((one) => one.test)) * 1.05;
      const x = (epoch) => left + (width - left - right) * epoch / END;
      const y = (error) => height - bottom - (height - top - bottom) * error / most;
      const floor = height - bottom;
      const parts = [
        make("line", { class: "pg-axis", x1: left, x2: width - right, y1: floor, y2: floor }),
        make("text", { class: "pg-tick", x: (left + width - right) / 2, y: height - 6 },
          "test error by epoch"),
      ];
      const step = most > 0.3 ? 0.2 : most > 0.15 ? 0.1 : 0.05;
      for (let e = 0; e < most; e += step) {
        parts.push(make("line", { class: "pg-grid", x1: left, x2: width - right, y1: y(e), y2: y(e) }),
          make("text", { class: "pg-tick pg-left", x: left - 6, y: y(e) + 4 }, percent(e)));
      }
      this.chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
      this.chart.replaceChildren(...parts, ...(seen.length ? this.curves(seen, x, y) : []));
      this.chart.setAttribute("aria-label", "Test error against epochs. "
        + `Now ${percent(history.at(-1).test[0])} without dropout and `
        + `${percent(history.at(-1).test[1])} with it.`);
    }

    // Both curves, their names beside their ends and never on top of each other.
    curves(seen, x, y) {
      const ends = [0, 1].map((k) => y(seen.at(-1).test[k]));
      const apart = Math.abs(ends[0] - ends[1]) < 16 ? (16 - Math.abs(ends[0] - ends[1])) / 2 : 0;
      return ["plain", "dropout"].flatMap((which, k) => {
        const d = seen.map((one, i) =>
          `${i ? "L" : "M"}${x(one.epoch).toFixed(1)} ${y(one.test[k]).toFixed(1)}`).join("");
        const shift = (ends[k] > ends[1 - k] || (ends[0] === ends[1] && k) ? 1 : -1) * apart;
        return [make("path", { class: `pg-line pg-${which}`, d }),
          make("text", { class: `pg-name pg-${which}`, x: x(seen.at(-1).epoch) + 6,
            y: ends[k] + shift + 4 }, k ? "with dropout" : "without")];
      });
    }
  }

  Object.assign(window.dropoutCourse, { Experiment, PRESETS, END });
  if (!customElements.get("dropout-playground")) {
    customElements.define("dropout-playground", Playground);
  }
})();
