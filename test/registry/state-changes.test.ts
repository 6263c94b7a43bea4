import { type ModelState, NO_STATE, routingOf } from '../../shared/registry/model-state';
import {
  type Change,
  notePublished,
  promote,
  removeAlias,
  retire,
  rollback,
  setShadow,
  splitTraffic,
} from '../../shared/registry/state-changes';

const NOTE = { at: '2026-01-01T00:00:00.000Z', by: 'ann' };

/** The state after some changes, one after the other. */
function stateAfter(...changes: readonly Change[]): ModelState {
  return changes.reduce((state, change) => change(state, NOTE), NO_STATE);
}

const PRODUCTION_1 = { aliases: { production: '1.0.0' } };
const PRODUCTION_2 = { aliases: { production: '2.0.0' } };
const SPLIT = { '1.0.0': 90, '2.0.0': 10 };

describe('the first version that is published', () => {
  test('becomes the production version', () => {
    expect(routingOf(stateAfter(notePublished('1.0.0')))).toEqual(PRODUCTION_1);
  });

  test('is followed by others that nothing is routed to', () => {
    const state = stateAfter(notePublished('1.0.0'), notePublished('2.0.0'));

    expect(routingOf(state)).toEqual(PRODUCTION_1);
    expect(state.history?.map(({ action, versions }) => [action, versions])).toEqual([
      ['publish', ['1.0.0']],
      ['publish', ['2.0.0']],
    ]);
  });
});

test('a version that was published is noted once', () => {
  const state = stateAfter(notePublished('1.0.0'));

  expect(notePublished('1.0.0')(state, NOTE)).toBe(state);
});

describe('promote()', () => {
  test('moves the production alias, ends a split and a shadow of the same version, and notes who and why', () => {
    const before = stateAfter(
      promote('1.0.0'),
      splitTraffic(SPLIT),
      setShadow({ version: '2.0.0', percent: 50 }),
    );

    const state = promote('2.0.0')(before, { ...NOTE, reason: 'the canary was fine' });

    expect(routingOf(state)).toEqual(PRODUCTION_2);
    expect(state.history?.at(-1)).toEqual({
      sequence: 4,
      ...NOTE,
      reason: 'the canary was fine',
      action: 'promote',
      from: { ...PRODUCTION_1, traffic: SPLIT, shadow: { version: '2.0.0', percent: 50 } },
      to: PRODUCTION_2,
    });
  });

  test('moves another alias and leaves the traffic alone', () => {
    const state = stateAfter(promote('1.0.0'), splitTraffic(SPLIT), promote('2.0.0', 'staging'));

    expect(routingOf(state)).toEqual({ aliases: { production: '1.0.0', staging: '2.0.0' }, traffic: SPLIT });
  });

  test('refuses an alias that could be taken for a version', () => {
    expect(() => stateAfter(promote('1.0.0', '1.0.0'))).toThrow(
      'an alias is a word like staging, got "1.0.0"',
    );
  });
});

test('removeAlias() takes an alias away, but not that of production', () => {
  const state = stateAfter(promote('1.0.0'), promote('2.0.0', 'staging'), removeAlias('staging'));

  expect(routingOf(state)).toEqual(PRODUCTION_1);
  expect(() => removeAlias('staging')(state, NOTE)).toThrow('there is no alias "staging"');
  expect(() => removeAlias('production')(state, NOTE)).toThrow('can be moved, and not removed');
});

test('splitTraffic() refuses shares that are not 100 percent together', () => {
  expect(() => stateAfter(splitTraffic({ '1.0.0': 90 }))).toThrow(
    'traffic: expected 100 percent together, got 90',
  );
});

describe('rollback()', () => {
  test('goes back to the routing before the last change', () => {
    const state = stateAfter(promote('1.0.0'), promote('2.0.0'), rollback());

    expect(routingOf(state)).toEqual(PRODUCTION_1);
    expect(state.history?.at(-1)).toMatchObject({ sequence: 3, action: 'rollback', undoes: 2 });
  });

  test('goes one change further back each time', () => {
    const state = stateAfter(promote('1.0.0'), promote('2.0.0'), splitTraffic(SPLIT), rollback(), rollback());

    expect(routingOf(state)).toEqual(PRODUCTION_1);
  });

  test('undoes what came after a rollback first', () => {
    const state = stateAfter(promote('1.0.0'), promote('2.0.0'), rollback(), promote('3.0.0'), rollback());

    expect(routingOf(state)).toEqual(PRODUCTION_1);
  });

  test('goes back to what was after a change that is named, and that can be undone too', () => {
    const changes = [promote('1.0.0'), promote('2.0.0'), promote('3.0.0'), rollback(1)];

    expect(routingOf(stateAfter(...changes))).toEqual(PRODUCTION_1);
    expect(routingOf(stateAfter(...changes, rollback()))).toEqual({ aliases: { production: '3.0.0' } });
  });

  test('undoes what changed something, and not what was said twice', () => {
    const state = stateAfter(promote('1.0.0'), promote('2.0.0'), promote('2.0.0'), rollback());

    expect(routingOf(state)).toEqual(PRODUCTION_1);
  });

  test('stops at the first version, without which the highest would be served', () => {
    const state = stateAfter(notePublished('1.0.0'), promote('2.0.0'), rollback());

    expect(() => rollback()(state, NOTE)).toThrow('there is no change of the routing left to undo');
    expect(() => rollback(99)(state, NOTE)).toThrow('there is no change 99 of the routing to go back to');
  });

  test('refuses to go back to a version that was removed', () => {
    const state = stateAfter(promote('1.0.0'), promote('2.0.0'), retire(['1.0.0']));

    expect(() => rollback()(state, NOTE)).toThrow('version 1.0.0 was removed from the registry');
  });
});

describe('retire()', () => {
  test('keeps anybody from routing to what is being removed', () => {
    const state = stateAfter(promote('1.0.0'), promote('2.0.0'), retire(['1.0.0']));

    expect(state.retired).toEqual(['1.0.0']);
    expect(() => promote('1.0.0')(state, NOTE)).toThrow('version 1.0.0 was removed from the registry');
  });

  test('refuses what is routed to', () => {
    const state = stateAfter(promote('1.0.0'), promote('2.0.0', 'staging'));

    const retiring = () => retire(['1.0.0', '2.0.0'])(state, NOTE);

    expect(retiring).toThrow('still routed to: 1.0.0, 2.0.0');
    expect(retiring).toThrow(
      expect.objectContaining({ code: 'conflict', members: { state: routingOf(state) } }),
    );
  });
});

test('the newest thousand changes are kept', () => {
  const changes = Array.from({ length: 1_005 }, (_, index) => promote(`1.0.${index}`));

  const { history } = stateAfter(...changes);

  expect(history).toHaveLength(1_000);
  expect([history?.[0]?.sequence, history?.at(-1)?.sequence]).toEqual([6, 1_005]);
});
