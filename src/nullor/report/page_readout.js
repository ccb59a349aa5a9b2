// Beside each plot: legend and readout in one table. Below: measured values, plain tables, files to save.

const SHOWN_AT_FIRST = 12;

function buildReadout(plot) {
  const node = element("aside", { class: "readout" });
  const count = plot.panels.reduce((n, p) => Math.max(n, p.traces.length), 0);
  if (count > SHOWN_AT_FIRST) {
    for (const panel of plot.panels) panel.traces.forEach((t, k) => (t.visible = k < SHOWN_AT_FIRST));
    plot.reset(false);
    node.append(element("input", { type: "search", placeholder: `filter ${count} traces`, "aria-label": "Filter traces",
      oninput: (e) => {
        const words = e.currentTarget.value.toLowerCase();
        for (const row of node.querySelectorAll("tr[data-name]")) row.hidden = !row.dataset.name.toLowerCase().includes(words);
      } }));
  }
  const cell = (row) => Array.from({ length: 3 }, () => row.appendChild(element("td", {})));
  const body = element("tbody", {});
  const xRow = element("tr", { class: "scale" }, element("th", { scope: "row" }, plot.scale.name));
  const xCells = cell(xRow);
  body.append(xRow);
  const rows = [];
  for (const panel of plot.panels) {
    body.append(element("tr", { class: "panel" }, element("th", { colspan: 4 }, panel.label || "values")));
    for (const trace of panel.traces) {
      const button = element("button", { class: "trace", title: "Hide or show; double click shows it alone",
        onclick: () => plot.show(trace.name, !trace.visible),
        ondblclick: () => {
          for (const p of plot.panels) for (const t of p.traces) t.visible = t.name === trace.name;
          plot.draw();
        } }, element("i", {}), trace.name);
      const row = element("tr", { "data-name": trace.name }, element("th", { scope: "row" }, button));
      rows.push({ panel, trace, button, row, cells: cell(row) });
      body.append(row);
    }
  }
  const heads = ["", "B", "B − A"].map((t) => element("th", { scope: "col" }, t));
  node.append(element("table", {}, element("thead", {}, element("tr", {}, element("td", {}), ...heads)), body));
  const extra = element("p", { class: "extra" });
  node.append(extra);

  plot.listeners.push(() => {
    // Without a cursor A the first column follows the pointer.
    const [a, b] = plot.cursors;
    const hover = a === null && plot.pointer ? plot.fromPixelX(plot.pointer.x) : null;
    const first = a ?? (hover !== null && hover >= plot.x[0] && hover <= plot.x[1] ? hover : null);
    heads[0].textContent = a !== null || b !== null ? "A" : hover !== null ? "pointer" : "";
    node.classList.toggle("delta", b !== null);
    const write = (cells, u, v, unit) => {
      cells[0].textContent = u === null ? "" : formatValue(u, unit);
      cells[1].textContent = v === null ? "" : formatValue(v, unit);
      cells[2].textContent = u === null || v === null ? "" : formatValue(v - u, unit);
    };
    write(xCells, first, b, plot.scale.unit);
    for (const { panel, trace, button, row, cells } of rows) {
      row.classList.toggle("off", !trace.visible);
      button.setAttribute("aria-pressed", String(trace.visible));
      button.firstChild.style.background = colourOf(plot, trace);
      const at = (x) => (x === null || !trace.visible ? null : trace.valueAt(x, plot.logX));
      write(cells, at(first), at(b), panel.unit);
    }
    const span = a !== null && b !== null ? Math.abs(b - a) : 0;
    extra.textContent = span && plot.scale.quantity === "time" ? `1/Δ = ${formatValue(1 / span, "Hz")}`
      : span && plot.scale.quantity === "frequency" && a > 0 && b > 0 ? `B / A = ${formatValue(b / a, "")} (${formatValue(Math.log10(b / a), "")} decades)` : "";
  });
  return element("div", { class: "side" }, node);
}

/** Measured values; a click on the place of one puts cursor A there. */
function buildReadings(readings, plotOf) {
  const rows = readings.map((r) => {
    const place = r.at === undefined || !plotOf() ? "" : element("button", { class: "at", title: "Put cursor A here",
      onclick: () => plotOf().setCursor(0, r.at) }, "at " + formatValue(r.at, plotOf().scale.unit));
    const value = element("td", { class: r.failure ? "failed" : "value" }, r.failure || formatValue(r.value, r.unit ?? "", 7));
    return element("tr", {}, element("th", { scope: "row" }, r.name), value, element("td", {}, place));
  });
  return element("table", { class: "readings" }, element("caption", {}, "measured"), element("tbody", {}, ...rows));
}

/** A table without a scale, or with one row: name, value, unit. */
function buildValues(table) {
  const columns = table.scale ? [table.scale, ...table.columns] : table.columns;
  const rows = columns.map((c) => {
    const value = c.imag ? `${formatValue(c.real[0], c.unit, 7)} + ${formatValue(c.imag[0], c.unit, 7)} j` : formatValue(c.real[0], c.unit, 7);
    return element("tr", {}, element("th", { scope: "row" }, c.name), element("td", { class: "value" }, value));
  });
  return element("table", { class: "values" }, element("caption", {}, table.name), element("tbody", {}, ...rows));
}

function save(name, blob) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function saveCsv(plot) {
  const quote = (s) => (/[",\n]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s);
  const columns = [plot.scale, ...plot.table.columns].flatMap((c) =>
    c.imag ? [[`re(${c.name})`, c.real], [`im(${c.name})`, c.imag]] : [[c.name, c.real]]);
  const lines = [columns.map(([name]) => quote(name)).join(",")];
  for (let k = 0; k < plot.scale.values.length; ++k) lines.push(columns.map(([, v]) => v[k]).join(","));
  save(`${plot.table.kind || "table"}.csv`, new Blob([lines.join("\n") + "\n"], { type: "text/csv" }));
}

function savePng(plot) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: plot.base.width, height: plot.base.height });
  const c = canvas.getContext("2d");
  c.fillStyle = plot.style.paper;
  c.fillRect(0, 0, canvas.width, canvas.height);
  c.drawImage(plot.base, 0, 0);
  c.drawImage(plot.over, 0, 0);
  canvas.toBlob((blob) => save(`${plot.table.kind || "plot"}.png`, blob));
}
