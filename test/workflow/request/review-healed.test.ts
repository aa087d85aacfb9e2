import { setTimeout as pause } from 'node:timers/promises';
import { bpmn, endEvent, formTask, line, startEvent } from '../../processmaker/fixtures/bpmn';
import { script } from '../../support/attempts';
import { itWith } from '../../support/features';
import { useHarness } from '../../support/harness';
import { ask, decide, review, wakeUp } from '../../support/review';

const harness = useHarness();

async function until(isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 8_000; !isSo() && Date.now() < end;) await pause(5);
  expect(isSo()).toBe(true);
}

itWith('a resume token')(
  'counts a yes in a Request whose script had to be tried again before its Task',
  async () => {
    const { id: processId } = await harness.server.addProcess({
      name: 'Review behind a script',
      bpmn: bpmn(
        [
          startEvent('asked', 'Asked', '3,5'),
          script('script', { retry_attempts: 1, retry_wait_time: 2 }),
          formTask('decide', 'Decide', '3'),
          endEvent('decided', 'Decided'),
        ],
        line('asked', 'script', 'decide', 'decided'),
      ),
    });
    harness.server.scriptsRun = false;
    const sleeping = await ask(harness, review(processId));
    await until(() => harness.requests()[0]?.status === 'ERROR');
    harness.server.scriptsRun = true;
    const early = await wakeUp(harness, sleeping);
    expect(early.status).toBe(409);
    await until(() => harness.server.tasks().some(({ elementId }) => elementId === 'decide'));
    await decide(harness, { decision: 'approved' });
    const { run } = await wakeUp(harness, sleeping);
    expect(run?.items('ProcessMaker')).toMatchObject([{ approved: true }]);
  },
);
