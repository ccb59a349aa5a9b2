// Mouse, touch and keyboard on a plot. Every action goes through the same functions that `window.nullor` offers.

const CLICK = 4;      // a press that moves less is a click [px]
const GRAB = 6;       // distance at which a cursor is grabbed [px]
const NARROW = 14;    // a drag flatter than this zooms one axis only [px]

function listen(plot) {
  const target = plot.over;
  target.tabIndex = 0;
  target.setAttribute("role", "application");
  target.setAttribute("aria-label", `${plot.table.name}. Arrow keys move a cursor, plus and minus zoom, 0 shows all.`);
  const at = (event) => {
    const r = target.getBoundingClientRect();
    return { x: event.clientX - r.left, y: event.clientY - r.top };
  };
  const grabbed = (p) => plot.cursors.findIndex((x) => x !== null && Math.abs(plot.toPixelX(x) - p.x) <= GRAB);
  let press = null;
  let pressed = [], before = [];  // the cursors at the last press; at the first of a row of clicks

  target.addEventListener("wheel", (event) => {
    event.preventDefault();
    const p = at(event);
    const lines = event.deltaMode === 1 ? 33 : 1;
    const dx = event.deltaX * lines, dy = event.deltaY * lines;
    if (event.shiftKey || Math.abs(dx) > Math.abs(dy)) return plot.pan(event.shiftKey && !dx ? dy : dx);
    const factor = Math.exp(Math.max(-1, Math.min(1, dy / 300)));
    const panel = plot.panelAt(p.y);
    if ((event.altKey || p.x < plot.left) && panel) return zoomY(plot, panel, plot.fromPixelY(panel, p.y), factor);
    plot.zoomAbout(plot.fromPixelX(Math.max(plot.left, Math.min(plot.left + plot.width, p.x))), factor);
  }, { passive: false });

  target.addEventListener("pointerdown", (event) => {
    target.focus({ preventScroll: true });
    target.setPointerCapture(event.pointerId);
    pressed = [...plot.cursors];
    const p = at(event);
    const cursor = event.button === 0 && !event.shiftKey ? grabbed(p) : -1;
    const pan = event.shiftKey || event.button !== 0 || p.y > plot.size[1] - BOTTOM;
    press = { ...p, last: p.x, cursor, pan, button: event.button, panel: plot.panelAt(p.y), moved: false };
  });

  target.addEventListener("pointermove", (event) => {
    const p = at(event);
    if (!press) {
      plot.pointer = p;
      target.style.cursor = grabbed(p) >= 0 ? "ew-resize" : p.y > plot.size[1] - BOTTOM ? "grab" : "crosshair";
      return plot.drawOver(), plot.changed();
    }
    if (!press.moved && Math.hypot(p.x - press.x, p.y - press.y) < CLICK) return;
    press.moved = true;
    if (press.cursor >= 0) return plot.setCursor(press.cursor, plot.fromPixelX(p.x));
    if (press.pan) {
      plot.pan(press.last - p.x);
      press.last = p.x;
      return;
    }
    plot.box = rubberBand(plot, press, p);
    plot.drawOver();
  });

  target.addEventListener("pointerup", (event) => {
    const p = at(event), was = press;
    press = null;
    if (!was) return;
    if (was.moved) {
      if (plot.box) zoomBox(plot, was, p);
      return;
    }
    if (was.button !== 0 || p.x < plot.left || p.x > plot.left + plot.width || !was.panel) return;
    plot.setCursor(event.shiftKey || event.altKey ? 1 : 0, plot.fromPixelX(p.x));
  });

  target.addEventListener("pointercancel", () => {
    press = plot.box = null;
    plot.drawOver();
  });
  target.addEventListener("pointerleave", () => {
    plot.pointer = null;
    plot.drawOver();
    plot.changed();
  });
  target.addEventListener("contextmenu", (event) => event.preventDefault());
  target.addEventListener("click", (event) => {
    if (event.detail <= 1) before = pressed;
  });
  target.addEventListener("dblclick", () => {
    plot.cursors = [...before];  // the two clicks of a double click place no cursor
    plot.reset();
  });
  target.addEventListener("keydown", (event) => key(plot, event));
}

function zoomY(plot, panel, about, factor) {
  if (panel.log) panel.y = panel.y.map((v) => about * (v / about) ** factor);
  else panel.y = panel.y.map((v) => about + (v - about) * factor);
  plot.draw();
}

/** [x, y, width, height] of the drag: a box, or a full band when it is narrow in one direction. */
function rubberBand(plot, press, p) {
  const panel = press.panel ?? plot.panels[0];
  const inX = (v) => Math.max(plot.left, Math.min(plot.left + plot.width, v));
  const inY = (v) => Math.max(panel.top, Math.min(panel.top + panel.height, v));
  let [x0, x1] = [inX(press.x), inX(p.x)].sort((a, b) => a - b);
  let [y0, y1] = [inY(press.y), inY(p.y)].sort((a, b) => a - b);
  if (y1 - y0 < NARROW) [y0, y1] = [panel.top, panel.top + panel.height];
  else if (x1 - x0 < NARROW) [x0, x1] = [plot.left, plot.left + plot.width];
  return [x0, y0, x1 - x0, y1 - y0];
}

function zoomBox(plot, press, p) {
  const [x, y, width, height] = rubberBand(plot, press, p);
  const panel = press.panel ?? plot.panels[0];
  plot.box = null;
  if (width < CLICK || height < CLICK) return plot.drawOver();
  const [low, high] = [plot.fromPixelY(panel, y + height), plot.fromPixelY(panel, y)];
  if (height < panel.height) panel.y = [low, high];
  plot.zoom(plot.fromPixelX(x), plot.fromPixelX(x + width));
}

function key(plot, event) {
  if (event.ctrlKey || event.metaKey) return;
  const k = plot.active;
  const move = (pixels) => {
    const from = plot.cursors[k] ?? plot.fromPixelX(plot.left + plot.width / 2);
    plot.setCursor(k, plot.fromPixelX(plot.toPixelX(from) + pixels * (event.shiftKey ? 10 : 1)));
  };
  const middle = plot.fromPixelX(plot.left + plot.width / 2);
  const actions = {
    ArrowLeft: () => move(-1), ArrowRight: () => move(1),
    a: () => (plot.active = 0, move(0)), b: () => (plot.active = 1, move(0)),
    "+": () => plot.zoomAbout(plot.cursors[k] ?? middle, 0.7), "=": () => plot.zoomAbout(plot.cursors[k] ?? middle, 0.7),
    "-": () => plot.zoomAbout(plot.cursors[k] ?? middle, 1 / 0.7),
    PageUp: () => plot.pan(-plot.width / 2), PageDown: () => plot.pan(plot.width / 2),
    0: () => plot.reset(), f: () => plot.fitY(),
    Escape: () => (plot.setCursor(1, null), plot.setCursor(0, null)),
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}
