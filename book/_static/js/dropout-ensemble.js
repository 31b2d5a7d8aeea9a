// <dropout-ensemble>: the sixteen thinned networks of a tiny network, and three ways to average.
// The numbers of the network and a first picture come from book/_ext/ensemble.py; here the reader
// changes the rate, picks a member, and puts a layer between. No library, no request, no storage.
"use strict";

(() => {
  const CLASSES = ["A", "B", "C"];
  const SVG = "http://www.w3.org/2000/svg";
  let figures = 0;

  function make(name, attributes = {}, ...children) {
    const svg = ["svg", "circle", "path", "text", "polygon", "g"].includes(name);
    const node = svg ? document.createElementNS(SVG, name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  const times = (row, matrix) => matrix[0].map((_, k) =>
    row.reduce((sum, value, j) => sum + value * matrix[j][k], 0));

  function softmax(logits) {
    const top = Math.max(...logits);
    const e = logits.map((z) => Math.exp(z - top));
    const sum = e.reduce((a, b) => a + b, 0);
    return e.map((value) => value / sum);
  }

  function outputs(net, sent, deep) {
    if (!deep) return softmax(times(sent, net.W));
    return softmax(times(times(sent, net.W1).map((a) => Math.max(a, 0)), net.W2));
  }

  // All members in the order of counting, with their weights.
  function members(net, p, deep) {
    const n = net.hidden.length;
    return Array.from({ length: 2 ** n }, (_, i) => {
      const mask = Array.from({ length: n }, (_, j) => (i >> (n - 1 - j)) & 1);
      return { mask,
        weight: mask.reduce((product, kept) => product * (kept ? 1 - p : p), 1),
        probs: outputs(net, net.hidden.map((h, j) => h * mask[j] / (1 - p)), deep) };
    });
  }

  function averages(net, all, deep) {
    const mean = (f) => CLASSES.map((_, k) =>
      all.reduce((sum, one) => sum + one.weight * f(one.probs[k]), 0));
    return { arithmetic: mean((v) => v), geometric: softmax(mean(Math.log)),
      whole: outputs(net, net.hidden, deep) };
  }

  const percent = (probs) => probs.map((v, k) => `${CLASSES[k]}\u00a0${Math.round(100 * v)}\u00a0%`).join(", ");

  class DropoutEnsemble extends HTMLElement {
    connectedCallback() {
      if (this.net) return;
      try {
        this.net = JSON.parse(this.dataset.net);
      } catch {
        return;  // the picture stays as it is
      }
      this.id ||= `dropout-ensemble-${++figures}`;
      this.mask = this.net.hidden.map(() => 1);
      this.querySelector(".en-still")?.remove();
      this.build();
      this.show();
    }

    build() {
      const id = (word) => `${this.id}-${word}`;
      this.slider = make("input", { type: "range", id: id("rate"), min: 0.1, max: 0.9, step: 0.1,
        value: 0.5 });
      this.deep = make("input", { type: "checkbox", id: id("deep") });
      for (const node of [this.slider, this.deep]) node.addEventListener("input", () => this.show());
      this.read = make("span", { "aria-hidden": "true" });
      this.units = this.net.hidden.map((_, j) => {
        const node = make("button", { type: "button", role: "switch", class: "en-unit" },
          `unit ${j + 1}`);
        node.addEventListener("click", () => {
          this.mask[j] = 1 - this.mask[j];
          this.show();
        });
        return node;
      });
      this.say = make("p", { class: "en-say", role: "status", "aria-live": "polite" });
      this.svg = this.querySelector("svg");
      this.rows = make("tbody");
      const head = ["", "A", "B", "C"].map((word, i) => make("th", { scope: "col" }, i ? word : "average"));
      const table = make("table", { class: "en-table" },
        make("thead", {}, make("tr", {}, ...head)), this.rows);
      this.prepend(
        make("div", { class: "en-controls" },
          make("p", {}, make("label", { for: this.slider.id }, "Drop rate ", make("i", {}, "p")), " ",
            this.slider, " ", this.read),
          make("p", {}, this.deep, make("label", { for: this.deep.id },
            " a hidden layer of ReLUs between dropout and the classes"))),
        make("div", { class: "en-units", role: "group", "aria-label": "Keep or drop" }, ...this.units));
      this.append(this.say, table);
      this.svg.addEventListener("click", (event) => {
        const at = event.target.dataset?.member;
        if (at === undefined) return;
        this.mask = [...this.all[Number(at)].mask];
        this.show();
      });
    }

    show() {
      const { net } = this;
      const p = Number(this.slider.value), deep = this.deep.checked;
      this.all = members(net, p, deep);
      const found = averages(net, this.all, deep);
      this.read.textContent = `= ${p.toFixed(1)}`;
      this.slider.setAttribute("aria-valuetext", `drop ${p.toFixed(1)}`);
      this.units.forEach((node, j) => node.setAttribute("aria-checked", String(!!this.mask[j])));
      this.draw(found);
      this.rows.replaceChildren(...Object.entries(found).map(([name, probs]) => make("tr", {},
        make("th", { scope: "row", class: `en-row-${name}` }, TITLES[name]),
        ...probs.map((v) => make("td", {}, `${(100 * v).toFixed(1)} %`)))));
      const at = this.all.find(({ mask }) => mask.every((kept, j) => kept === this.mask[j]));
      const apart = Math.max(...found.geometric.map((v, k) => Math.abs(v - found.whole[k])));
      this.say.textContent = `The member that keeps ${this.kept()} says ${percent(at.probs)}, and `
        + `is drawn with probability ${(100 * at.weight).toFixed(1)}\u00a0%. `
        + (apart < 1e-9 ? "The geometric mean is the whole network."
          : `The geometric mean and the whole network are up to ${(100 * apart).toFixed(1)} points `
            + "apart.");
    }

    kept() {
      const names = this.mask.flatMap((kept, j) => (kept ? [j + 1] : []));
      if (!names.length) return "no unit";
      return `unit${names.length > 1 ? "s" : ""} ${names.join(", ")}`;
    }

    place(probs) {
      return [0, 1].map((axis) =>
        probs.reduce((sum, v, k) => sum + v * this.net.corners[k][axis], 0).toFixed(1));
    }

    draw(found) {
      for (const node of this.svg.querySelectorAll("circle, path")) node.remove();
      this.all.forEach(({ mask, weight, probs }, i) => {
        const chosen = mask.every((kept, j) => kept === this.mask[j]);
        const [cx, cy] = this.place(probs);
        this.svg.append(make("circle", { class: `en-member${chosen ? " en-chosen" : ""}`, cx, cy,
          r: (2 + 14 * Math.sqrt(weight)).toFixed(1), "data-member": i }));
      });
      for (const [name, probs] of Object.entries(found)) {
        const [x, y] = this.place(probs);
        this.svg.append(make("path", { class: `en-${name}`, d: this.net.marks[name],
          transform: `translate(${x} ${y})` }));
      }
    }
  }

  const TITLES = { arithmetic: "× arithmetic mean", geometric: "◇ geometric mean",
    whole: "□ whole network" };

  window.dropoutCourse = { ...window.dropoutCourse, ensemble: { members, averages } };
  if (!customElements.get("dropout-ensemble")) {
    customElements.define("dropout-ensemble", DropoutEnsemble);
  }
})();
