// One table as stacked panels over a common axis. Two canvases: `base` holds axes and traces and is redrawn when the view
// changes; `over` holds cursors and the pointer and is redrawn at every move.

const GAP = 14, TOP = 24, BOTTOM = 40, RIGHT = 22;

class Plot {
  constructor(table, figure) {
    this.table = table;
    this.figure = figure;
    this.scale = table.scale;
    this.panels = panelsOf(table);
    this.names = [...new Set(this.panels.flatMap((p) => p.traces.map((t) => t.name)))];
    this.cursors = [null, null];
    this.active = 0;
    this.pointer = null;  // {x, y, panel} in CSS pixels, for the hairline
    this.box = null;      // rubber band being drawn
    this.listeners = [];
    const x = this.scale.values;
    let low = Infinity, high = -Infinity;
    for (const v of x) {
      if (v < low) low = v;
      if (v > high) high = v;
    }
    this.fullX = high > low ? [low, high] : [low - 1, low + 1];
    this.canLogX = low > 0;
    this.logX = this.canLogX && this.scale.quantity === "frequency" && high >= 10 * low;
    this.reset(false);
  }

  // ---- view -------------------------------------------------------------------------------------------------

  reset(draw = true) {
    this.x = [...this.fullX];
    for (const panel of this.panels) panel.y = this.fittedY(panel, false);
    if (draw) this.draw();
  }

  /** The y range that shows every visible trace of a panel, over all samples or over those in view. */
  fittedY(panel, inView) {
    let low = Infinity, high = -Infinity;
    for (const trace of panel.traces) {
      if (!trace.visible && panel.traces.some((t) => t.visible)) continue;
      for (const run of trace.runs) {
        let { from, to } = run;
        if (inView && run.rising > 0) {
          from = Math.max(from, lowerBound(trace.x, this.x[0], from, to) - 1);
          to = Math.min(to, lowerBound(trace.x, this.x[1], from, to) + 1);
        }
        let range = trace.range(from, to);
        if (panel.log) {
          const positive = trace.y.subarray(from, to).filter((v) => v > 0);
          range = new Trace("", "", null, positive, []).range();
        }
        if (isFinite(range[0])) low = Math.min(low, range[0]);
        if (isFinite(range[1])) high = Math.max(high, range[1]);
      }
    }
    if (!(low <= high)) return panel.log ? [0.1, 1] : [-1, 1];
    if (panel.log) return low < high ? [low / 1.3, high * 1.3] : [low / 10, high * 10];
    const margin = high > low ? 0.07 * (high - low) : Math.max(Math.abs(high) * 0.1, 1e-12);
    return [low - margin, high + margin];
  }

  fitY() {
    for (const panel of this.panels) panel.y = this.fittedY(panel, true);
    this.draw();
  }

  /** Shows x0 to x1 of the independent variable, kept inside the data and no narrower than doubles allow. */
  zoom(x0, x1) {
    const [low, high] = this.fullX;
    if (!(x1 > x0)) return;
    const wanted = this.toU(x1) - this.toU(x0), whole = this.toU(high) - this.toU(low);
    if (wanted >= whole) this.x = [low, high];
    else if (x0 < low) this.x = [low, this.fromU(this.toU(low) + wanted)];
    else if (x1 > high) this.x = [this.fromU(this.toU(high) - wanted), high];
    else if (wanted > Math.abs(this.toU(x1)) * 1e-13) this.x = [x0, x1];
    this.draw();
  }

  zoomAbout(x, factor) {
    const u = this.toU(x);
    this.zoom(this.fromU(u + (this.toU(this.x[0]) - u) * factor), this.fromU(u + (this.toU(this.x[1]) - u) * factor));
  }

  pan(pixels) {
    const du = (pixels / this.width) * (this.toU(this.x[1]) - this.toU(this.x[0]));
    this.zoom(this.fromU(this.toU(this.x[0]) + du), this.fromU(this.toU(this.x[1]) + du));
  }

  setLogX(on) {
    this.logX = on && this.canLogX;
    this.draw();
  }

  setLogY(panel, on) {
    panel.log = on;
    panel.y = this.fittedY(panel, false);
    this.draw();
  }

  show(name, visible) {
    for (const panel of this.panels) {
      for (const trace of panel.traces) if (trace.name === name) trace.visible = visible;
    }
    this.draw();
  }

  setCursor(index, x) {
    this.cursors[index] = x === null ? null : Math.min(this.fullX[1], Math.max(this.fullX[0], x));
    if (x !== null) this.active = index;
    this.drawOver();
    this.changed();
  }

  changed() {
    for (const listener of this.listeners) listener();
  }

  // ---- coordinates: u is x or log x ---------------------------------------------------------------------------

  toU(x) { return this.logX ? Math.log(x) : x; }
  fromU(u) { return this.logX ? Math.exp(u) : u; }

  toPixelX(x) {
    const a = this.toU(this.x[0]), b = this.toU(this.x[1]);
    return this.left + ((this.toU(x) - a) / (b - a)) * this.width;
  }

  fromPixelX(pixel) {
    const a = this.toU(this.x[0]), b = this.toU(this.x[1]);
    return this.fromU(a + ((pixel - this.left) / this.width) * (b - a));
  }

  toPixelY(panel, y) {
    const [low, high] = panel.y;
    const t = panel.log ? Math.log(Math.max(y, 1e-300) / low) / Math.log(high / low) : (y - low) / (high - low);
    return panel.top + (1 - t) * panel.height;
  }

  fromPixelY(panel, pixel) {
    const [low, high] = panel.y, t = 1 - (pixel - panel.top) / panel.height;
    return panel.log ? low * (high / low) ** t : low + t * (high - low);
  }

  panelAt(pixel) {
    return this.panels.find((p) => pixel >= p.top && pixel <= p.top + p.height) ?? null;
  }

  // ---- drawing ----------------------------------------------------------------------------------------------------

  attach(holder) {
    this.holder = holder;
    [this.base, this.over] = ["base", "over"].map((kind) => {
      const canvas = document.createElement("canvas");
      canvas.className = kind;
      holder.append(canvas);
      return canvas;
    });
    new ResizeObserver(() => this.draw()).observe(holder);
    this.draw();
  }

  /** Sizes the canvases and places the panels; false while the page shows nothing. */
  layout() {
    const width = this.holder.clientWidth;
    if (width < 80) return false;
    const each = this.panels.length === 1 ? 340 : this.panels.length === 2 ? 220 : 180;
    const height = this.panels.length * (each + TOP) + (this.panels.length - 1) * GAP + BOTTOM;
    const ratio = Math.max(window.devicePixelRatio || 1, this.printing ? 3 : 1);
    for (const canvas of [this.base, this.over]) {
      const w = Math.round(width * ratio), h = Math.round(height * ratio);
      if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
      canvas.style.height = `${height}px`;
      canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    this.size = [width, height];
    this.panels.forEach((panel, k) => Object.assign(panel, { top: k * (each + TOP + GAP) + TOP, height: each }));
    return true;
  }

  draw() {
    if (!this.holder || !this.layout()) return;
    this.style = plotStyle(this.printing);
    const c = this.base.getContext("2d");
    c.clearRect(0, 0, ...this.size);
    c.font = this.style.font;
    for (const panel of this.panels) {
      panel.ticks = axisTicks(...panel.y, Math.max(3, panel.height / 44), panel.log, panel.unit);
      panel.labels = tickLabels(panel.ticks, panel.unit);
    }
    const widest = Math.max(...this.panels.flatMap((p) => p.labels.map((t) => c.measureText(t).width)), 20);
    this.left = Math.ceil(widest) + 14;
    this.width = this.size[0] - this.left - RIGHT;
    const wanted = Math.max(3, this.width / 90);
    const ticks = axisTicks(...this.x, wanted, this.logX, this.scale.unit);
    for (const panel of this.panels) this.drawPanel(c, panel, ticks);
    this.drawScale(c, ticks);
    this.drawOver();
    this.changed();
  }

  drawPanel(c, panel, ticks) {
    const { style, left, width } = this;
    const line = (x1, y1, x2, y2, colour) => {
      c.strokeStyle = colour;
      c.beginPath();
      c.moveTo(x1, y1);
      c.lineTo(x2, y2);
      c.stroke();
    };
    const crisp = (v) => Math.round(v) + 0.5;
    c.lineWidth = 1;
    for (const v of ticks.minor ?? []) line(crisp(this.toPixelX(v)), panel.top, crisp(this.toPixelX(v)), panel.top + panel.height, style.faint);
    for (const v of ticks.values) line(crisp(this.toPixelX(v)), panel.top, crisp(this.toPixelX(v)), panel.top + panel.height, style.grid);
    for (const v of panel.ticks.minor ?? []) line(left, crisp(this.toPixelY(panel, v)), left + width, crisp(this.toPixelY(panel, v)), style.faint);
    c.textAlign = "right";
    c.textBaseline = "middle";
    c.fillStyle = style.muted;
    panel.ticks.values.forEach((v, k) => {
      const y = crisp(this.toPixelY(panel, v));
      line(left, y, left + width, y, !panel.log && v === 0 ? style.zero : style.grid);
      c.fillText(panel.labels[k], left - 8, y);
    });
    c.textAlign = "left";
    c.textBaseline = "alphabetic";
    c.fillStyle = style.text;
    c.fillText(panel.label + (panel.unit ? ` [${panel.unit}]` : ""), left, panel.top - 8);
    c.save();
    c.beginPath();
    c.rect(left, panel.top, width, panel.height);
    c.clip();
    panel.traces.forEach((trace) => trace.visible && drawTrace(c, this, panel, trace));
    c.restore();
    c.strokeStyle = style.frame;
    c.lineWidth = 1;
    c.strokeRect(crisp(left) - 1, crisp(panel.top) - 1, width + 1, panel.height + 1);
  }

  drawScale(c, ticks) {
    const last = this.panels[this.panels.length - 1];
    const y = last.top + last.height;
    c.textBaseline = "top";
    c.fillStyle = this.style.muted;
    c.textAlign = "center";
    tickLabels(ticks, this.scale.unit).forEach((text, k) => c.fillText(text, this.toPixelX(ticks.values[k]), y + 7));
    c.fillStyle = this.style.text;
    c.fillText(this.scale.name + (this.scale.unit ? ` [${this.scale.unit}]` : ""), this.left + this.width / 2, y + 24);
  }

  drawOver() {
    if (!this.style) return;
    const c = this.over.getContext("2d");
    c.clearRect(0, 0, ...this.size);
    drawPointer(c, this);
    this.cursors.forEach((x, k) => x !== null && x >= this.x[0] && x <= this.x[1] && drawCursor(c, this, x, "AB"[k]));
    if (this.box) {
      c.fillStyle = this.style.band;
      c.strokeStyle = this.style.accent;
      c.fillRect(...this.box);
      c.strokeRect(...this.box);
    }
  }
}
