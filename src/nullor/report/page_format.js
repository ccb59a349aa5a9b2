// Numbers for people: SI prefixes, axis ticks.

const PREFIXES = { "-8": "y", "-7": "z", "-6": "a", "-5": "f", "-4": "p", "-3": "n", "-2": "µ", "-1": "m", 0: "",
                   1: "k", 2: "M", 3: "G", 4: "T", 5: "P" };
const UNSCALED = new Set(["%", "dB", "°", "°C"]);

/** The power of 1000 that shows `value` as 1 to 999. */
function siGroup(value) {
  if (value === 0 || !isFinite(value)) return 0;
  return Math.max(-8, Math.min(5, Math.floor(Math.log10(Math.abs(value)) / 3 + 1e-9)));
}

/** "1.2346 ms". `digits` significant ones; trailing zeros are dropped. */
function formatValue(value, unit, digits = 5) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!isFinite(value)) return value > 0 ? "∞" : "−∞";
  const group = UNSCALED.has(unit) ? 0 : siGroup(value);
  const scaled = Number((value / 10 ** (3 * group)).toPrecision(digits));
  const text = (Math.abs(scaled) !== 0 && (Math.abs(scaled) < 1e-4 || Math.abs(scaled) >= 1e7)
    ? scaled.toExponential() : String(scaled)).replace("-", "−");
  const suffix = PREFIXES[group] + unit;
  return suffix ? text + (suffix === "°" ? "" : "\u202f") + suffix : text;
}

/** Steps of 1, 2 or 5 times a power of ten inside [low, high], about `wanted` of them. */
function linearTicks(low, high, wanted) {
  if (!(high > low) || !isFinite(high - low)) return { values: [], step: 1 };
  const rough = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999);
  const values = [];
  const first = Math.ceil(low / step - 1e-6);
  for (let k = first; k * step <= high + step * 1e-6 && values.length < 200; ++k) values.push(k * step);
  return { values, step };
}

/** Decades inside [low, high] with minor ticks between; linear ticks when less than a decade is visible. */
function logTicks(low, high, wanted) {
  const decades = Math.log10(high / low);
  if (decades < 1.2) return { ...linearTicks(low, high, wanted), minor: [] };
  const stride = Math.max(1, Math.ceil(decades / wanted));
  const values = [], minor = [];
  for (let k = Math.floor(Math.log10(low)); k <= Math.ceil(Math.log10(high)); ++k) {
    const decade = Number(`1e${k}`);
    if (decade >= low * 0.9999 && decade <= high * 1.0001 && k % stride === 0) values.push(decade);
    if (stride > 1) continue;
    for (let m = 2; m < 10; ++m) if (m * decade > low && m * decade < high) minor.push(m * decade);
  }
  return { values, minor, step: 0 };
}

/** Ticks of an axis; angles step by 15, 30, 45, 90 or 180 degrees. */
function axisTicks(low, high, wanted, log, unit) {
  if (log) return logTicks(low, high, wanted);
  const angle = unit === "°" && high - low > 60 ? [15, 30, 45, 90, 180, 360].find((s) => (high - low) / s <= wanted * 1.3) : null;
  if (!angle) return linearTicks(low, high, wanted);
  const values = [];
  for (let k = Math.ceil(low / angle); k * angle <= high; ++k) values.push(k * angle);
  return { values, step: angle };
}

/** One label per tick, all with the digits that the step needs. */
function tickLabels(ticks, unit) {
  const { values, step } = ticks;
  if (!values.length) return [];
  const largest = Math.max(...values.map(Math.abs));
  if (step === 0) return values.map((v) => formatValue(v, "", 3));
  const group = UNSCALED.has(unit) ? 0 : siGroup(largest);
  const scale = 10 ** (3 * group);
  const decimals = Math.max(0, Math.min(12, -Math.floor(Math.log10(step / scale) + 1e-9)));
  return values.map((v) => {
    const text = (Math.abs(v) < step * 1e-6 ? 0 : v / scale).toFixed(decimals).replace("-", "−");
    return Number(text) === 0 ? "0" : text + (PREFIXES[group] ? "\u202f" + PREFIXES[group] : "");
  });
}
