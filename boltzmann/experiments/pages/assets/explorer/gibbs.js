// The formulas of boltzmann.Gibbs for one row: p(a) = exp(Q(a) / T) / Z, exact at T = 0 and T = Infinity by value.

function gibbsScore(value, peak, temperature) {
  if (value === -Infinity) return -Infinity;
  if (value === peak || temperature === Infinity) return 0;
  if (temperature === 0) return -Infinity;
  const difference = value - peak;
  // A difference of finite values that overflows may still be moderate in units of T: halve it first.
  return Number.isFinite(difference) ? difference / temperature : (value / 2 - peak / 2) / (temperature / 2);
}

function gibbsLogPartition(peak, temperature, logMass) {
  if (temperature === Infinity) return logMass;
  if (temperature === 0) return peak === 0 ? logMass : Math.sign(peak) * Infinity;
  return peak / temperature + logMass;
}

function gibbsSoftValue(peak, temperature, logMass, several) {
  if (temperature === 0) return peak;
  if (temperature === Infinity) return several ? Infinity : peak;
  const plain = peak + temperature * logMass;
  // Terms that overflow may have a finite sum, so quarters of them are added.
  return Number.isFinite(plain) ? plain : (peak / 4 + (temperature / 4) * logMass) * 4;
}

function gibbs(values, temperature) {
  const maximum = values.reduce((largest, value) => Math.max(largest, value), -Infinity);
  const endless = maximum === Infinity;
  // Values of Infinity share the mass among themselves at every temperature.
  const peak = endless ? 0 : maximum;
  const allowed = endless ? values.map((value) => (value === Infinity ? 0 : -Infinity)) : values;
  const scores = allowed.map((value) => gibbsScore(value, peak, temperature));
  const weights = scores.map(Math.exp);
  // The best action has weight 1. log1p of the other weights keeps full precision near greedy.
  const best = allowed.findIndex((value) => value === peak);
  const rest = weights.reduce((sum, weight, action) => (action === best ? sum : sum + weight), 0);
  const total = 1 + rest;
  const logMass = Math.log1p(rest);
  const below = weights.reduce((sum, weight, action) => (weight > 0 ? sum + weight * scores[action] : sum), 0);
  const several = allowed.filter((value) => value > -Infinity).length > 1;
  return {
    probabilities: weights.map((weight) => weight / total),
    entropy: logMass - below / total,
    logPartition: endless ? Infinity : gibbsLogPartition(peak, temperature, logMass),
    softValue: endless ? Infinity : gibbsSoftValue(peak, temperature, logMass, several),
  };
}
