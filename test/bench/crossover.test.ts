import { costOf } from '../../bench/cost/cost';
import { crossover, ratesBetween, SEARCHED } from '../../bench/cost/crossover';
import { type HostFigures, PLANS, type Plan } from '../../bench/cost/plan';
import { steady } from '../../bench/cost/traffic';

const HOST: HostFigures = {
  coldSeconds: 0.25,
  requestSeconds: 0.001,
  cpuSeconds: 0.0001,
  bulkSeconds: 0.002,
};

const monthly = (host: HostFigures, plan: Plan) => (rate: number) =>
  costOf(host, plan, steady(rate)).perMonth;

test('a fixed price is cheaper by a hundredth from where 99 % of the other has passed it', () => {
  expect(
    crossover(
      (rate) => rate,
      () => 9.9,
    ),
  ).toBeCloseTo(10, 6);
});

test('what never pays has no crossover', () => {
  expect(
    crossover(
      (rate) => rate,
      (rate) => rate + 1,
    ),
  ).toBeUndefined();
  // Less than a hundredth is not worth a change.
  expect(
    crossover(
      () => 1,
      () => 0.995,
    ),
  ).toBeUndefined();
});

test('what is cheaper from the first is so from where the search begins', () => {
  expect(
    crossover(
      () => 2,
      () => 1,
    ),
  ).toBe(SEARCHED.from);
});

test('an instance that is always on pays from where a busy one and its requests cost as much', () => {
  // (1 - exp(-0.1 r)) x 25.25 + 0.4 r = 19 / 0.99 = 19.192: r = 9.4327 gives 0.61065 x 25.25 + 3.7731.
  const rate = crossover(monthly(HOST, PLANS.onDemand), monthly(HOST, PLANS.alwaysOn));

  expect(rate).toBeCloseTo(9.433, 3);
});

test('an instance that is kept warm never pays in money: it buys time', () => {
  expect(crossover(monthly(HOST, PLANS.onDemand), monthly(HOST, PLANS.keptWarm))).toBeUndefined();
});

test('a host with half the CPU a request is cheaper from where the other needs a second instance', () => {
  const other = { ...HOST, cpuSeconds: 0.00005 };

  expect(crossover(monthly(HOST, PLANS.onDemand), monthly(other, PLANS.onDemand))).toBeCloseTo(6_000, 3);
});

test('rates have equal factors between them', () => {
  expect(ratesBetween(1, 100, 1)).toEqual([1, 10, 100]);
});
