// What a plot puts on its canvases: colours, traces, cursors, the pointer's hairline.

/** Colours from the style sheet, so that themes live in one place. Paper is always light. */
function plotStyle(printing) {
  const holder = document.documentElement;
  if (printing) holder.dataset.printing = "";
  const css = getComputedStyle(holder);
  const of = (name) => css.getPropertyValue(name).trim();
  const style = { text: of("--text"), muted: of("--muted"), grid: of("--grid"), faint: of("--grid-faint"),
                  zero: of("--zero"), frame: of("--frame"), accent: of("--accent"), band: of("--band"),
                  paper: of("--card"), font: `12px ${of("--font")}`,
                  traces: Array.from({ length: 10 }, (_, k) => of(`--trace-${k}`)) };
  delete holder.dataset.printing;
  return style;
}

/** A name keeps its colour in every panel of a plot. */
function colourOf(plot, trace) {
  const style = plot.style ?? plotStyle(false);
  return style.traces[plot.names.indexOf(trace.name) % style.traces.length];
}

function drawTrace(c, plot, panel, trace) {
  c.strokeStyle = colourOf(plot, trace);
  c.fillStyle = c.strokeStyle;
  c.lineWidth = 1.6;
  c.lineJoin = "round";
  // After ten traces the colours repeat with dashes.
  const turn = Math.floor(plot.names.indexOf(trace.name) / plot.style.traces.length);
  c.setLineDash(turn === 0 ? [] : turn === 1 ? [7, 4] : [2, 3]);
  c.beginPath();
  for (const run of trace.runs) {
    if (run.rising > 0) drawRising(c, plot, panel, trace, run);
    else drawEvery(c, plot, panel, trace, run.from, run.to, run.joined);
  }
  c.stroke();
  c.setLineDash([]);
}

/** Every sample, marked with dots when they lie far apart. */
function drawEvery(c, plot, panel, trace, from, to, joined) {
  const { x, y } = trace;
  let pen = joined;
  for (let k = from; k < to; ++k) {
    if (!isFinite(y[k])) {
      pen = false;
      continue;
    }
    const px = plot.toPixelX(x[k]), py = clampPixel(plot.toPixelY(panel, y[k]));
    if (pen) c.lineTo(px, py);
    else c.moveTo(px, py);
    pen = true;
  }
  const apart = to > from + 1 ? Math.abs(plot.toPixelX(x[to - 1]) - plot.toPixelX(x[from])) / (to - 1 - from) : 0;
  if (apart > 28) drawSamples(c, plot, panel, trace, from, to);
}

// Canvases lose precision far outside their area.
function clampPixel(v) { return Math.max(-1e5, Math.min(1e5, v)); }

/** Every sample in view when they are few; else per pixel column the first, lowest, highest and last. */
function drawRising(c, plot, panel, trace, run) {
  const { x, y } = trace;
  const from = Math.max(run.from, lowerBound(x, plot.x[0], run.from, run.to) - 1);
  const to = Math.min(run.to, lowerBound(x, plot.x[1], run.from, run.to) + 2);
  const columns = Math.ceil(plot.width * 2);
  if (to - from < 3 * columns) {
    drawEvery(c, plot, panel, trace, from, to, run.joined && from === run.from);
    return;
  }
  trace.extremes ??= new Extremes(y);
  let begin = from;
  for (let column = 0; column <= columns && begin < to; ++column) {
    const pixel = plot.left + column / 2;
    const end = lowerBound(x, plot.fromPixelX(pixel), begin, to);
    if (end === begin) continue;
    const [low, high] = trace.extremes.range(begin, end);
    for (const v of [y[begin], low, high, y[end - 1]]) {
      if (isFinite(v)) c.lineTo(pixel, clampPixel(plot.toPixelY(panel, v)));
    }
    begin = end;
  }
}

function drawSamples(c, plot, panel, trace, from, to) {
  for (let k = from; k < to; ++k) {
    const px = plot.toPixelX(trace.x[k]), py = plot.toPixelY(panel, trace.y[k]);
    if (!isFinite(py)) continue;
    c.moveTo(px + 2, py);
    c.arc(px, py, 2, 0, 7);
  }
  c.moveTo(plot.toPixelX(trace.x[to - 1]), plot.toPixelY(panel, trace.y[to - 1]));
}

function drawDots(c, plot, x, radius) {
  for (const panel of plot.panels) {
    for (const trace of panel.traces) {
      const v = trace.visible ? trace.valueAt(x, plot.logX) : null;
      if (v === null || !isFinite(v)) continue;
      const py = plot.toPixelY(panel, v);
      if (py < panel.top || py > panel.top + panel.height) continue;
      c.fillStyle = colourOf(plot, trace);
      c.strokeStyle = plot.style.paper;
      c.lineWidth = 1.5;
      c.beginPath();
      c.arc(plot.toPixelX(x), py, radius, 0, 7);
      c.fill();
      c.stroke();
    }
  }
}

function drawVertical(c, plot, x, colour, dash) {
  c.strokeStyle = colour;
  c.lineWidth = 1;
  c.setLineDash(dash);
  c.beginPath();
  for (const panel of plot.panels) {
    const px = Math.round(plot.toPixelX(x)) + 0.5;
    c.moveTo(px, panel.top);
    c.lineTo(px, panel.top + panel.height);
  }
  c.stroke();
  c.setLineDash([]);
}

function drawCursor(c, plot, x, letter) {
  const px = plot.toPixelX(x);
  drawVertical(c, plot, x, plot.style.accent, letter === "A" ? [] : [6, 3]);
  drawDots(c, plot, x, 4);
  const top = plot.panels[0].top;
  c.fillStyle = plot.style.accent;
  c.beginPath();
  c.roundRect(px - 9, top + 4, 18, 17, 4);
  c.fill();
  c.fillStyle = plot.style.paper;
  c.font = `600 ${plot.style.font}`;
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.fillText(letter, px, top + 13);
}

/** Hairline under the pointer, the independent variable beside it, a dot on every trace. */
function drawPointer(c, plot) {
  if (!plot.pointer || plot.box) return;
  const x = plot.fromPixelX(plot.pointer.x);
  if (x < plot.x[0] || x > plot.x[1]) return;
  drawVertical(c, plot, x, plot.style.muted, [2, 3]);
  drawDots(c, plot, x, 3);
  const label = formatValue(x, plot.scale.unit, 5);
  c.font = plot.style.font;
  const width = c.measureText(label).width + 12;
  const last = plot.panels[plot.panels.length - 1];
  const px = Math.max(plot.left, Math.min(plot.pointer.x - width / 2, plot.left + plot.width - width));
  c.fillStyle = plot.style.text;
  c.beginPath();
  c.roundRect(px, last.top + last.height + 3, width, 19, 4);
  c.fill();
  c.fillStyle = plot.style.paper;
  c.textAlign = "left";
  c.textBaseline = "middle";
  c.fillText(label, px + 6, last.top + last.height + 13);
}
