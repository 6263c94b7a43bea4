import { capacityOf, costOf, freeRequests } from '../../bench/cost/cost';
import { type HostFigures, PLANS } from '../../bench/cost/plan';
import { steady, TRAFFIC } from '../../bench/cost/traffic';

/** Round figures, so that what is expected can be worked out by hand. */
const HOST: HostFigures = {
  coldSeconds: 0.25,
  requestSeconds: 0.001,
  cpuSeconds: 0.0001,
  bulkSeconds: 0.002,
};

// One instance of 1 vCPU and half a GiB: 24 + 1.25 micro-dollars a second with a request in it, 2.5 + 1.25 idle,
// 18 + 1 when billed by the instance; with boost, 48 + 1.25 while it starts.

test('requests that hardly ever meet are billed a tenth of a second each', () => {
  // 1 - exp(-0.001) of the time is 0.0009995 seconds a second, for 0.01 requests: 0.09995 s each.
  const { perMillionPredictions } = costOf(HOST, PLANS.onDemand, steady(0.01));

  // 0.09995 x 25.25 + 0.4 = 2.9237, and exp(-9) = 0.0001234 cold starts of 0.3 s at 49.25: 0.0018.
  expect(perMillionPredictions).toBeCloseTo(2.9256, 4);
});

test('a busy instance is shared by its requests', () => {
  // 1 - exp(-5) = 0.99326 of a second costs 25.0798 micro-dollars, for 50 requests: 0.5016 each, and 0.4.
  const { perMillionPredictions, usage } = costOf(HOST, PLANS.onDemand, TRAFFIC.steady.traffic);

  expect(perMillionPredictions).toBeCloseTo(0.9016, 4);
  expect(usage.coldStarts).toBeCloseTo(0, 10);
});

test('of sporadic requests, those are cold that come after a quarter of an hour without any', () => {
  // 100 a day: exp(-100 x 900 / 86400) = 0.35287 of them.
  const { usage, coldShare } = costOf(HOST, PLANS.onDemand, TRAFFIC.sporadic.traffic);

  expect(usage.coldStarts).toBeCloseTo(35.287, 3);
  expect(usage.coldSeconds).toBeCloseTo(10.586, 3);
  // 10.586 s x 49.25 = 521.4 of 521.4 + 292.5 micro-dollars a day.
  expect(coldShare).toBeCloseTo(0.6406, 4);
});

test('an instance that is kept warm is paid for while idle, and starts for nobody', () => {
  const { perMonth, usage } = costOf(HOST, PLANS.keptWarm, TRAFFIC.sporadic.traffic);

  expect(usage.coldStarts).toBe(0);
  // 2 628 000 s a month at 3.75 micro-dollars: 9.855; 304.17 s of them are active: 21.5 micro-dollars more each, and
  // 3041.7 requests.
  expect(perMonth).toBeCloseTo(9.855 + 0.00654 + 0.00122, 4);
});

test('an instance that is always on costs the same whatever comes, up to its capacity', () => {
  // 2 628 000 s x 19 micro-dollars.
  expect(costOf(HOST, PLANS.alwaysOn, TRAFFIC.sporadic.traffic).perMonth).toBeCloseTo(49.932, 3);
  expect(costOf(HOST, PLANS.alwaysOn, TRAFFIC.steady.traffic).perMonth).toBeCloseTo(49.932, 3);
  expect(costOf(HOST, PLANS.alwaysOn, TRAFFIC.steady.traffic).perMillionPredictions).toBeCloseTo(0.38, 6);
});

test('a burst starts what it takes to hold the requests that wait', () => {
  // 200/s for 0.25 s are 50 requests, at 40 an instance: two of them, for 0.3 s each.
  const { usage, perMillionPredictions } = costOf(HOST, PLANS.onDemand, TRAFFIC.bursty.traffic);

  expect(usage.coldStarts).toBe(2);
  // 60 s at 25.25, two starts of 0.3 s at 49.25, and 12 000 requests at 0.4: 1515 + 29.55 + 4800 for 12 000.
  expect(perMillionPredictions).toBeCloseTo(0.52871, 5);
});

test('a burst meets the instance that is kept warm', () => {
  const { usage } = costOf(HOST, PLANS.keptWarm, TRAFFIC.bursty.traffic);

  expect(usage.coldStarts).toBe(0);
  expect(usage.idleSeconds).toBeCloseTo(3_540, 3);
});

test('rows in bulk share requests', () => {
  // 1000 requests of 2 ms: 2 s at 25.25, one start of 0.3 s at 49.25, 1000 requests at 0.4: 465.3 micro-dollars.
  const { perMillionPredictions } = costOf(HOST, PLANS.onDemand, TRAFFIC.bulk.traffic);

  expect(perMillionPredictions).toBeCloseTo(0.000465275, 9);
});

test('the platform adds an instance at 60 % of the CPU, or when an instance is full', () => {
  expect(capacityOf(HOST, PLANS.onDemand)).toBeCloseTo(6_000, 6);
  // 40 at once, of 20 ms each.
  expect(capacityOf({ ...HOST, requestSeconds: 0.02 }, PLANS.onDemand)).toBeCloseTo(2_000, 6);
});

test('beyond its capacity a host is billed for as many instances as it takes', () => {
  const { usage, perMillionPredictions } = costOf(HOST, PLANS.onDemand, steady(12_001));

  expect(usage.instances).toBe(3);
  // 3 x 25.25 micro-dollars for 12 001 requests, and 0.4 each.
  expect(perMillionPredictions).toBeCloseTo(0.406312, 6);
});

test('instances that a burst adds beside one that is always on are billed until they have gone', () => {
  const burst = { ...TRAFFIC.bursty.traffic, requestsPerSecond: 12_001 };
  const { usage, perMillionPredictions } = costOf(HOST, PLANS.alwaysOn, burst);

  // An hour of one, and a minute and a quarter of an hour of two more: 3600 + 2 x 960.
  expect(usage.aliveSeconds).toBe(5_520);
  // 5520 s x 19 micro-dollars for 720 060 requests.
  expect(perMillionPredictions).toBeCloseTo(0.14565, 5);
});

test('time is rounded up to tenths of a second, and a tenth is one', () => {
  const exact = costOf({ ...HOST, coldSeconds: 0.3 }, PLANS.onDemand, TRAFFIC.bulk.traffic);
  const above = costOf({ ...HOST, coldSeconds: 0.301 }, PLANS.onDemand, TRAFFIC.bulk.traffic);

  expect(exact.usage.coldSeconds).toBeCloseTo(0.3, 12);
  expect(above.usage.coldSeconds).toBeCloseTo(0.4, 12);
});

test('the free tier ends at its scarcest part', () => {
  // 180 000 vCPU-seconds at 0.1 s each; requests end at 2 million, memory at 7.2 million.
  expect(freeRequests(HOST, PLANS.onDemand)).toBeCloseTo(1_800_000, 3);
});
