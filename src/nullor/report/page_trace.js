// Samples: decoding, thinning to pixel columns, interpolation.

/** The numbers of a base64 string of little-endian floats. */
function decodeNumbers(text, type) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return type === "f4" ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer);
}

/** First index in [from, to) with x[index] >= value; x ascends there. */
function lowerBound(x, value, from, to) {
  while (from < to) {
    const middle = (from + to) >> 1;
    if (x[middle] < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Lowest and highest of any range of samples in little time: extremes of blocks, then of the ragged ends. */
class Extremes {
  static BLOCK = 128;

  constructor(y) {
    this.y = y;
    const blocks = Math.floor(y.length / Extremes.BLOCK);
    this.low = new Float64Array(blocks);
    this.high = new Float64Array(blocks);
    for (let b = 0; b < blocks; ++b) {
      [this.low[b], this.high[b]] = this.scan(b * Extremes.BLOCK, (b + 1) * Extremes.BLOCK, Infinity, -Infinity);
    }
  }

  scan(from, to, low, high) {
    for (let k = from; k < to; ++k) {
      const v = this.y[k];
      if (v < low) low = v;
      if (v > high) high = v;
    }
    return [low, high];
  }

  range(from, to) {
    const size = Extremes.BLOCK;
    const first = Math.ceil(from / size), last = Math.floor(to / size);
    if (first >= last) return this.scan(from, to, Infinity, -Infinity);
    let [low, high] = this.scan(from, first * size, Infinity, -Infinity);
    for (let b = first; b < last; ++b) {
      if (this.low[b] < low) low = this.low[b];
      if (this.high[b] > high) high = this.high[b];
    }
    return this.scan(last * size, to, low, high);
  }
}

/** The stretches of a scale over which it runs one way; `joined` when the trace goes on from the one before. */
function monotoneRuns(x) {
  const runs = [];
  const span = x.length ? Math.abs(x[x.length - 1] - x[0]) : 0;
  let widest = span;
  for (let k = 1; k < x.length; ++k) widest = Math.max(widest, Math.abs(x[k] - x[0]));
  let from = 0, rising = 0, joined = false;
  for (let k = 1; k < x.length; ++k) {
    const step = Math.sign(x[k] - x[k - 1]);
    if (step === 0 || step === rising) continue;
    if (rising === 0) {
      rising = step;
      continue;
    }
    const jump = Math.abs(x[k] - x[k - 1]) > widest / 2;  // a nested sweep starts again; a loop turns round
    runs.push({ from, to: k, rising, joined });
    from = jump ? k : k - 1;
    joined = !jump;
    rising = jump ? 0 : step;
  }
  runs.push({ from, to: x.length, rising: rising || 1, joined });
  return runs;
}

class Trace {
  constructor(name, unit, x, y, runs) {
    Object.assign(this, { name, unit, x, y, runs, visible: true });
    this.extremes = null;
  }

  range(from = 0, to = this.y.length) {
    this.extremes ??= new Extremes(this.y);
    return this.extremes.range(from, to);
  }

  /** The value where the drawn line meets the vertical at `at`; `log` when the x axis is logarithmic. */
  valueAt(at, log) {
    const { x, y } = this;
    for (const run of this.runs) {
      const [a, b] = run.rising > 0 ? [x[run.from], x[run.to - 1]] : [x[run.to - 1], x[run.from]];
      if (!(at >= a && at <= b)) continue;
      let k;
      if (run.rising > 0) k = lowerBound(x, at, run.from, run.to);
      else for (k = run.from; k < run.to - 1 && x[k] > at;) ++k;
      if (x[k] === at || k === run.from) return y[k];
      const u = log && x[k - 1] > 0 ? Math.log(at / x[k - 1]) / Math.log(x[k] / x[k - 1])
                                    : (at - x[k - 1]) / (x[k] - x[k - 1]);
      return y[k - 1] + u * (y[k] - y[k - 1]);
    }
    return null;
  }
}

function decibels(re, im) {
  return re.map((r, k) => Math.max(-400, 20 * Math.log10(Math.hypot(r, im[k]))));
}

function unwrappedPhase(re, im) {
  const out = new Float64Array(re.length);
  for (let k = 0; k < re.length; ++k) {
    const phase = (Math.atan2(im[k], re[k]) * 180) / Math.PI;
    out[k] = k ? phase - 360 * Math.round((phase - out[k - 1]) / 360) : phase;
  }
  return out;
}

/** Panels of one table: one per quantity, or magnitude and phase. */
function panelsOf(table) {
  const x = table.scale.values;
  const runs = monotoneRuns(x);
  const panels = new Map();
  const add = (label, unit, log, name, y) => {
    if (!panels.has(label)) panels.set(label, { label, unit, log, traces: [] });
    panels.get(label).traces.push(new Trace(name, unit, x, y, runs));
  };
  for (const column of table.columns) {
    if (column.imag) {
      add("magnitude", "dB", false, column.name, decibels(column.real, column.imag));
      add("phase", "°", false, column.name, unwrappedPhase(column.real, column.imag));
    } else if (table.kind === "training") {
      // Losses share a panel, and so do errors; what is positive falls over decades.
      add(column.name.match(/(loss|error)$/)?.[0] ?? column.name, column.unit, column.values.every((v) => v > 0), column.name, column.values);
    } else {
      add(column.quantity, column.unit, column.quantity === "noise density", column.name, column.real);
    }
  }
  return [...panels.values()];
}
