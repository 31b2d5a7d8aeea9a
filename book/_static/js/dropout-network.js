// <dropout-network>: brings the picture that the page already shows to life.
// The picture (edges, units, first mask) is drawn by book/_ext/network.py; here are the controls,
// the histogram and what happens when a unit is dropped. No library, no request, no storage.
"use strict";

(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const HIST = { width: 350, height: 270, left: 36, right: 8, top: 20, bottom: 46 };
  let figures = 0;

  // mulberry32: 32 bits of state, the same stream as `uniforms` in network.py.
  function generator(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  // Adding one unit at a time needs no factorial, and is right for p = 0 and p = 1.
  function binomial(n, q) {
    let pmf = [1];
    for (let i = 0; i < n; i++) {
      const next = new Array(pmf.length + 1).fill(0);
      pmf.forEach((mass, k) => { next[k] += mass * (1 - q); next[k + 1] += mass * q; });
      pmf = next;
    }
    return pmf;
  }

  function make(name, attributes = {}, ...children) {
    const svg = ["svg", "g", "rect", "line", "path", "text"].includes(name);
    const node = svg ? document.createElementNS(SVG, name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
  const brief = (n) => (n < 1000 ? String(n) : `${(n / 1000).toFixed(n < 10000 ? 1 : 0)}k`);
  const factor = (p) => (p < 1 ? `×${Number((1 / (1 - p)).toFixed(2))}` : "0");

  class DropoutNetwork extends HTMLElement {
    connectedCallback() {
      const svg = this.querySelector("svg");
      if (this.units || !svg) return;
      this.id ||= `dropout-network-${++figures}`;
      this.svg = svg;
      this.edges = [...svg.querySelectorAll(".edge")];
      this.outer = [...svg.querySelectorAll(".unit.outer")];
      this.units = [...svg.querySelectorAll(".unit:not(.outer)")];
      this.places = this.units.map((unit) => unit.dataset.unit);
      this.depth = this.getAttribute("layers").trim().split(/\s+/).length;
      this.build();
      this.reset();
      this.say(this.survival());
    }

    // ---- what is drawn once ------------------------------------------------------------------
    build() {
      this.querySelector(".dn-still")?.remove();
      this.classList.add("dn-live");
      const help = make("p", { class: "dn-help", id: `${this.id}-help` },
        "Click a hidden unit to drop it or bring it back. With the keyboard: arrow keys move, "
        + "Space switches.");
      this.svg.setAttribute("role", "group");
      this.svg.setAttribute("aria-label", "Hidden units");
      this.svg.setAttribute("aria-describedby", help.id);
      for (const node of this.svg.querySelectorAll("text, .outer")) {
        node.setAttribute("aria-hidden", "true");  // decoration: the switches say it in words
      }
      this.units.forEach((unit, index) => {
        const [layer, row] = this.places[index].split(".").map(Number);
        const where = this.depth > 3 ? `Hidden layer ${layer}, unit` : "Hidden unit";
        unit.setAttribute("role", "switch");
        unit.setAttribute("aria-label", `${where} ${row + 1}`);
        unit.setAttribute("tabindex", index ? "-1" : "0");
        unit.addEventListener("click", () => { this.focusUnit(index); this.toggle(index); });
      });
      this.svg.addEventListener("keydown", (event) => this.key(event));
      this.live = make("p", { class: "dn-say", role: "status", "aria-live": "polite" });
      this.tally = make("p", { class: "dn-tally" });
      this.table = make("tbody");
      const picture = this.querySelector(".dn-picture");
      const left = make("div", { class: "dn-side" }, picture, help);
      const right = make("div", { class: "dn-side" }, this.buildHistogram(), this.tally,
        this.buildTable());
      this.append(this.buildControls(), this.live,
        make("div", { class: "dn-columns" }, left, right));
    }

    buildControls() {
      const id = `${this.id}-rate`;
      this.slider = make("input", { type: "range", min: 0, max: 1, step: 0.05, id });
      this.slider.addEventListener("input", () => this.setRate(Number(this.slider.value)));
      this.readout = make("span", { class: "dn-readout", "aria-hidden": "true" });
      this.boost = make("span", { class: "dn-factor", "aria-hidden": "true" });
      const button = (text, action, kind = "") => {
        const node = make("button", { type: "button", class: `dn-button ${kind}`.trim() }, text);
        node.addEventListener("click", action);
        return node;
      };
      return make("div", { class: "dn-controls" },
        make("div", { class: "dn-rate" },
          make("label", { for: id }, "Drop rate ", make("i", {}, "p")), this.readout, this.slider,
          this.boost),
        make("div", { class: "dn-buttons" },
          button("Resample", () => this.resample(1), "dn-main"),
          button("Resample 100 times", () => this.resample(100)),
          button("Reset", () => {
            this.reset();
            this.say(`Back to the start. ${this.survival()}`);
          })));
    }

    buildHistogram() {
      const n = this.units.length;
      const { width, height, left, right, top, bottom } = HIST;
      const step = (width - left - right) / (n + 1);
      const floor = height - bottom;
      const x = (k) => left + (k + 0.5) * step;
      this.grid = make("g", { class: "dn-grid" });
      this.here = make("path", { class: "dn-here", d: "M0 0l5 8h-10z" });
      this.chart = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" }, this.grid);
      this.bars = Array.from({ length: n + 1 }, (_, k) => {
        const law = make("rect", { class: "dn-law", x: x(k) - 0.42 * step, width: 0.84 * step });
        const seen = make("rect", { class: "dn-seen", x: x(k) - 0.26 * step, width: 0.52 * step });
        const count = make("text", { class: "dn-count", x: x(k) });
        this.chart.append(seen, law, count);
        if (k % Math.ceil((n + 1) / 12) === 0) {
          this.chart.append(make("text", { class: "dn-tick", x: x(k), y: floor + 22 }, String(k)));
        }
        return { law, seen, count, x: x(k) };
      });
      this.chart.append(
        make("line", { class: "dn-axis", x1: left, x2: width - right, y1: floor, y2: floor }),
        make("text", { class: "dn-tick", x: (left + width - right) / 2, y: height - 6 },
          "hidden units that survive"), this.here);
      this.scale = (share, most) => (floor - top) * share / most;
      this.seenKey = make("span", { class: "dn-key dn-key-seen" });
      this.lawKey = make("span", { class: "dn-key dn-key-law" });
      return make("div", {},
        make("p", { class: "dn-legend" }, this.seenKey, " ", this.lawKey), this.chart);
    }

    buildTable() {
      const head = ["survivors", "seen", "expected"]
        .map((word) => make("th", { scope: "col" }, word));
      return make("details", { class: "dn-table" }, make("summary", {}, "Counts as a table"),
        make("table", {}, make("thead", {}, make("tr", {}, ...head)), this.table));
    }

    // ---- what a reader does --------------------------------------------------------------------
    reset() {
      this.random = generator(Number(this.getAttribute("seed")) || 0);
      this.rate = Number(this.getAttribute("rate"));
      this.draw();
      this.forget();
      this.render();
    }

    forget() {
      this.counts = new Array(this.units.length + 1).fill(0);
      this.times = 0;
    }

    // One number a unit, kept where it is at least p: as the rate moves, units go one by one.
    draw() {
      this.numbers = this.units.map(() => this.random());
      this.threshold();
    }

    threshold() {
      this.mask = this.numbers.map((number) => number >= this.rate);
    }

    resample(times) {
      for (let i = 0; i < times; i++) {
        this.draw();
        this.counts[this.survivors()] += 1;
      }
      this.times += times;
      this.render();
      this.say(times === 1 ? this.survival()
        : `${this.times} resamples so far. The last one: ${this.survival()}`);
    }

    setRate(rate) {
      const restarts = this.times > 0;
      this.rate = rate;
      this.threshold();
      this.forget();                              // counts at another rate follow another law
      this.render();
      this.say(this.survival() + (restarts ? " The histogram starts again." : ""));
    }

    toggle(index) {
      if (this.rate === 1) {
        this.say("At p = 1 no unit can be kept. Lower the rate first.");
        return;
      }
      this.mask[index] = !this.mask[index];
      this.render();
      const name = this.units[index].getAttribute("aria-label");
      this.say(`${name} ${this.mask[index] ? "is kept" : "is dropped"}. ${this.survival()}`);
    }

    key(event) {
      const index = this.units.indexOf(event.target.closest(".unit"));
      if (index < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
      const [layer, row] = this.places[index].split(".").map(Number);
      const at = (l, r) => this.places.indexOf(`${l}.${r}`);
      const beside = (l) => {                     // the layers may differ in height
        const rows = this.places.filter((place) => Number(place.split(".")[0]) === l).length;
        return at(l, Math.min(row, rows - 1));
      };
      const moves = {
        ArrowUp: () => at(layer, row - 1), ArrowDown: () => at(layer, row + 1),
        ArrowLeft: () => beside(layer - 1), ArrowRight: () => beside(layer + 1),
        Home: () => 0, End: () => this.units.length - 1,
      };
      if (event.key === "Enter" || event.key === " ") this.toggle(index);
      else if (event.key in moves) this.focusUnit(moves[event.key]());
      else return;
      event.preventDefault();
    }

    focusUnit(index) {
      if (index < 0) return;
      this.units.forEach((unit, i) => unit.setAttribute("tabindex", i === index ? "0" : "-1"));
      this.units[index].focus({ preventScroll: true });
    }

    // ---- what is shown -------------------------------------------------------------------------
    survivors() {
      return this.mask.filter(Boolean).length;
    }

    deadLayers() {
      const layer = (place) => place.split(".")[0];
      const alive = new Set(this.places.filter((_, i) => this.mask[i]).map(layer));
      return [...new Set(this.places.map(layer))].filter((one) => !alive.has(one));
    }

    survival() {
      const n = this.units.length;
      const kept = this.survivors();
      if (kept === 0) return "Every unit is dropped; the output is exactly zero.";
      const dead = this.deadLayers();
      return `${kept} of ${plural(n, "hidden unit")} ${kept === 1 ? "survives" : "survive"}; `
        + `expected ${(n * (1 - this.rate)).toFixed(1)}.`
        + (dead.length
          ? ` All of hidden layer ${dead[0]} is dropped: the output is exactly zero.` : "");
    }

    say(text) {
      this.live.textContent = text;
    }

    render() {
      const on = Object.fromEntries(this.places.map((place, i) => [place, this.mask[i]]));
      const silent = this.deadLayers().length > 0;
      this.units.forEach((unit, i) => {
        const kept = this.mask[i];
        unit.classList.toggle("kept", kept);
        unit.classList.toggle("dropped", !kept);
        unit.setAttribute("aria-checked", String(kept));
        if (this.rate === 1) unit.setAttribute("aria-disabled", "true");
        else unit.removeAttribute("aria-disabled");
        unit.querySelector("text").textContent = kept ? factor(this.rate) : "0";
      });
      for (const edge of this.edges) {
        const alive = edge.dataset.ends.split(" ").every((end) => on[end] !== false);
        edge.classList.toggle("off", !alive);
      }
      for (const unit of this.outer) {
        if (unit.dataset.unit.startsWith("0.")) continue;
        unit.querySelector("text")?.remove();
        if (silent) unit.append(make("text", { y: 3.5, "aria-hidden": "true" }, "0"));
      }
      const p = this.rate.toFixed(2);
      const q = (1 - this.rate).toFixed(2);
      this.slider.value = this.rate;
      this.slider.setAttribute("aria-valuetext", `drop ${p}, keep ${q}`);
      this.readout.textContent = `= ${p}`;
      this.boost.textContent = this.rate < 1
        ? `kept units ${factor(this.rate)}` : "no unit is kept";
      this.renderHistogram(q);
    }

    renderHistogram(q) {
      const n = this.units.length;
      const law = binomial(n, 1 - this.rate);
      const share = this.counts.map((count) => (this.times ? count / this.times : 0));
      const most = Math.max(...law, ...share) * 1.05;
      const floor = HIST.height - HIST.bottom;
      const place = (rect, value) => {
        const tall = this.scale(value, most);
        rect.setAttribute("y", (floor - tall).toFixed(2));
        rect.setAttribute("height", tall.toFixed(2));
        return floor - tall;
      };
      this.bars.forEach((bar, k) => {
        const low = place(bar.law, law[k]);
        const high = Math.min(place(bar.seen, share[k]), this.counts[k] ? low : floor);
        bar.count.setAttribute("y", (high - 5).toFixed(2));
        bar.count.textContent = this.counts[k] ? brief(this.counts[k]) : "";
      });
      const { x } = this.bars[this.survivors()];
      this.here.setAttribute("transform", `translate(${x} ${floor + 2})`);
      this.renderGrid(most, floor);
      this.renderWords(n, q, law);
    }

    renderGrid(most, floor) {
      const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((s) => most / s <= 5) || 0.5;
      const lines = [];
      for (let share = step; share < most; share += step) {
        const y = floor - this.scale(share, most);
        lines.push(make("line", { x1: HIST.left, x2: HIST.width - HIST.right, y1: y, y2: y }),
          make("text", { class: "dn-share", x: HIST.left - 6, y: y + 3.5 },
            `${Math.round(100 * share)} %`));
      }
      this.grid.replaceChildren(...lines);
    }

    renderWords(n, q, law) {
      const sum = this.counts.reduce((total, count, k) => total + count * k, 0);
      const mean = this.times ? (sum / this.times).toFixed(1) : "";
      const expected = (n * (1 - this.rate)).toFixed(1);
      this.seenKey.textContent = `${plural(this.times, "resample")}`;
      this.lawKey.textContent = `Binomial(${n}, ${q})`;
      this.tally.textContent = this.times
        ? `Mean number of survivors: ${mean}; expected ${expected}.`
        : "Resample to fill the histogram.";
      this.chart.setAttribute("aria-label", `Histogram of the number of survivors in `
        + `${plural(this.times, "resample")}, over Binomial(${n}, ${q}). `
        + this.tally.textContent);
      this.table.replaceChildren(...this.counts.map((count, k) => make("tr", {},
        make("th", { scope: "row" }, String(k)), make("td", {}, String(count)),
        make("td", {}, (law[k] * this.times).toFixed(1)))));
    }
  }

  if (!customElements.get("dropout-network")) {
    customElements.define("dropout-network", DropoutNetwork);
  }
})();
