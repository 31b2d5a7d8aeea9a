// <mc-co2>: MC dropout on the CO₂ curve. Networks that were trained as in chapter 12 come with the
// page (book/_ext/mc_co2.py); each pass draws one mask a hidden layer and runs all years through.
"use strict";

(() => {
  const { generator, live: { make, chart, LiveFigure } } = window.dropoutCourse;
  const COUNTS = [2, 5, 10, 20, 50, 100, 200, 500], SINGLE = 8, LAYERS = 4;
  const FIRST = 1958, STEP = 0.5, POINTS = 89;
  const YEARS = Array.from({ length: POINTS }, (_, i) => FIRST + STEP * i);

  // Weights (in, out) and biases of each layer, from bytes and their steps.
  function unpack(packed) {
    const read = ([step, text]) => Float64Array.from(atob(text), (c) => (c.charCodeAt(0) << 24 >> 24) * step);
    return Array.from({ length: LAYERS + 1 }, (_, k) => ({ W: read(packed[`W${k + 1}`]),
      b: read(packed[`b${k + 1}`]) }));
  }

  // Outputs for standardised inputs, all behind the same masks: one list of factors a hidden layer.
  function pass(layers, tanh, inputs, factors) {
    return inputs.map((input) => {
      let h = [input];
      layers.forEach(({ W, b }, k) => {
        const a = Float64Array.from(b), n = b.length;
        h.forEach((value, j) => {
          if (value) for (let i = 0; i < n; i++) a[i] += value * W[j * n + i];
        });
        if (k < LAYERS) {
          for (let i = 0; i < n; i++) {
            a[i] = factors[k][i] && factors[k][i] * (tanh ? Math.tanh(a[i]) : Math.max(a[i], 0));
          }
        }
        h = a;
      });
      return h[0];
    });
  }

  // Mean and spread over passes, point by point.
  function moments(passes) {
    const T = passes.length;
    const mean = passes[0].map((_, i) => passes.reduce((sum, one) => sum + one[i], 0) / T);
    const spread = mean.map((m, i) =>
      Math.sqrt(passes.reduce((sum, one) => sum + (one[i] - m) ** 2, 0) / T));
    return { mean, spread };
  }

  class McCo2 extends LiveFigure {
    check(data) {
      if (!data.nets[this.getAttribute("net")]) {
        throw new RangeError(`there is no network “${this.getAttribute("net")}”`);
      }
      this.number("passes", 2, 500, true);
      this.number("seed", 0, 2 ** 32 - 1, true);
    }

    start(data) {
      this.data = data;
      [this.kind, this.rate] = this.getAttribute("net").split(" ");
      this.seed = this.number("seed", 0, 2 ** 32 - 1, true);
      this.T = this.number("passes", 2, 500, true);
      this.inputs = YEARS.map((year) => (year - data.year[0]) / data.year[1]);
      this.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.svg = this.querySelector("svg");
      this.say = this.status();
      const rates = Object.fromEntries(data.rates.map((rate) => [rate, `p = ${rate}`]));
      const at = COUNTS.findIndex((count) => count >= this.T);
      this.prepend(
        make("div", { class: "lf-settings" },
          this.menu("kind", "Units", { ReLU: "ReLU", tanh: "tanh" }, this.kind,
            (kind) => { this.kind = kind; this.run(); }).node,
          this.menu("rate", "Drop rate", rates, this.rate,
            (rate) => { this.rate = rate; this.run(); }).node,
          this.slider("passes", "Passes", [0, COUNTS.length - 1, 1], at, (i) => String(COUNTS[i]),
            (i) => { this.T = COUNTS[i]; this.run(); }).node),
        make("div", { class: "lf-buttons" },
          this.button("Draw other masks", () => { this.seed += 1; this.run(); })));
      this.append(this.say);
      this.onWidth(() => (this.passes ? this.paint() : this.run()));
    }

    run() {
      const layers = unpack(this.data.nets[`${this.kind} ${this.rate}`]);
      const random = generator(this.seed), p = Number(this.rate), tanh = this.kind === "tanh";
      const [middle, unit] = this.data.ppm;
      const passes = this.passes = [];
      const frame = () => {
        if (this.passes !== passes) return;  // the reader has asked for others
        const until = performance.now() + 20;
        while (passes.length < this.T && (this.still || passes.length < 2 || performance.now() < until)) {
          const factors = Array.from({ length: LAYERS }, () =>
            Array.from({ length: this.data.width }, () => (random() >= p ? 1 / (1 - p) : 0)));
          passes.push(pass(layers, tanh, this.inputs, factors).map((z) => middle + unit * z));
        }
        this.paint();
        if (passes.length < this.T) requestAnimationFrame(frame);
        else this.tell();
      };
      frame();
    }

    tell() {
      const { mean, spread } = moments(this.passes), { truth, ends } = this.data;
      const late = YEARS.indexOf(2001.5), end = YEARS.indexOf(ends);
      const off = Math.abs(mean[late] - truth) / spread[late];
      const times = spread[late] / spread[end];
      this.say.textContent = `${this.T} passes, ${this.kind}, p = ${this.rate}: for the middle of 2001 `
        + `they say ${mean[late].toFixed(0)} ppm with a spread of ${spread[late].toFixed(1)} ppm, `
        + `${times.toFixed(1)} times that of ${ends}. Measured were ${truth.toFixed(0)}: `
        + `${off.toFixed(1)} spreads away. The spread of so many passes is itself known to about `
        + `${(100 / Math.sqrt(2 * (this.T - 1))).toFixed(0)}\u00a0%.`;
    }

    paint() {
      const width = Math.min(720, this.clientWidth || 400), height = Math.max(260, 0.5 * width);
      const { X, Y, line, parts, top, floor } = chart(width, height,
        { ends: [1958, 2002], ticks: [1960, 1970, 1980, 1990, 2000], name: "year" },
        { ends: [305, 390], ticks: [320, 340, 360, 380] });
      const { mean, spread } = moments(this.passes);
      const edge = (side) => YEARS.map((year, i) => [year, mean[i] + side * 2 * spread[i]]);
      const ends = X(this.data.ends);
      const path = (name, d) => make("path", { class: `mc-${name}`, d });
      this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      this.svg.setAttribute("aria-label", `CO₂ in ppm against the year: the measured curve until 2001, `
        + `and mean and band of ${this.passes.length} passes of ${this.kind} networks.`);
      this.svg.replaceChildren(...parts,
        make("line", { class: "mc-ends", x1: ends, x2: ends, y1: top, y2: floor }),
        make("text", { class: "lf-end", x: ends - 5, y: top + 12 }, "training data end"),
        make("text", { class: "lf-end", x: X(1958) - 6, y: top + 8 }, "ppm"),
        path("measured", line(this.data.measured)),
        path("band", `${line(edge(1))}${line(edge(-1).reverse()).replace("M", "L")}Z`),
        ...this.passes.slice(0, SINGLE).map((one) => path("single", line(one.map((v, i) => [YEARS[i], v])))),
        path("mean", line(mean.map((v, i) => [YEARS[i], v]))));
    }
  }

  window.dropoutCourse.mcCo2 = { unpack, pass, moments };
  if (!customElements.get("mc-co2")) customElements.define("mc-co2", McCo2);
})();
