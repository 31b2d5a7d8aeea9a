// A small network with dropout, for the figures of this book that train in the page.
// ReLU layers, inverted dropout behind each of them, softmax with cross-entropy, Adam.
// Tested against the reference answers of chapter 4: the same weights and masks give the same loss
// and gradients. Rows of a batch stand one after another in flat arrays. No library, no request.
"use strict";

(() => {
  // mulberry32: 32 bits of state; the same stream as `uniforms` in book/_ext/network.py.
  function generator(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  function normal(random) {  // Box and Muller; 1 - u is never 0
    return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  }

  class Layer {
    constructor(inputs, outputs, random) {
      this.inputs = inputs;
      this.outputs = outputs;
      const spread = Math.sqrt(2 / inputs);  // He's initial weights
      this.W = Float64Array.from({ length: inputs * outputs }, () => spread * normal(random));
      this.b = new Float64Array(outputs);
      this.dW = new Float64Array(inputs * outputs);
      this.db = new Float64Array(outputs);
    }

    // out[i] = x[i] W + b, with W of shape (inputs, outputs)
    apply(x, n, out) {
      const { W, b, inputs, outputs } = this;
      for (let i = 0; i < n; i++) {
        const row = i * outputs;
        for (let k = 0; k < outputs; k++) out[row + k] = b[k];
        for (let j = 0; j < inputs; j++) {
          const value = x[i * inputs + j];
          if (value === 0) continue;  // half of the units are, behind a ReLU
          const from = j * outputs;
          for (let k = 0; k < outputs; k++) out[row + k] += value * W[from + k];
        }
      }
    }

    // The gradients of W and b from x and g, and, if asked for, that of x.
    back(x, g, n, dx) {
      const { W, dW, db, inputs, outputs } = this;
      dW.fill(0);
      db.fill(0);
      for (let i = 0; i < n; i++) {
        const row = i * outputs;
        for (let k = 0; k < outputs; k++) db[k] += g[row + k];
        for (let j = 0; j < inputs; j++) {
          const value = x[i * inputs + j];
          const from = j * outputs;
          let sum = 0;
          for (let k = 0; k < outputs; k++) {
            dW[from + k] += value * g[row + k];
            sum += W[from + k] * g[row + k];
          }
          if (dx) dx[i * inputs + j] = sum;
        }
      }
    }
  }

  class Network {
    // sizes: units a layer, inputs and classes included; random: where the weights come from
    constructor(sizes, random) {
      this.sizes = sizes;
      this.layers = sizes.slice(1).map((outputs, i) => new Layer(sizes[i], outputs, random));
      this.moments = null;
      this.steps = 0;
    }

    // One mask a hidden layer for n examples: 1 is kept, 0 dropped.
    drawMasks(n, p, random) {
      return this.sizes.slice(1, -1).map((units) =>
        Uint8Array.from({ length: n * units }, () => (random() >= p ? 1 : 0)));
    }

    // What a kept unit is multiplied by.
    static factor(p) {
      return p < 1 ? 1 / (1 - p) : 0;
    }

    // Logits of n examples; without masks as in evaluation.
    forward(x, n, p = 0, masks = null, factor = Network.factor(p)) {
      this.seen = [x];
      let h = x;
      this.layers.forEach((layer, l) => {
        const a = new Float64Array(n * layer.outputs);
        layer.apply(h, n, a);
        if (l < this.layers.length - 1) {
          for (let i = 0; i < a.length; i++) {
            if (!(a[i] > 0)) a[i] = 0;
            else if (masks) a[i] = masks[l][i] ? a[i] * factor : 0;
          }
          this.seen.push(a);
        }
        h = a;
      });
      return h;
    }

    // Probabilities of the classes, in place of the logits.
    softmax(logits, n) {
      const K = this.sizes.at(-1);
      for (let i = 0; i < n; i++) {
        let top = -Infinity, sum = 0;
        for (let k = 0; k < K; k++) top = Math.max(top, logits[i * K + k]);
        for (let k = 0; k < K; k++) sum += logits[i * K + k] = Math.exp(logits[i * K + k] - top);
        for (let k = 0; k < K; k++) logits[i * K + k] /= sum;
      }
      return logits;
    }

    // Mean cross-entropy, and its gradients in the layers' dW and db.
    loss(x, y, n, p = 0, masks = null, factor = Network.factor(p)) {
      const K = this.sizes.at(-1);
      let g = this.softmax(this.forward(x, n, p, masks, factor), n);
      let total = 0;
      for (let i = 0; i < n; i++) {
        total -= Math.log(Math.max(g[i * K + y[i]], 1e-300));
        g[i * K + y[i]] -= 1;
      }
      for (let i = 0; i < g.length; i++) g[i] /= n;
      for (let l = this.layers.length - 1; l >= 0; l--) {
        const h = this.seen[l];
        const dx = l ? new Float64Array(h.length) : null;
        this.layers[l].back(h, g, n, dx);
        if (!l) break;
        // A unit behind mask and ReLU is 0 where either closed it, and there its gradient is 0.
        for (let i = 0; i < dx.length; i++) dx[i] = h[i] > 0 ? dx[i] * (masks ? factor : 1) : 0;
        g = dx;
      }
      return total / n;
    }

    // One step of Adam, with decoupled weight decay.
    step(rate, decay = 0) {
      this.moments ??= this.layers.map((layer) => ["W", "b"].map((name) =>
        [new Float64Array(layer[name].length), new Float64Array(layer[name].length)]));
      const t = ++this.steps;
      const scale = rate * Math.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t);
      this.layers.forEach((layer, l) => ["W", "b"].forEach((name, which) => {
        const values = layer[name], slopes = layer[`d${name}`];
        const [m, v] = this.moments[l][which];
        const shrink = which ? 1 : 1 - rate * decay;
        for (let i = 0; i < values.length; i++) {
          const slope = slopes[i];
          m[i] += 0.1 * (slope - m[i]);
          v[i] += 0.001 * (slope * slope - v[i]);
          values[i] = shrink * values[i] - scale * m[i] / (Math.sqrt(v[i]) + 1e-8);
        }
      }));
    }
  }

  window.dropoutCourse = { ...window.dropoutCourse, generator, normal, Network };
})();
