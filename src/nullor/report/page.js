// Builds the page from the data beside it and offers `window.nullor`, which the page itself uses.

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function decodeTable(table) {
  const decode = (column) => ({
    ...column,
    values: column.values && decodeNumbers(column.values, column.type),
    real: decodeNumbers(column.real ?? column.values ?? "", column.type),
    imag: column.imag && decodeNumbers(column.imag, column.type),
  });
  const columns = table.columns.map(decode);
  return { ...table, columns: table.scaled ? columns.slice(1) : columns, scale: table.scaled ? columns[0] : null };
}

const plots = [];

function buildPlot(table) {
  const figure = element("figure", { class: "plot" });
  const plot = new Plot(table, figure);
  const holder = element("div", { class: "canvas" });
  const tools = element("div", { class: "tools" },
    plot.canLogX && element("button", { title: "Logarithmic or linear axis", "aria-pressed": String(plot.logX), onclick: (e) => {
      plot.setLogX(!plot.logX);
      e.currentTarget.setAttribute("aria-pressed", String(plot.logX));
    } }, "log x"),
    element("button", { title: "Fit the vertical axes to what is in view (f)", onclick: () => plot.fitY() }, "fit y"),
    element("button", { title: "Show everything (double click, 0)", onclick: () => plot.reset() }, "reset"),
    element("button", { title: "Save the values as CSV", onclick: () => saveCsv(plot) }, "CSV"),
    element("button", { title: "Save the picture as PNG", onclick: () => savePng(plot) }, "PNG"));
  for (const child of [...tools.childNodes]) if (child.nodeType === Node.TEXT_NODE) child.remove();
  const points = table.scale.values.length.toLocaleString("en").replaceAll(",", "\u202f");
  figure.append(element("figcaption", {}, element("h3", {}, table.name), element("span", { class: "points" }, `${points} points`), tools),
                element("div", { class: "body" }, holder, buildReadout(plot)));
  plot.mount = () => {
    plot.attach(holder);
    listen(plot);
  };
  plots.push(plot);
  return figure;
}

function buildSection(section) {
  const node = element("section", {});
  if (section.heading) node.append(element("h2", {}, section.heading));
  for (const paragraph of (section.text ?? "").split("\n\n")) {
    if (paragraph.trim()) node.append(element("p", {}, paragraph));
  }
  const tables = section.tables.map(decodeTable);
  const first = plots.length;
  const drawn = tables.map((t) => (t.scale && t.scale.values?.length > 1 && t.columns.length ? buildPlot(t) : buildValues(t)));
  if (section.readings.length) node.append(buildReadings(section.readings, () => plots[first]));
  node.append(...drawn, buildMaps(section.maps ?? []), ...(section.matrices ?? []).map(buildMatrix));
  if (section.netlist) {
    node.append(element("details", {}, element("summary", {}, "netlist"), element("pre", {}, section.netlist)));
  }
  return node;
}

function buildTheme() {
  const root = document.documentElement;
  const dark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const redraw = () => {
    plots.forEach((plot) => plot.draw());
    maps.forEach((draw) => draw());
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  return element("button", { class: "theme", title: "Light or dark", "aria-label": "Light or dark", onclick: () => {
    root.dataset.theme = dark() ? "light" : "dark";
    redraw();
  } }, "◐");
}

function build() {
  const data = JSON.parse(document.getElementById("nullor-data").textContent);
  document.title = data.title || "Nullor";
  const sections = data.sections.map(buildSection);
  document.body.append(
    element("header", {}, element("h1", {}, data.title || "Untitled"), buildTheme()),
    element("main", {}, ...sections),
    element("footer", {}, element("span", {}, `Nullor ${data.version}`),
      plots.length ? element("span", { class: "help" }, "wheel zooms · drag zooms a box · shift-drag pans · click and shift-click " +
        "place cursors A and B · arrow keys move them · double click shows all") : ""));
  plots.forEach((plot) => plot.mount());
  maps.forEach((draw) => draw());
  for (const [event, on] of [["beforeprint", true], ["afterprint", false]]) {
    window.addEventListener(event, () => plots.forEach((plot) => {
      plot.printing = on;
      plot.draw();
    }));
  }
}

/** For scripts and tests: plot k of the page. Coordinates are data values; pixels are relative to the canvas. */
function publicPlot(plot) {
  return {
    name: plot.table.name,
    traces: () => [...plot.names],
    cursor: (k) => ({ set: (x) => plot.setCursor(k, x), clear: () => plot.setCursor(k, null), x: () => plot.cursors[k] }),
    values: (k = 0) => plot.panels.map((panel) => ({ label: panel.label, unit: panel.unit, values: Object.fromEntries(
      panel.traces.filter((t) => t.visible).map((t) => [t.name, plot.cursors[k] === null ? null : t.valueAt(plot.cursors[k], plot.logX)])) })),
    view: () => ({ x: [...plot.x], y: plot.panels.map((p) => [...p.y]), logX: plot.logX }),
    zoom: (x0, x1) => plot.zoom(x0, x1),
    reset: () => plot.reset(),
    show: (name, visible) => plot.show(name, visible),
    pixel: (x, y = null, panel = 0) => {
      const p = plot.panels[panel];
      return [plot.toPixelX(x), y === null ? p.top + p.height / 2 : plot.toPixelY(p, y)];
    },
    canvas: plot.over,
  };
}

build();
window.nullor = { plots: plots.map(publicPlot) };
