// <variance-shift>: a chain of layers whose order the reader changes, and at each batch norm the
// variance of both modes. The sums are those of book/_ext/variance_shift.py and of chapter 10's
// reference answers, against which they are tested.
"use strict";

(() => {
  const { generator, live: { make, LiveFigure } } = window.dropoutCourse;
  const EPS = 1e-5, MOST = 0.8;

  function normals(seed, n) {
    const random = generator(seed);
    return Float64Array.from({ length: n }, () => {
      const u = random();
      return Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * random());
    });
  }

  // Means and variances of the columns of n rows of d values.
  function columns(x, n, d) {
    const mean = new Float64Array(d), variance = new Float64Array(d);
    for (let i = 0; i < x.length; i++) mean[i % d] += x[i] / n;
    for (let i = 0; i < x.length; i++) variance[i % d] += (x[i] - mean[i % d]) ** 2 / n;
    return { mean, variance };
  }

  const median = (values) => {
    const sorted = [...values].sort((a, b) => a - b), half = sorted.length >> 1;
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  };

  // Of the units that vary: a ReLU may be off for all examples.
  const ratios = (now, was) => [...now].map((v, i) => v / was[i]).filter((_, i) => was[i] > 0);

  // Runs a chain in both modes; gives for each batch norm what it stores and what arrives.
  class Chain {
    constructor({ size: [n, d, batches], seeds }) {
      Object.assign(this, { n, d, batches, seeds, weights: {} });
      this.x = normals(seeds.inputs, n * d).map((z, i) => z + (i % d) % 3 - 1);
    }

    linear(x, k) {
      const { n, d, seeds } = this, out = new Float64Array(n * d);
      const W = this.weights[k] ??= normals(seeds.weights + k, d * d).map((z) => Math.sqrt(2 / d) * z);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < d; j++) {
          const value = x[i * d + j];
          if (value) for (let u = 0; u < d; u++) out[i * d + u] += value * W[j * d + u];
        }
      }
      return out;
    }

    dropped(x, p, k, batch) {
      const random = generator(this.seeds.masks + 100 * batch + k);
      return x.map((v) => (random() >= p ? v / (1 - p) : 0));
    }

    layerNorm(x) {
      const { n, d } = this, out = new Float64Array(x.length);
      for (let i = 0; i < n; i++) {
        const row = x.subarray(i * d, (i + 1) * d);
        const mean = row.reduce((a, b) => a + b, 0) / d;
        const scale = 1 / Math.sqrt(row.reduce((a, b) => a + (b - mean) ** 2, 0) / d + EPS);
        for (let u = 0; u < d; u++) out[i * d + u] = (row[u] - mean) * scale;
      }
      return out;
    }

    // In training, with the masks of a batch, if nothing is stored yet; `watch` sees what arrives at
    // each layer.
    forward(layers, p, stored, watch, batch = 0) {
      const { n, d } = this, count = {};
      let x = this.x, norms = 0;
      layers.forEach((layer, at) => {
        watch(layer, at, x);
        const k = count[layer] ?? 0;
        count[layer] = k + 1;
        if (layer === "linear") x = this.linear(x, k);
        else if (layer === "relu") x = x.map((v) => Math.max(v, 0));
        else if (layer === "dropout" && !stored) x = this.dropped(x, p, k, batch);
        else if (layer === "layernorm") x = this.layerNorm(x);
        else if (layer === "batchnorm") {
          const { mean, variance } = stored ? stored[norms] : columns(x, n, d);
          norms += 1;
          x = x.map((v, i) => (v - mean[i % d]) / Math.sqrt(variance[i % d] + EPS));
        }
      });
    }

    // What each batch norm stores: mean and unbiased variance, averaged over batches.
    stored(layers, p) {
      const { n, d, batches } = this, stored = [];
      for (let batch = 0; batch < batches; batch++) {
        let norms = 0;
        this.forward(layers, p, null, (layer, at, x) => {
          if (layer !== "batchnorm") return;
          const { mean, variance } = columns(x, n, d);
          const sum = stored[norms] ??= { mean: new Float64Array(d), variance: new Float64Array(d) };
          for (let u = 0; u < d; u++) {
            sum.mean[u] += mean[u] / batches;
            sum.variance[u] += variance[u] * n / (n - 1) / batches;
          }
          norms += 1;
        }, batch);
      }
      return stored;
    }

    run(layers, p) {
      const { n, d } = this, stored = this.stored(layers, p), found = [];
      this.forward(layers, p, stored, (layer, at, x) => {
        if (layer !== "batchnorm") return;
        const { variance } = columns(x, n, d), was = stored[found.length].variance;
        found.push({ at, train: median(was), evaluation: median(variance),
          ratio: median(ratios(variance, was)), exact: this.exact(layers, at, p, stored) });
      });
      return found;
    }

    // The shift by the formulas of chapter 10, where they apply: a single dropout before the batch
    // norm at `at`, and at most one linear layer between the two.
    exact(layers, at, p, stored) {
      const before = layers.slice(0, at), from = before.indexOf("dropout");
      const between = before.slice(from + 1);
      if (from < 0 || between.length > 1 || between.some((layer) => layer !== "linear")) return null;
      const { n, d } = this;
      let x = null;
      this.forward(before, p, stored, (layer, i, arrives) => { if (i === from) x = arrives; });
      const { mean, variance } = columns(x, n, d);
      if (!between.length) {
        return median([...mean].map((m, i) => shiftAfterDropout(m, variance[i], p)).filter((v) => v > 0));
      }
      const W = this.weights[before.filter((layer) => layer === "linear").length - 1];
      const cov = covariance(x, mean, n, d);
      return median(mean.map((_, u) =>
        shiftAfterLinear(mean.map((__, j) => W[j * d + u]), mean, cov, p)));
    }
  }

  function covariance(x, mean, n, d) {
    const cov = Array.from({ length: d }, () => new Float64Array(d));
    for (let i = 0; i < n; i++) {
      for (let a = 0; a < d; a++) {
        for (let b = 0; b < d; b++) cov[a][b] += (x[i * d + a] - mean[a]) * (x[i * d + b] - mean[b]) / n;
      }
    }
    return cov;
  }

  function shiftAfterDropout(mean, variance, p) {
    return variance / ((variance + mean ** 2) / (1 - p) - mean ** 2);
  }

  function shiftAfterLinear(w, mean, cov, p) {
    let signal = 0, noise = 0;
    for (let a = 0; a < w.length; a++) {
      for (let b = 0; b < w.length; b++) signal += w[a] * cov[a][b] * w[b];
      noise += p / (1 - p) * w[a] ** 2 * (mean[a] ** 2 + cov[a][a]);
    }
    return signal / (signal + noise);
  }

  // Positions of each dropout and each batch norm behind it.
  function pairs(layers) {
    const found = [];
    layers.forEach((before, i) => layers.forEach((after, j) => {
      if (i < j && before === "dropout" && after === "batchnorm") found.push([i, j]);
    }));
    return found;
  }

  class VarianceShift extends LiveFigure {
    check(data) {
      const order = (this.getAttribute("order") ?? "").split(" ");
      const odd = order.find((layer) => !(layer in data.names));
      if (odd !== undefined || order.length > 16) throw new RangeError(`there is no layer “${odd ?? "17"}”`);
      this.number("rate", 0, MOST);
      if (data.size.length !== 3) throw new RangeError("the size is missing");
    }

    start(data) {
      this.data = data;
      this.p = this.number("rate", 0, MOST);
      this.chain = new Chain(data);
      this.layers = this.getAttribute("order").split(" ");
      this.presets = Object.entries(data.presets).map(([title, order]) => this.button(title, () => {
        this.layers = order.trim().split(" ");
        this.show();
      }, { "data-order": order.trim() }));
      const rate = this.slider("rate", "Drop rate p", [0, MOST, 0.1], this.p, (v) => v.toFixed(1),
        (p) => { this.p = p; this.show(); });
      this.list = make("ol", { class: "vs-chain", "aria-label": "Layers, input first" });
      this.say = this.status();
      this.append(make("div", { class: "lf-buttons", role: "group", "aria-label": "Orders" },
        ...this.presets), make("div", { class: "lf-settings" }, rate.node), this.list, this.say);
      this.show();
    }

    move(from, to, button = null) {
      if (to < 0 || to >= this.layers.length || from === to) return;
      const [layer] = this.layers.splice(from, 1);
      this.layers.splice(to, 0, layer);
      this.show(`${this.data.names[layer]} is now layer ${to + 1} of ${this.layers.length}. `);
      if (!button) return;
      const row = this.list.children[to];
      const wanted = row.querySelector(`[data-by="${button}"]:not(:disabled)`);
      (wanted ?? row.querySelector("button:not(:disabled)")).focus();
    }

    show(moved = "") {
      const found = this.chain.run(this.layers, this.p);
      const most = Math.max(...found.map(({ train, evaluation }) => Math.max(train, evaluation)), 1e-9);
      const norms = Object.fromEntries(found.map((one) => [one.at, one]));
      this.list.replaceChildren(...this.layers.map((layer, at) => this.row(layer, at, norms[at], most)));
      for (const node of this.presets) {
        node.setAttribute("aria-pressed", String(node.dataset.order === this.layers.join(" ")));
      }
      const words = `${moved}${this.verdict(found)}`;
      this.say.textContent = words[0].toUpperCase() + words.slice(1);
    }

    row(layer, at, norm, most) {
      const name = this.data.names[layer], last = this.layers.length - 1;
      const step = (by, to, sign) => {
        const node = make("button", { type: "button", class: "vs-move", "data-by": by,
          "aria-label": `Move ${name}, layer ${at + 1}, ${by}` }, sign);
        node.disabled = to < 0 || to > last;
        node.addEventListener("click", () => this.move(at, to, by));
        return node;
      };
      const handle = make("span", { class: "vs-handle", "aria-hidden": "true" }, "⠿");
      const row = make("li", { class: `vs-layer vs-${layer}` }, handle,
        make("span", { class: "vs-name" }, name), norm ? this.variances(norm, most) : "",
        make("span", { class: "vs-moves" }, step("earlier", at - 1, "↑"), step("later", at + 1, "↓")));
      this.drag(handle, row, at);
      return row;
    }

    variances({ train, evaluation, ratio, exact }, most) {
      const bar = (words, value, kind) => make("span", { class: "vs-line" },
        make("span", { class: "vs-words" }, words), make("span", { class: "vs-track" },
          make("span", { class: `vs-bar vs-in-${kind}`, style: `width: ${(100 * value / most).toFixed(1)}%` })),
        make("span", { class: "vs-number" }, value.toFixed(2)));
      return make("span", { class: "vs-variances" }, bar("training", train, "training"),
        bar("evaluation", evaluation, "evaluation"), make("span", { class: "vs-ratio" },
          `ratio ${ratio.toFixed(2)}${exact === null ? "" : `, by the formula ${exact.toFixed(2)}`}`));
    }

    // Drags a layer by its handle; a place is taken when the finger passes a row's middle.
    drag(handle, row, at) {
      handle.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        handle.setPointerCapture(event.pointerId);
        row.classList.add("vs-dragged");
        let to = at;
        const rows = [...this.list.children];
        handle.onpointermove = ({ clientY }) => {
          to = rows.filter((one) => {
            const { top, height } = one.getBoundingClientRect();
            return one !== row && clientY > top + height / 2;
          }).length;
          rows.forEach((one, i) => {
            one.classList.toggle("vs-before", i === (to < at ? to : -1));
            one.classList.toggle("vs-after", i === (to > at ? to : -1));
          });
        };
        handle.onpointerup = () => {
          handle.onpointermove = handle.onpointerup = handle.onpointercancel = null;
          row.classList.remove("vs-dragged");
          if (to === at) this.show();
          else this.move(at, to);
        };
        handle.onpointercancel = () => { to = at; handle.onpointerup?.(); };
      });
    }

    verdict(found) {
      const unsafe = pairs(this.layers);
      if (!found.length) return "There is no batch norm, so no variance is stored.";
      if (!unsafe.length) {
        return `No dropout stands before a batch norm: both modes agree, with a ratio of ${
          found.map(({ ratio }) => ratio.toFixed(2)).join(" and ")}.`;
      }
      const [from, first] = unsafe.reduce((a, b) => (b[1] < a[1] ? b : a));
      const number = found.findIndex(({ at }) => at === first);
      const last = found.at(-1);
      return `${unsafe.length} pair${unsafe.length > 1 ? "s" : ""} of a dropout and a later batch norm. `
        + `The shift begins at batch norm ${number + 1}, layer ${first + 1}: the dropout of layer ${from + 1} `
        + `stands before it, and of the variance that it has stored ${
          (100 * found[number].ratio).toFixed(0)}\u00a0% arrive in evaluation.`
        + (last.at === first ? "" : ` At the last one it is ${(100 * last.ratio).toFixed(0)}\u00a0%.`);
    }
  }

  window.dropoutCourse.varianceShift = { Chain, pairs, shiftAfterDropout, shiftAfterLinear };
  if (!customElements.get("variance-shift")) customElements.define("variance-shift", VarianceShift);
})();
