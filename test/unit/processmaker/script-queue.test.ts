import { ScriptQueue } from '../../processmaker/queues/script-queue';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('a script that waits holds up the one behind it', async () => {
  const events: string[] = [];
  const queue = new ScriptQueue('redis', async ({ tokenId: id }) => {
    events.push(`begins ${id}`);
    await pause(100);
    events.push(`ends ${id}`);
  });
  queue.add(1);
  queue.add(2);
  while (events.length < 4) await pause(5);
  expect(events).toEqual(['begins 1', 'ends 1', 'begins 2', 'ends 2']);
  queue.stop();
});

test('a script that throws does not stop the queue, and nothing runs after it was stopped', async () => {
  const ran: number[] = [];
  const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const queue = new ScriptQueue('redis', ({ tokenId: id }) => {
    ran.push(id);
    return id === 1 ? Promise.reject(new Error('broken')) : Promise.resolve();
  });
  queue.add(1);
  queue.add(2);
  while (ran.length < 2) await pause(5);
  expect(log).toHaveBeenCalledTimes(1);
  queue.add(3);
  queue.stop();
  await pause(100);
  expect(ran).toEqual([1, 2]);
  log.mockRestore();
});

test('an attempt that waits for its time does not hold up others', async () => {
  const ran: string[] = [];
  const queue = new ScriptQueue('redis', ({ tokenId, attempt }) => {
    ran.push(`${tokenId}.${attempt}`);
    return Promise.resolve();
  });
  queue.addLater({ tokenId: 1, attempt: 2 }, 200);
  queue.add(2);
  while (ran.length < 2) await pause(5);
  expect(ran).toEqual(['2.1', '1.2']);
  queue.stop();
});
