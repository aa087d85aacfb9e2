import type { INodeParameters } from 'n8n-workflow';
import { Poller } from '../../support/poller';
import { startByHand, taskOf } from '../../support/watch';
import { withoutHurry } from '../fast-time';
import type { Lane } from '../lane';
import type { Random } from '../random';
import { ORDINARY, type Deed, type Subject } from './subject';
import { shown, toldBy, unexplained } from './told';

const EVENTS = [
  'requestStarted',
  'requestCompleted',
  'requestErrored',
  'requestCanceled',
  'taskCreated',
  'taskCompleted',
  'taskOverdue',
];
const PROCESS = 2;
const HOSTILE_POLLS = 2;
/** After the last hostile response, so many polls may pass before the trigger works again. */
const HEALTHY_POLLS = 5;
const MOST_SLOW_POLLS = 20;

function parametersOf(event: string, random: Random): INodeParameters {
  return {
    triggerOn: [...new Set([event, 'requestStarted'])],
    filters: { ...(random.oneIn(3) && { ignoreN8n: true }) },
    options: { includeData: random.oneIn(2), simplify: random.oneIn(2) },
  };
}

/** Something of every kind that the trigger watches. @returns the events */
async function happen({ harness }: Lane): Promise<string[]> {
  const ids: number[] = [];
  for (let count = 0; count < 4; count++) ids.push(await startByHand(harness, PROCESS));
  const [completed = 0, failed = 0, canceled = 0] = ids;
  const tasks = ids.map((id) => taskOf(harness, id));
  await harness.server.completeTask(tasks[0] ?? 0, {});
  harness.server.failRequest(failed, 'Broken');
  harness.server.cancelRequest(canceled);
  return [
    ...ids.map((id) => `requestStarted ${id}`),
    ...tasks.map((id) => `taskCreated ${id}`),
    `taskCompleted ${tasks[0]}`,
    `requestCompleted ${completed}`,
    `requestErrored ${failed}`,
    `requestCanceled ${canceled}`,
  ];
}

/** An active workflow that goes through hostile polls, or finds a hostile state, and has to work afterwards. */
class HostileTrigger {
  private readonly poller: Poller;

  private isActive = false;

  private readonly thrown: unknown[] = [];

  /** What has happened since it was switched on. */
  private happened: string[] = [];

  constructor(
    private readonly lane: Lane,
    private readonly random: Random,
    event: string,
  ) {
    const { engine } = lane.harness;
    this.poller = new Poller(engine, parametersOf(event, random), lane.credentials('admin'));
  }

  /** Polls a while before the server becomes hostile, or not. */
  async prepare(): Promise<void> {
    const { lane, random } = this;
    await happen(lane);
    // A state can be spoiled only when there is one.
    if (lane.fault?.spoilState === undefined && random.oneIn(4)) return;
    await this.poll();
    const events = await happen(lane);
    if (this.isActive) this.happened = events;
  }

  async go(): Promise<string | undefined> {
    const { lane, poller, random } = this;
    const spoiled = lane.fault?.spoilState?.(poller.saved, random);
    if (spoiled !== undefined) {
      poller.saved = spoiled;
      this.isActive = false;
      lane.hits++;
    }
    for (let polls = 0; polls < HOSTILE_POLLS; polls++) await this.poll();
    lane.makeHealthy();
    return await withoutHurry(async () => await this.recover());
  }

  /** @returns what is wrong when it does not emit what happens from now on */
  private async recover(): Promise<string | undefined> {
    const { lane, poller } = this;
    await this.poll();
    const id = await startByHand(lane.harness, PROCESS);
    if (this.isActive) this.happened.push(`requestStarted ${id}`);
    for (let polls = 0, slow = 0; polls < HEALTHY_POLLS + slow && !lane.isGivenUp; polls++) {
      const isSlow = await this.poll();
      if (isSlow && slow < MOST_SLOW_POLLS) slow++;
      if (poller.items.some((item) => item.event === 'requestStarted' && item.id === id)) return undefined;
    }
    if (lane.isGivenUp) return undefined;
    const last = this.errors.at(-1);
    const says = last instanceof Error ? last.message : 'no error';
    return `the trigger does not come back on a healthy server: ${says.slice(0, 200)}`;
  }

  /** @returns whether it has failed since the machine is too busy for a response to come in time */
  private async poll(): Promise<boolean> {
    const before = this.errors.length;
    this.lane.countAnew();
    try {
      if (this.isActive) await this.poller.poll();
      else await this.poller.activate(this.random.pick(['activate', 'init']));
      this.isActive = true;
    } catch (error) {
      this.thrown.push(error);
    }
    return this.errors.slice(before).some((error) => /did not respond within/.test(String(error)));
  }

  private get errors(): unknown[] {
    return [...this.poller.errors, ...this.thrown];
  }

  /** Compares what it has emitted with what has happened. */
  private wrongEvents(): string[] {
    const { lane, poller, happened } = this;
    if (lane.isGivenUp || lane.fault?.isLie || lane.fault?.makesUpEvents) return [];
    const keys = poller.items.map(({ event, id }) => `${event as string} ${id as number}`);
    const watched = poller.parameters.triggerOn as string[];
    const lost = happened.filter((key) => watched.includes(key.split(' ')[0] ?? '') && !keys.includes(key));
    const repeated = keys.filter((key, index) => keys.indexOf(key) < index);
    return [...lost.map((key) => `lost: ${key}`), ...repeated.map((key) => `repeated: ${key}`)];
  }

  tell(lasting: string | undefined): Awaited<ReturnType<Deed>> {
    const { poller, errors, lane } = this;
    if (lasting !== undefined) lane.endless ??= lasting;
    return {
      text: shown([errors, poller.executions, poller.saved]),
      messages: errors.map((error) => (error instanceof Error ? error.message : String(error))),
      falseStarts: [],
      others: [...new Set(errors.flatMap(unexplained)), ...(lasting === undefined ? this.wrongEvents() : [])],
    };
  }
}

const watching = (event: string): Subject => ({
  ...ORDINARY,
  name: 'trigger',
  keepsState: true,
  async prepare(lane, random) {
    const trigger = new HostileTrigger(lane, random, event);
    await trigger.prepare();
    return async () => trigger.tell(await trigger.go());
  },
});

/** The button that fetches a sample, which a person presses and no timer. */
const sample: Subject = {
  ...ORDINARY,
  name: 'trigger sample',
  async prepare(lane, random) {
    const parameters = parametersOf(random.pick(EVENTS), random);
    const poller = new Poller(lane.harness.engine, parameters, lane.credentials('admin'));
    await happen(lane);
    return async () => {
      const told = await toldBy(async () => await poller.test());
      const isAboutPolls = /No event is lost|next poll/.test(told.text);
      return {
        ...told,
        others: [...told.others, ...(isAboutPolls ? ['a sample speaks of the next poll'] : [])],
      };
    };
  },
};

/** The trigger on each of its events, and its sample. */
export const TRIGGER: Subject[] = [...EVENTS.map(watching), sample];
