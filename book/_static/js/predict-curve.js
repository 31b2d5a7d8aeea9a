// <predict-curve>: the reader draws a curve, then the figure that has it appears, and both are
// compared in words. The measured points come with the page (book/_ext/predict.py).
"use strict";

(() => {
  const { live: { make, chart, LiveFigure } } = window.dropoutCourse;
  const STEPS = 50;  // of an arrow key from one end of the y axis to the other
  const NAMES = 82, LINE = 18;  // room for a curve's name behind its end, and a line of text
  const round = (value) => String(Number(value.toPrecision(2)));

  function ticks([low, high], log) {
    if (log) {
      const all = [-3, -2, -1, 0, 1, 2, 3].flatMap((k) => [1, 3].map((m) => Number(`${m}e${k}`)));
      return all.filter((v) => v >= low && v <= high);
    }
    const step = [1, 2, 5, 10, 20, 50, 100].map((s) => s / 10).find((s) => (high - low) / s <= 6) ?? 50;
    return Array.from({ length: Math.floor(high / step) + 1 }, (_, i) => Number((i * step).toFixed(6)))
      .filter((v) => v >= low);
  }

  // How far a drawn curve is from the measured one, point by point: a mean distance, or on a
  // logarithmic axis the factor that belongs to it.
  function distance(drawn, measured, log) {
    const off = drawn.map((v, i) => Math.abs(log ? Math.log(v / measured[i]) : v - measured[i]));
    const mean = off.slice(1).reduce((a, b) => a + b, 0) / (off.length - 1);  // the first is given
    return { mean: log ? Math.exp(mean) : mean, farthest: off.indexOf(Math.max(...off)) };
  }

  class PredictCurve extends LiveFigure {
    check(data) {
      const figure = document.getElementById(this.getAttribute("figure") ?? "");
      if (!figure) throw new RangeError("its figure is missing");
      const [low, high] = data.range, log = data.log.includes("y");
      if (data.points.length < 3 || !(low < high) || (log && !(low > 0))
        || !data.points.every(([x, y]) => Number.isFinite(x) && y >= low && y <= high)) {
        throw new RangeError("its curve leaves the axes");
      }
      this.waiting = [figure.closest(".cell") ?? figure];
      // What the paragraphs behind it say gives the answer away.
      for (let next = this.waiting[0].nextElementSibling; next?.matches("p"); next = next.nextElementSibling) {
        this.waiting.push(next);
      }
    }

    start(data) {
      this.data = data;
      this.log = { x: data.log.includes("x"), y: data.log.includes("y") };
      this.measured = data.points.map(([, y]) => y);
      this.svg = make("svg", { class: "pc-chart" });
      this.hint = make("p", { class: "pc-hint", id: `${this.id}-hint` },
        "Drag the points up and down to where you expect the curve. By keyboard: left and right choose a "
        + "point, up and down move it.");
      this.compare = this.button("Compare", () => this.reveal(true), { class: "lf-button lf-main" });
      this.skip = this.button("Show the figure", () => this.reveal(false));
      this.again = this.button("Draw again", () => this.begin());
      this.say = this.status();
      this.append(this.hint, this.svg,
        make("div", { class: "lf-buttons" }, this.compare, this.skip, this.again), this.say);
      this.svg.addEventListener("pointerdown", (event) => this.press(event));
      this.svg.addEventListener("keydown", (event) => this.key(event));
      this.begin();
      this.onWidth(() => this.paint());
      addEventListener("hashchange", () => this.wanted());
      this.wanted();
    }

    begin() {
      this.drawn = this.measured.map(() => this.measured[0]);
      this.at = 1;
      this.moved = this.seen = false;
      this.say.textContent = "";
      for (const one of this.waiting) one.classList.add("predict-hidden");
      this.show();
    }

    // Somebody follows a link to the figure: here it is.
    wanted() {
      let target = null;
      try {
        target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
      } catch {
        /* an address that no id can have */
      }
      if (!target || this.seen || !this.waiting.some((one) => one.contains(target))) return;
      this.reveal(false);
      target.scrollIntoView();
    }

    reveal(compare) {
      this.seen = true;
      for (const one of this.waiting) one.classList.remove("predict-hidden");
      this.say.textContent = compare ? this.words() : "The figure is below.";
      const had = this.contains(document.activeElement);
      this.show();
      if (had) this.again.focus();
    }

    words() {
      const [x, y, unit] = this.data.axes, places = this.data.points.map(([place]) => place);
      const { drawn, measured } = this, last = measured.length - 1;
      const { mean, farthest } = distance(drawn, measured, this.log.y);
      const said = (value) => `${round(value)}${unit && ` ${unit}`}`;
      const lowest = (values) => values.indexOf(Math.min(...values));
      const inner = lowest(measured) > 0 && lowest(measured) < last;
      return (this.log.y ? `On average you are off by a factor of ${round(mean)}. `
        : `On average you are ${round(mean)}${unit && ` ${unit === "%" ? "points" : unit}`} away. `)
        + `Farthest at ${places[farthest]} (${x}): you said ${said(drawn[farthest])}, measured: `
        + `${said(measured[farthest])}. `
        + (inner ? `The ${y} is lowest at ${places[lowest(measured)]}; in your curve, at `
          + `${places[lowest(drawn)]}.`
          : `From ${places[0]} to ${places[last]} the ${y} goes from ${said(measured[0])} to `
          + `${said(measured[last])}; you said, to ${said(drawn[last])}.`);
    }

    show() {
      this.compare.disabled = !this.moved || this.seen;
      this.skip.hidden = this.seen;
      this.compare.hidden = this.seen;
      this.again.hidden = !this.seen;
      this.hint.hidden = this.seen;
      if (this.clientWidth) this.paint();
    }

    // ---- drawing -------------------------------------------------------------------------------
    set(i, value) {
      const [low, high] = this.data.range;
      if (i < 1 || this.seen) return;  // the first point is given
      this.drawn[i] = Math.max(low, Math.min(high, value));
      this.at = i;
      this.moved = true;
      this.compare.disabled = false;
    }

    // Sets every point between where the pointer was and where it is now.
    follow({ clientX, clientY }) {
      const { left, top, width } = this.svg.getBoundingClientRect();
      const scale = this.size[0] / width, x = (clientX - left) * scale, y = (clientY - top) * scale;
      const near = this.places.reduce((best, place, i) =>
        (Math.abs(place - x) < Math.abs(this.places[best] - x) ? i : best), 0);
      const from = this.last ?? near, value = this.valueAt(y);
      const start = this.drawn[from];
      for (let k = 1; k <= Math.abs(near - from); k++) {
        const share = k / Math.abs(near - from);
        this.set(from + Math.sign(near - from) * k, start + share * (value - start));
      }
      this.set(near, value);
      this.last = near;
      this.paint();
    }

    press(event) {
      if (this.seen) return;
      event.preventDefault();
      this.svg.setPointerCapture(event.pointerId);
      this.last = null;
      this.follow(event);
      const move = (one) => this.follow(one);
      const end = () => {
        this.svg.removeEventListener("pointermove", move);
        this.svg.querySelector("[tabindex='0']")?.focus();
      };
      this.svg.addEventListener("pointermove", move);
      this.svg.addEventListener("lostpointercapture", end, { once: true });
    }

    key(event) {
      const step = { ArrowUp: 1, ArrowDown: -1, PageUp: 5, PageDown: -5 }[event.key];
      const aside = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (this.seen || (step === undefined && aside === undefined)) return;
      event.preventDefault();
      if (aside) this.at = Math.max(1, Math.min(this.drawn.length - 1, this.at + aside));
      else {
        const [low, high] = this.data.range, by = step / STEPS;
        const now = this.drawn[this.at];
        this.set(this.at, this.log.y ? now * (high / low) ** by : now + (high - low) * by);
      }
      this.paint();
      this.svg.querySelector("[tabindex='0']").focus();
    }

    valueAt(y) {
      const [low, high] = this.data.range, { top, floor } = this.area;
      const share = Math.max(0, Math.min(1, (floor - y) / (floor - top)));
      return this.log.y ? low * (high / low) ** share : low + share * (high - low);
    }

    paint() {
      const [xName, yName, unit] = this.data.axes, xs = this.data.points.map(([x]) => x);
      const width = Math.min(640, this.clientWidth || 400), height = Math.max(260, 0.5 * width);
      const pad = this.log.x ? 1 : 0.04 * (xs.at(-1) - xs[0]);
      const ends = this.log.x ? [xs[0] / 1.15, xs.at(-1) * 1.15] : [xs[0] - pad, xs.at(-1) + pad];
      const area = this.area = chart(width, height, { ends, ticks: xs, name: xName, log: this.log.x },
        { ends: this.data.range, ticks: ticks(this.data.range, this.log.y), log: this.log.y }, NAMES);
      this.size = [width, height];
      this.places = xs.map(area.X);
      this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      const curve = (values, name) => make("path", { class: `pc-${name}`,
        d: area.line(values.map((v, i) => [xs[i], v])) });
      const name = make("text", { x: area.left + 6, y: area.top + 16 }, `${yName}${unit && ` / ${unit}`}`);
      this.svg.replaceChildren(...area.parts, name,
        ...(this.seen ? [curve(this.measured, "measured")] : []), curve(this.drawn, "drawn"),
        ...this.drawn.map((v, i) => this.point(i, v)), ...this.names());
      if (this.seen) {
        this.svg.setAttribute("role", "img");
        this.svg.setAttribute("aria-label", `Your curve and the measured one. ${this.say.textContent}`);
      } else {
        this.svg.setAttribute("role", "group");
        this.svg.setAttribute("aria-label", `Your curve: ${yName} against ${xName}`);
        this.svg.setAttribute("aria-describedby", this.hint.id);
      }
    }

    point(i, value) {
      const at = { cx: this.places[i], cy: this.area.Y(value) };
      if (!i || this.seen) return make("circle", { class: i ? "pc-point" : "pc-given", r: 5, ...at });
      const [low, high] = this.data.range, [xName, yName, unit] = this.data.axes;
      return make("circle", { class: "pc-point pc-free", r: 8, ...at, role: "slider",
        tabindex: i === this.at ? 0 : -1, "aria-orientation": "vertical", "aria-valuemin": low,
        "aria-valuemax": high, "aria-valuenow": Number(value.toPrecision(3)),
        "aria-valuetext": `${round(value)}${unit && ` ${unit}`}`,
        "aria-label": `${yName} at ${this.data.points[i][0]}, ${xName}` });
    }

    // The names of both curves behind their ends, never on top of each other.
    names() {
      if (!this.seen) return [];
      const ends = [this.drawn.at(-1), this.measured.at(-1)].map(this.area.Y);
      const push = Math.max(0, LINE - Math.abs(ends[0] - ends[1])) / 2 * (ends[0] <= ends[1] ? 1 : -1);
      return ["you", "measured"].map((words, k) => make("text", { class: `pc-name-${words}`,
        x: this.places.at(-1) + 11, y: ends[k] + 5 + (k ? push : -push) }, words));
    }
  }

  window.dropoutCourse.predictCurve = { distance, ticks };
  if (!customElements.get("predict-curve")) customElements.define("predict-curve", PredictCurve);
})();
