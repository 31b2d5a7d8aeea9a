// <mask-gallery>: who shares a coin. One kind of mask at a time, on the activations that the page
// brings; the masks follow the reference answers of chapters 7 to 9, against which they are tested.
"use strict";

(() => {
  const { generator, live: { make, LiveFigure } } = window.dropoutCourse;
  const MAPS = [3, 4, 8, 8], WEIGHTS = [3, 8, 12], TIME = [16, 3, 12];
  const product = (shape) => shape.reduce((a, b) => a * b, 1);
  const inverted = (name) => (p, factor) => `mask × ${name} / q: what is kept is multiplied by ${round(factor)}`;
  const round = (value) => String(Number(value.toFixed(2)));

  // title, what is masked, the shape of the coins, and which coin an entry reads
  const KINDS = {
    element: ["each entry for itself", "maps", () => MAPS, (i) => i, inverted("x"), "x"],
    channel: ["channels (spatial dropout)", "maps", () => MAPS.slice(0, 2),
      (i) => Math.floor(i / 64), inverted("x"), "x"],
    block: ["squares (DropBlock)", "maps", (b) => [3, 4, 9 - b, 9 - b], null,
      (p, factor) => `mask × x × size / kept: what is kept is multiplied by ${round(factor)}`, "x"],
    path: ["branches (DropPath)", "maps", () => [3], (i) => Math.floor(i / 256),
      (p, factor) => `x + mask × f(x) / q: a kept branch is multiplied by ${round(factor)}`,
      "x + f(x)"],
    weight: ["weights (DropConnect)", "weights", () => WEIGHTS, (i) => i,
      () => "(mask × W) v: nothing is multiplied to make up for it",
      "a normal variable with the mean and the variance of (mask × W) v"],
    step: ["time, new coins in each step", "time", () => TIME, (i) => i, inverted("h"), "h"],
    tied: ["time, one mask for all steps", "time", () => [1, ...TIME.slice(1)], (i) => i % 36,
      inverted("h"), "h"],
  };
  const SHAPES = { maps: MAPS, weights: WEIGHTS, time: TIME };

  // The rate of block centres for a share p of dropped entries.
  const gamma = (p, b) => p / b ** 2 * 64 / (9 - b) ** 2;

  // Coins for uniform numbers, 1 kept; of blocks they are the centres.
  function coinsOf(kind, p, block, uniforms) {
    const limit = kind === "block" ? gamma(p, block) : p;
    return uniforms.map((u) => Number(u >= limit));
  }

  // The mask that coins make, of the shape of what it masks.
  function maskOf(kind, block, coins) {
    const size = product(SHAPES[KINDS[kind][1]]), place = KINDS[kind][3];
    if (place) return Array.from({ length: size }, (_, i) => coins[place(i)]);
    const mask = new Array(size).fill(1), side = 9 - block;
    coins.forEach((kept, i) => {
      if (kept) return;
      const map = 64 * Math.floor(i / side ** 2), row = Math.floor(i / side) % side, column = i % side;
      for (let a = row; a < row + block; a++) mask.fill(0, map + 8 * a + column, map + 8 * a + column + block);
    });
    return mask;
  }

  // What kept entries are multiplied by in training.
  function factorOf(kind, p, mask) {
    if (kind === "weight") return 1;
    if (kind !== "block") return 1 / (1 - p);
    const kept = mask.reduce((a, b) => a + b, 0);
    return kept ? mask.length / kept : 0;
  }

  // Row and column of an entry in the picture.
  const PLACES = {
    maps: (i) => [9 * Math.floor(i / 256) + Math.floor(i / 8) % 8, 9 * (Math.floor(i / 64) % 4) + i % 8],
    weights: (i) => [9 * Math.floor(i / 96) + Math.floor(i / 12) % 8, i % 12],
    time: (i) => [13 * (Math.floor(i / 12) % 3) + i % 12, Math.floor(i / 36)],
  };
  const EXTENTS = { maps: [26, 35], weights: [26, 12], time: [38, 16] };

  class MaskGallery extends LiveFigure {
    check(data) {
      const kind = this.getAttribute("kind");
      if (!(kind in KINDS)) throw new RangeError(`there is no kind “${kind}”`);
      this.number("rate", 0, 0.9);
      this.number("seed", 0, 2 ** 32 - 1, true);
      for (const [name, shape] of Object.entries(SHAPES)) {
        if (data[name].length !== product(shape)) throw new RangeError(`${name} are missing`);
      }
    }

    start(data) {
      this.values = Object.fromEntries(Object.keys(SHAPES)
        .map((name) => [name, [...data[name]].map(Number)]));
      this.kind = this.getAttribute("kind");
      this.p = this.number("rate", 0, 0.9);
      this.random = generator(this.number("seed", 0, 2 ** 32 - 1, true));
      this.block = 3;
      const titles = Object.fromEntries(Object.entries(KINDS).map(([key, [title]]) => [key, title]));
      const kinds = this.menu("kind", "Who shares", titles, this.kind, (kind) => {
        this.kind = kind;
        this.redraw();
      });
      const rate = this.slider("rate", "Drop rate p", [0, 0.9, 0.1], this.p, (v) => v.toFixed(1),
        (p) => { this.p = p; this.show(); });
      this.side = this.slider("block", "Side of a square", [1, 8, 1], this.block, String,
        (block) => { this.block = block; this.redraw(); });
      this.say = this.status();
      this.facts = make("dl", { class: "mg-facts" });
      this.prepend(make("div", { class: "lf-settings" }, kinds.node, rate.node, this.side.node),
        make("div", { class: "lf-buttons" }, this.button("Toss again", () => this.redraw())));
      this.append(this.say, this.facts);
      this.redraw();
    }

    redraw() {
      const coins = product(KINDS[this.kind][2](this.block));
      this.uniforms = Array.from({ length: coins }, () => this.random());
      this.show();
    }

    show() {
      const { kind, p, block } = this;
      const [title, what, shape, , training, evaluation] = KINDS[kind];
      const coins = coinsOf(kind, p, block, this.uniforms);
      const mask = maskOf(kind, block, coins);
      const factor = factorOf(kind, p, mask);
      const kept = mask.reduce((a, b) => a + b, 0), size = mask.length;
      this.side.node.hidden = kind !== "block";
      const values = this.values[what];
      this.paint("before", what, values, null, 1, `The ${what} before dropout.`);
      this.paint("behind", what, values, mask, factor,
        `The ${what} in training: ${size - kept} of ${size} entries are dropped.`);
      const mean = values.reduce((a, b) => a + b, 0) / size;
      const behind = values.reduce((a, b, i) => a + b * mask[i], 0) * factor / size;
      const share = `${(100 * kept / size).toFixed(1)}\u00a0%`;
      this.say.textContent = `${title[0].toUpperCase()}${title.slice(1)}, p = ${p.toFixed(1)}: `
        + `${coins.length} coins, and ${kept} of ${size} entries are kept, ${share}.`;
      const tossed = shape(block), limit = gamma(p, block);
      const facts = [
        ["Coins", `(${tossed.join(", ")}), in all ${coins.length}`
          + (kind === "block" ? `; a square begins with probability ${limit.toFixed(4)}` : "")],
        ["Mask", `(${SHAPES[what].join(", ")})`],
        ["Kept", `${share}; asked for ${(100 * (1 - p)).toFixed(0)}\u00a0%`],
        ["Training", training(p, factor)],
        ["Evaluation", evaluation],
        ["Mean entry", `${mean.toFixed(2)} before, ${behind.toFixed(2)} in this draw`],
      ];
      this.facts.replaceChildren(...facts.flatMap(([name, words]) =>
        [make("dt", {}, name), make("dd", {}, words)]));
    }

    // One path for each level of grey, and one for what is dropped.
    paint(which, what, values, mask, factor, label) {
      const cells = {}, [rows, columns] = EXTENTS[what];
      let gone = "", crossed = "";
      values.forEach((value, i) => {
        const [row, column] = PLACES[what](i);
        if (mask && !mask[i]) {
          gone += `M${column} ${row}h1v1h-1z`;
          crossed += `M${column} ${row + 1}l1 -1`;
        } else cells[value] = `${cells[value] ?? ""}M${column} ${row}h1v1h-1z`;
      });
      const svg = this.querySelector(`.mg-${which} svg`);
      svg.setAttribute("viewBox", `0 0 ${columns} ${rows}`);
      svg.setAttribute("aria-label", label);
      svg.replaceChildren(...Object.entries(cells).map(([value, d]) => make("path", { d,
        class: "mg-kept", "fill-opacity": Math.min(1, (0.08 + 0.05 * value) * factor).toFixed(3) })),
      ...(gone ? [make("path", { class: "mg-gone", d: gone }), make("path", { class: "mg-cross", d: crossed })] : []));
    }
  }

  window.dropoutCourse.maskGallery = { gamma, coinsOf, maskOf, factorOf };
  if (!customElements.get("mask-gallery")) customElements.define("mask-gallery", MaskGallery);
})();
