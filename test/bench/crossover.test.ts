import { costOf } from '../../bench/cost/cost';
import { crossover, ratesBetween } from '../../bench/cost/crossover';
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
  const range = crossover(
    (rate) => rate,
    () => 9.9,
  );

  expect(range?.from).toBeCloseTo(10, 6);
  expect(range).not.toHaveProperty('to');
});

test('what is cheaper up to a rate ends there', () => {
  const range = crossover(
    () => 10,
    (rate) => 0.99 * rate,
  );

  expect(range).not.toHaveProperty('from');
  expect(range?.to).toBeCloseTo(10, 6);
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

test('what is cheaper at every rate that is searched has no end', () => {
  expect(
    crossover(
      () => 2,
      () => 1,
    ),
  ).toEqual({});
});

test('an instance that is always on pays from where a busy one and its requests cost as much', () => {
  // (1 - exp(-0.1 r)) x 25.25 + 0.4 r = 19 / 0.99 = 19.192: r = 9.4327 gives 0.61065 x 25.25 + 3.7731.
  const range = crossover(monthly(HOST, PLANS.onDemand), monthly(HOST, PLANS.alwaysOn));

  expect(range?.from).toBeCloseTo(9.433, 3);
});

test('an instance that is kept warm never pays in money: it buys time', () => {
  expect(crossover(monthly(HOST, PLANS.onDemand), monthly(HOST, PLANS.keptWarm))).toBeUndefined();
});

test('a host with half the CPU a request is cheaper from where the other needs a second instance', () => {
  const other = { ...HOST, cpuSeconds: 0.00005 };

  const range = crossover(monthly(HOST, PLANS.onDemand), monthly(other, PLANS.onDemand));

  expect(range?.from).toBeCloseTo(6_000, 3);
});

test('a host that starts faster is cheaper where requests are rare', () => {
  const other = { ...HOST, coldSeconds: 0.1 };

  const range = crossover(monthly(HOST, PLANS.onDemand), monthly(other, PLANS.onDemand));

  // A cold start of 0.3 s or 0.1 s at 49.25 micro-dollars a second, for exp(-900 r) of the requests at 2.925: that is a
  // hundredth of 2.925 + 14.775 exp(-900 r) where exp(-900 r) = 0.02925 / (9.85 - 0.14775) = 0.003015, r = 0.006449.
  expect(range).not.toHaveProperty('from');
  expect(range?.to).toBeCloseTo(0.00645, 5);
});

test('rates have equal factors between them', () => {
  expect(ratesBetween(1, 100, 1)).toEqual([1, 10, 100]);
});
