// Small pictures of values on a grid, and matrices of counts.

const maps = [];

/** A canvas of one pixel a value; the style sheet magnifies it. */
function buildMap(map) {
  const canvas = element("canvas", { width: map.width, height: map.height });
  const values = decodeNumbers(map.values, "f4");
  const draw = () => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => {
      const text = style.getPropertyValue(name).trim().replace("#", "");
      return [0, 2, 4].map((k) => parseInt(text.slice(k, k + 2), 16));
    };
    const paper = colour("--card"), ends = [colour("--trace-1"), colour("--trace-0")];
    const context = canvas.getContext("2d"), image = context.createImageData(map.width, map.height);
    let most = 0;
    for (const v of values) if (isFinite(v)) most = Math.max(most, Math.abs(v));
    values.forEach((v, k) => {
      const part = most > 0 && isFinite(v) ? Math.abs(v) / most : 0, end = ends[v > 0 ? 1 : 0];
      for (let c = 0; c < 3; ++c) image.data[4 * k + c] = paper[c] + part * (end[c] - paper[c]);
      image.data[4 * k + 3] = 255;
    });
    context.putImageData(image, 0, 0);
  };
  maps.push(draw);
  return element("figure", { class: "map" }, canvas, element("figcaption", {}, map.caption));
}

function buildMaps(list) {
  return list.length ? element("div", { class: "maps" }, ...list.map(buildMap)) : "";
}

/** Shades go by the share of the row's total, on a scale that shows single counts too. */
function buildMatrix(matrix) {
  const width = matrix.columns.length;
  const rows = matrix.rows.map((name, r) => {
    const counts = matrix.counts.slice(r * width, (r + 1) * width);
    const total = counts.reduce((sum, n) => sum + n, 0);
    const cells = counts.map((n, c) => {
      const shade = n > 0 && total > 0 ? Math.round(100 * Math.pow(n / total, 0.4)) : 0;
      const base = matrix.columns[c] === name ? "--trace-2" : "--trace-1";
      return element("td", { style: `background: color-mix(in srgb, var(${base}) ${0.6 * shade}%, transparent)` }, n > 0 ? String(n) : "");
    });
    return element("tr", {}, element("th", {}, name), ...cells);
  });
  return element("table", { class: "matrix" }, element("caption", {}, matrix.caption),
    element("thead", {}, element("tr", {}, element("th", {}, `${matrix.rowHeading} \\ ${matrix.columnHeading}`),
      ...matrix.columns.map((name) => element("th", {}, name)))),
    element("tbody", {}, ...rows));
}
