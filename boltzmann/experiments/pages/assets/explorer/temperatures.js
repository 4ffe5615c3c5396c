// The positions of the slider, and readers for the text that people type.

const STEPS_OF_A_DECADE = ["1", "1.25", "1.6", "2", "2.5", "3.15", "4", "5", "6.3", "8"];
const LEAST_EXPONENT = -6;
const MOST_EXPONENT = 6;
const MOST_ACTIONS = 200;

function sliderTemperatures() {
  const inside = [];
  for (let exponent = LEAST_EXPONENT; exponent < MOST_EXPONENT; exponent += 1) {
    // Read as decimals: 10 ** -5 is not 1e-5 everywhere.
    STEPS_OF_A_DECADE.forEach((step) => inside.push(Number(`${step}e${exponent}`)));
  }
  return [0, ...inside, Number(`1e${MOST_EXPONENT}`), Infinity];
}

function nearestPosition(temperatures, temperature) {
  const last = temperatures.length - 1;
  if (temperature === 0) return 0;
  if (temperature === Infinity) return last;
  const distance = (position) => Math.abs(Math.log(temperatures[position]) - Math.log(temperature));
  let nearest = 1;
  for (let position = 2; position < last; position += 1) if (distance(position) < distance(nearest)) nearest = position;
  return nearest;
}

function readNumber(name, text) {
  const endless = /^([+-]?)(inf|infinity|∞)$/i.exec(text);
  if (endless) return endless[1] === "-" ? -Infinity : Infinity;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw new RangeError(`${name} must be a number, got “${text}”`);
  const number = Number(text);
  if (!Number.isFinite(number)) throw new RangeError(`${name} is beyond the range of floats: ${text}`);
  return number;
}

function readValues(text) {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== "");
  if (parts.length === 0) throw new RangeError("values must hold at least one action");
  if (parts.length > MOST_ACTIONS) throw new RangeError(`values must hold at most ${MOST_ACTIONS} actions, got ${parts.length}`);
  const values = parts.map((part, action) => readNumber(`value of action ${action}`, part));
  if (values.every((value) => value === -Infinity)) throw new RangeError("at least one value must be above -inf");
  return values;
}

function readTemperature(text) {
  const temperature = readNumber("temperature", text.trim());
  if (temperature < 0) throw new RangeError(`temperature must be in [0, inf], got ${text.trim()}`);
  return Math.abs(temperature);
}

function written(number) {
  if (Math.abs(number) === Infinity) return number > 0 ? "∞" : "−∞";
  return String(Number(number.toPrecision(6))).replace(/^-/, "−").replace("e-", "e−").replace("e+", "e");
}
