import { createSlots } from '../../shared/runtime/image/slots';

describe('slots', () => {
  test('are taken in turn', async () => {
    const slots = createSlots(1);
    const order: string[] = [];
    const first = await slots.take();
    const second = slots.take().then((give) => {
      order.push('second');
      give();
    });
    const third = slots.take().then(() => order.push('third'));

    first();
    await Promise.all([second, third]);

    expect(order).toEqual(['second', 'third']);
  });

  test('refuse one more than may wait', async () => {
    const slots = createSlots(1, 1);
    const first = await slots.take();
    const waits = slots.take();

    await expect(slots.take()).rejects.toMatchObject({ code: 'overloaded', headers: { 'retry-after': '1' } });
    first();
    await waits;
  });

  test('pass over whoever left while waiting', async () => {
    const slots = createSlots(1);
    const first = await slots.take();
    const left = slots.take(() => true);
    const stays = slots.take(() => false);

    first();

    await expect(left).rejects.toMatchObject({ code: 'caller-left' });
    expect(await stays).toEqual(expect.any(Function));
  });
});
