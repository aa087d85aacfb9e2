import { useWorld } from '../../support/world';
import { Poller } from '../../support/poller';
import { locator } from '../../support/workflows';

const world = useWorld();

it('works', async () => {
  const poller = new Poller(world.engine, { triggerOn: ['requestStarted', 'taskCreated', 'taskCompleted', 'requestCompleted', 'requestErrored', 'requestCanceled', 'taskOverdue'] }, world.credentials('admin'));
  await poller.activate();
  console.log(poller.saved, world.gateway.calls.map((c) => decodeURIComponent(c.path)));
  world.gateway.calls = [];
  await world.start({ process: locator('id', 2), startEvent: locator('id', 'node_1') });
  await poller.poll();
  console.log(JSON.stringify(poller.items, null, 1), poller.saved, poller.errors, world.gateway.calls.map((c) => decodeURIComponent(c.path)));
  await poller.poll();
  expect(poller.executions).toHaveLength(1);
  await world.completeFirstTask();
  await poller.poll();
  console.log(JSON.stringify(poller.items.slice(2), null, 1), await poller.test());
});
