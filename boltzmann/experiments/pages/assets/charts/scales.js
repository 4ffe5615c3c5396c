// From numbers to places on the screen and back, and the numbers beside an axis.

const STEPS = [1, 2, 5, 10];

function signed(text) {
  return text.replace(/^-/, "−").replace("e-", "e−").replace("e+", "e");
}

// A number as people write it: at most so many digits, no exponent where it can be helped.
function asText(number, digits = 4) {
  if (number === 0) return "0";
  const size = Math.abs(number);
  if (size >= 1e6 || size < 1e-4) return signed(Number(number.toPrecision(digits)).toExponential());
  return signed(String(Number(number.toPrecision(Math.max(digits, Math.ceil(Math.log10(size)))))));
}

function asPercent(number) {
  return `${signed(String(Number((100 * number).toPrecision(4))))} %`;
}

// A value with its interval: as many decimals as half its width is worth, two digits of it.
function asEstimate(value, low, high, percent) {
  const [times, unit] = percent ? [100, " %"] : [1, ""];
  if (low === undefined || low === null) return percent ? asPercent(value) : asText(value);
  const half = (times * (high - low)) / 2;
  const decimals = half > 0 ? Math.min(Math.max(0, 1 - Math.floor(Math.log10(half))), 12) : 3;
  const fixed = (number) => signed((times * number).toFixed(decimals).replace(/^-(0(\.0*)?)$/, "$1"));
  return `${fixed(value)} [${fixed(low)}, ${fixed(high)}]${unit}`;
}

// A round step that goes into a range at most so many times.
function stepOf(low, high, most) {
  const rough = (high - low) / Math.max(1, most);
  const unit = 10 ** Math.floor(Math.log10(rough));
  return unit * STEPS.find((times) => times * unit >= rough * (1 - 1e-9));
}

// The round numbers that enclose a range, so that no mark lies behind the last tick; they are ticks of their own range.
function enclosing(low, high, most) {
  const step = stepOf(low, high, most);
  const [first, last] = [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
  return stepOf(first, last, most) === step ? [first, last] : enclosing(first, last, most);
}

function linearTicks(low, high, most) {
  const step = stepOf(low, high, most);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first;
  return Array.from({ length: count + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

function logTicks(low, high, most) {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const stride = Math.max(1, Math.ceil((last - first) / Math.max(1, most)));
  const within = (list) => list.filter((number) => number >= low * (1 - 1e-9) && number <= high * (1 + 1e-9));
  const decades = [];
  for (let exponent = first; exponent <= last; exponent += stride) decades.push(Number(`1e${exponent}`));
  if (within(decades).length > 2) return within(decades);
  return within(decades.flatMap((decade) => [decade, 2 * decade, 5 * decade]));
}

// An axis from one place on the screen to another: `at(number)`, `from(place)`, `ticks` of [number, text].
function scaleOf(axis, [low, high], [start, end], isLog, most) {
  const turned = isLog ? Math.log10 : (number) => number;
  const back = isLog ? (number) => 10 ** number : (number) => number;
  const [first, last] = [turned(low), turned(high)];
  const size = last - first || 1;
  const written = axis.percent ? asPercent : (number) => asText(number, 6);
  const own = (axis.ticks ?? []).map(([number, text]) => [number, text]);
  const ticks = own.length ? own : (isLog ? logTicks : linearTicks)(low, high, most).map((number) => [number, written(number)]);
  return {
    at: (number) => start + ((end - start) * (turned(number) - first)) / size,
    from: (place) => back(first + (size * (place - start)) / (end - start)),
    ticks,
    low,
    high,
  };
}

// How far an axis has to reach for some numbers: a few very wide bands may leave it instead of flattening all lines.
function reachOf(axis, values, edges, isLog, most) {
  if (axis.limits) return isLog ? [Math.max(axis.limits[0], Math.min(...values.filter((x) => x > 0))), axis.limits[1]] : axis.limits;
  if (axis.percent) return [0, 1];
  const known = isLog ? values.filter((number) => number > 0) : values;
  if (known.length === 0) return isLog ? [1, 10] : [0, 1];
  let [low, high] = [Math.min(...known), Math.max(...known)];
  const bands = edges.filter((number) => !isLog || number > 0).sort((a, b) => a - b);
  if (bands.length) {
    const quantile = (share) => bands[Math.round(share * (bands.length - 1))];
    const usual = [Math.min(low, quantile(0.1)), Math.max(high, quantile(0.9))];
    const all = [Math.min(low, bands[0]), Math.max(high, bands[bands.length - 1])];
    const wild = !isLog && all[1] - all[0] > 2 * (usual[1] - usual[0]);
    [low, high] = wild ? usual : all;
  }
  if (axis.ends === "round" && high > low && !isLog) return enclosing(low, high, most);
  if (axis.ends === "tight" && high > low) return [low, high];
  if (isLog) return [low / 1.1, high * 1.1];
  const margin = 0.05 * (high - low) || 0.5 * Math.abs(low) || 0.5;
  return [low >= 0 && low - margin < 0 ? Math.min(low, 0) : low - margin, high + margin];
}
