// What the later interactive figures share: making elements, a seeded generator, and a beginning
// that leaves the picture of the page alone if anything is wrong. No library, no request.
"use strict";

(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const DRAWN = new Set(["svg", "path", "line", "text", "circle", "rect", "g", "polyline"]);
  let figures = 0;

  function make(name, attributes = {}, ...children) {
    const node = DRAWN.has(name) ? document.createElementNS(SVG, name)
      : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  // mulberry32: 32 bits of state; the same stream as `uniforms` in book/_ext/live_figures.py.
  function generator(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  // Axes of a chart: how values become places, and the lines and words to draw. An axis has ends,
  // ticks and a name, and may be logarithmic. `right` is the room behind the last value.
  function chart(width, height, x, y, right = 14) {
    const left = 44, top = 10, bottom = 42;
    const along = (axis, from, to) => {
      const f = axis.log ? Math.log : (v) => v;
      const [a, b] = axis.ends.map(f);
      return (v) => from + (to - from) * (f(Math.max(axis.ends[0], Math.min(axis.ends[1], v))) - a)
        / (b - a);
    };
    const floor = height - bottom;
    const X = along(x, left, width - right), Y = along(y, floor, top);
    const parts = [make("line", { class: "lf-axis", x1: left, x2: width - right, y1: floor, y2: floor })];
    for (const tick of x.ticks) {
      parts.push(make("text", { class: "lf-middle", x: X(tick), y: floor + 17 }, `${tick}`));
    }
    for (const tick of y.ticks) {
      parts.push(make("line", { class: "lf-grid", x1: left, x2: width - right, y1: Y(tick), y2: Y(tick) }),
        make("text", { class: "lf-end", x: left - 6, y: Y(tick) + 4 }, `${tick}`));
    }
    parts.push(make("text", { class: "lf-middle", x: (left + width - right) / 2, y: height - 6 }, x.name));
    const line = (points) => points.map(([u, v], i) =>
      `${i ? "L" : "M"}${X(u).toFixed(1)} ${Y(v).toFixed(1)}`).join("");
    return { X, Y, line, parts, left, right, top, floor };
  }

  // A figure brings its data as JSON. `check` throws on what it can't show, before `start` changes
  // anything, and then the picture stays with a sentence.
  class LiveFigure extends HTMLElement {
    connectedCallback() {
      if (this.known) return;
      this.known = true;
      this.id ||= `${this.localName}-${++figures}`;
      let data;
      try {
        data = JSON.parse(this.querySelector("script").textContent);
        this.check(data);
      } catch (problem) {
        const why = problem instanceof RangeError ? problem.message : "its data can't be read";
        this.append(make("p", { class: "lf-say" },
          `This figure can't start: ${why}. The picture stays as it is.`));
        return;
      }
      this.querySelector(".lf-still")?.remove();
      this.start(data);
    }

    // A whole number, or a number in an interval, of an attribute; else a RangeError.
    number(name, low, high, whole = false) {
      const value = Number(this.getAttribute(name) ?? NaN);
      if (!(value >= low && value <= high) || (whole && !Number.isInteger(value))) {
        throw new RangeError(`${name} is “${this.getAttribute(name)}”, and not from ${low} to ${high}`);
      }
      return value;
    }

    button(words, act, attributes = {}) {
      const node = make("button", { type: "button", class: "lf-button", ...attributes }, words);
      node.addEventListener("click", act);
      return node;
    }

    // A labelled slider; `read` makes words of its value.
    slider(name, title, [min, max, step], value, read, act) {
      const input = make("input", { type: "range", id: `${this.id}-${name}`, min, max, step });
      const shown = make("span", { class: "lf-value", "aria-hidden": "true" });
      const tell = () => {
        shown.textContent = read(Number(input.value));
        input.setAttribute("aria-valuetext", shown.textContent);
      };
      input.value = value;
      tell();
      input.addEventListener("input", () => { tell(); act(Number(input.value)); });
      const node = make("p", { class: "lf-setting" }, make("label", { for: input.id }, title),
        input, shown);
      return { node, input, tell };
    }

    menu(name, title, options, value, act) {
      const select = make("select", { id: `${this.id}-${name}` },
        ...Object.entries(options).map(([key, words]) => make("option", { value: key }, words)));
      select.value = value;
      select.addEventListener("change", () => act(select.value));
      const node = make("p", { class: "lf-setting" }, make("label", { for: select.id }, title),
        select);
      return { node, select };
    }

    // Calls `paint` now, and again whenever the figure's width has changed.
    onWidth(paint) {
      let known = 0;
      const look = () => {
        if (this.clientWidth === known) return;
        known = this.clientWidth;
        paint();
      };
      look();
      if (window.ResizeObserver) new ResizeObserver(look).observe(this);
    }

    status() {
      return make("p", { class: "lf-say", role: "status", "aria-live": "polite" });
    }
  }

  window.dropoutCourse = { generator, ...window.dropoutCourse, live: { make, chart, LiveFigure } };
})();
