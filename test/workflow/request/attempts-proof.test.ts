import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { bpmn, endEvent, formTask, line, startEvent } from '../../processmaker/fixtures/bpmn';
import { script } from '../../support/attempts';
import { wake } from '../../support/callback';
import { itWith } from '../../support/features';
import { respond, startGateway } from '../../support/gateway';
import { useHarness } from '../../support/harness';
import type { Run } from '../../support/run';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import { watching } from '../../support/watch';

/*
 * 200 Requests whose script has one to three attempts, in steps of the server's clock. Between two steps nothing moves,
 * so that all that the node says can be held against what the stand-in is about to do.
 */
const clock = { now: Math.floor(Date.now() / 1000) * 1000 };
const harness = useHarness({ queue: 'byHand', now: () => new Date(clock.now) });

const REQUESTS = 200;
const STEP_MS = 10_000;
/** What was noted twice has been noted for both times. */
const SETTLED_MS = 5000;
const MOST_STEPS = 40;
const MOST_LOOKS = 100;
const NEVER_HEALS = 99;

interface Case {
  /** How often ProcessMaker runs the script by itself. */
  attempts: number;
  /** How often the script fails. */
  failures: number;
  kind: 'request' | 'reviewBefore' | 'reviewAfter';
  /** Who retries it once: nobody, a person on its page, or the node, which tries it at every step. */
  retry: 'nobody' | 'person' | 'node';
  /** Whether it is called at every change, or only where nothing more can come. */
  isCalledEarly: boolean;
  says: 'approved' | 'rejected';
  id: number;
  sleeping?: Run | undefined;
  /** The execution since it was woken. */
  run?: Run | undefined;
  wasRetried: boolean;
  /** How often its script has to run in the end, and how often it fails for good. */
  runs: number;
  breakdowns: number;
  refusals: number;
  hasDecided: boolean;
}

function caseOf(number: number): Case {
  const attempts = 1 + (number % 3);
  const healsItself = attempts > 1 && number % 2 === 0;
  const failures = healsItself
    ? 1 + (number % (attempts - 1))
    : number % 4 === 3
      ? NEVER_HEALS
      : attempts + (number % 2);
  // With one attempt, only a retry heals.
  const retry = (['nobody', 'node', 'person'] as const)[Math.floor(number / 12) % 3] ?? 'nobody';
  const mustRetry = attempts === 1 && number % 2 === 0 && retry === 'nobody';
  return {
    attempts,
    failures,
    retry: mustRetry ? 'person' : retry,
    kind:
      (['request', 'reviewBefore', 'request', 'reviewAfter'] as const)[Math.floor(number / 3) % 4] ??
      'request',
    isCalledEarly: number % 5 < 3,
    says: number % 7 < 5 ? 'approved' : 'rejected',
    id: 0,
    wasRetried: false,
    runs: 0,
    breakdowns: 0,
    refusals: 0,
    hasDecided: false,
  };
}

async function addProcesses(): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  for (const kind of ['request', 'reviewBefore', 'reviewAfter']) {
    for (const attempts of [1, 2, 3]) {
      const parts = {
        begin: startEvent('begin', 'Begin', '3,5'),
        run: script('run', { retry_attempts: attempts - 1, retry_wait_time: 12 }),
        decide: formTask('decide', 'Decide', '3'),
        end: endEvent('end', 'End'),
      };
      const orders: Record<string, Array<keyof typeof parts>> = {
        request: ['begin', 'run', 'end'],
        reviewBefore: ['begin', 'run', 'decide', 'end'],
        reviewAfter: ['begin', 'decide', 'run', 'end'],
      };
      const order = orders[kind] ?? [];
      const xml = bpmn(
        order.map((id) => parts[id]),
        line(...order),
      );
      const { id } = await harness.server.addProcess({ name: `${kind} ${attempts}`, bpmn: xml });
      ids.set(`${kind} ${attempts}`, id);
    }
  }
  return ids;
}

/** Starts a Request, or asks for a review; either way the execution sleeps until the Request has ended. */
async function begin(one: Case, processes: Map<string, number>): Promise<void> {
  const process = locator('id', processes.get(`${one.kind} ${one.attempts}`) ?? 0);
  const common = { process, startEvent: locator('id', 'begin') };
  const failures = { id: '1', name: 'failures', type: 'number', value: one.failures };
  const parameters: INodeParameters =
    one.kind === 'request'
      ? {
          ...common,
          waitFor: 'requestEnded',
          dataMode: 'json',
          jsonData: JSON.stringify({ failures: one.failures }),
        }
      : {
          ...common,
          resource: 'request',
          operation: 'sendAndWait',
          message: 'May it be ordered?',
          decisionTask: locator('id', 'decide'),
          additionalFields: { assignments: [failures] },
        };
  one.sleeping = await harness.start(parameters, { user: 'operator' });
  expect(one.sleeping.status).toBe('waiting');
  one.id = harness.requests().at(-1)?.id ?? 0;
}

const stored = (): Map<number, ReturnType<typeof harness.requests>[number]> =>
  new Map(harness.requests().map((request) => [request.id, request]));
const rowOf = (one: Case) => stored().get(one.id);

/** What is so, by the rows of the stand-in and by what it is about to run. */
function truth(): Map<number, 'ended' | 'failed' | 'open' | 'triedAgain'> {
  const toRun = new Set(harness.server.scriptsToRun());
  return new Map(
    [...stored()].map(([id, { status }]) => {
      if (status === 'ERROR') return [id, toRun.has(id) ? 'triedAgain' : 'failed'];
      return [id, status === 'COMPLETED' ? 'ended' : 'open'];
    }),
  );
}

async function retryByHand({ id }: Case): Promise<void> {
  const response = await fetch(`${harness.server.url}/api/1.0/requests/${id}/retry`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${harness.server.tokens.admin}` },
  });
  expect(await response.json()).toMatchObject({ success: true });
}

const perform = (operation: string, cases: Case[], parameters: INodeParameters = {}) =>
  harness.perform(
    `request ${operation}`,
    { request: locator('id', '={{ $json.id }}'), ...parameters },
    { input: cases.map(({ id }) => ({ id })), user: 'admin', settings: ERROR_OUTPUT },
  );

/** Waits for each. Where a busy machine leaves no time to ask about all, those whose state is not known are waited for again. */
async function waitUntilKnown(cases: Case[], parameters: INodeParameters): Promise<IDataObject[]> {
  const known: IDataObject[] = [];
  let open = cases;
  for (let round = 0; open.length > 0 && round < MOST_LOOKS; round++) {
    const waited = await perform('wait', open, parameters);
    expect(failedItems(waited)).toEqual([]);
    const items = waited.items('ProcessMaker');
    known.push(...items.filter(({ retrying }) => retrying !== null));
    const unknown = new Set(items.filter(({ retrying }) => retrying === null).map(({ id }) => id));
    open = open.filter(({ id }) => unknown.has(id));
  }
  expect(open).toEqual([]);
  return known;
}

itWith('a resume token')(
  'judges 200 Requests, retried by ProcessMaker, by persons and by the node, as they are at every moment',
  async () => {
    const wrong: Record<string, unknown[]> = {
      earlyEnds: [],
      lateEnds: [],
      wronglyWoken: [],
      wronglyLeft: [],
      events: [],
      doubled: [],
      wronglyRetried: [],
      wronglyRefused: [],
      wronglyApproved: [],
      runs: [],
    };
    const cases = Array.from({ length: REQUESTS }, (_, number) => caseOf(number));
    const n8n = await startGateway('http://127.0.0.1:1');
    // What n8n does with a call for an execution that sleeps.
    n8n.treat =
      ({ path }) =>
      async (response, forward) => {
        const one = cases.find(({ sleeping }) =>
          path.startsWith(`/webhook-waiting/${sleeping?.executionId}/`),
        );
        if (!one?.sleeping) return await respond(404, {})(response, forward);
        const credentials = harness.credentials('operator');
        const { status, body, run } = await wake(harness.engine, one.sleeping, {
          url: n8n.url + path,
          credentials,
        });
        one.run = run;
        await respond(status, body ?? {})(response, forward);
      };
    harness.engine.baseUrl = n8n.url;
    harness.server.scriptsRun = true;
    const processes = await addProcesses();
    const poller = await watching(harness, { triggerOn: ['requestErrored'] });
    clock.now += STEP_MS;
    for (const one of cases) await begin(one, processes);
    const byId = new Map(cases.map((one) => [one.id, one]));
    const before = new Map<number, string>();

    for (let step = 0; step < MOST_STEPS; step++) {
      clock.now += STEP_MS;
      await harness.server.runScripts();
      clock.now += SETTLED_MS;
      const now = truth();
      const isOver = (id: number) => ['ended', 'failed'].includes(now.get(id) ?? '');
      const runs = (one: Case) => harness.server.scriptRuns.filter((id) => id === one.id).length;
      const stateOf = (one: Case) => `${now.get(one.id)} ${runs(one)} ${one.hasDecided}`;
      const changed = cases.filter((one) => before.get(one.id) !== stateOf(one));
      for (const one of changed) {
        before.set(one.id, stateOf(one));
        if (now.get(one.id) === 'failed') one.breakdowns += 1;
      }

      // The trigger gives each breakdown at once, and only once.
      await poller.poll();
      await poller.poll();
      for (const one of cases) {
        const given = poller.items.filter(({ id }) => id === one.id).length;
        if (given !== one.breakdowns) wrong.events?.push({ ...one, sleeping: undefined, step, given });
      }

      // A wait of a second ends only where the Request has. In that time, so many are asked whether they go on.
      const options = { timeLimit: 1, onTimeout: 'return', returnErroredRequests: true };
      for (let from = 0; from < changed.length; from += MOST_LOOKS) {
        const some = changed.slice(from, from + MOST_LOOKS);
        for (const { id, timedOut } of await waitUntilKnown(some, { waitFor: 'finish', options })) {
          if (timedOut !== true && !isOver(Number(id))) wrong.earlyEnds?.push({ id, step });
          if (timedOut === true && isOver(Number(id))) wrong.lateEnds?.push({ id, step });
        }
      }

      // The operation that wakes others wakes those whose Requests have ended.
      const mayGoOn = (one: Case) =>
        now.get(one.id) === 'failed' && one.retry !== 'nobody' && !one.wasRetried;
      const called = changed.filter((one) => one.sleeping && (one.isCalledEarly || !mayGoOn(one)));
      const woken = called.length > 0 ? (await perform('wake', called)).items('ProcessMaker') : [];
      expect(woken).toHaveLength(called.length);
      for (const { requestId, outcome } of woken) {
        if (isOver(Number(requestId)) && outcome !== 'woken')
          wrong.wronglyLeft?.push({ requestId, outcome, step });
        if (!isOver(Number(requestId)) && outcome !== 'notYet')
          wrong.wronglyWoken?.push({ requestId, outcome, step });
      }
      for (const one of called) {
        const { run } = one;
        if (!run) continue;
        one.sleeping = one.run = undefined;
        const [item = {}] = run.items('ProcessMaker');
        const hasEnded = now.get(one.id) === 'ended';
        if (one.kind === 'request') {
          expect(item).toMatchObject({ id: one.id, status: hasEnded ? 'COMPLETED' : 'ERROR' });
          continue;
        }
        const isApproved = hasEnded && one.hasDecided && one.says === 'approved';
        if (item.approved !== isApproved)
          wrong[isApproved ? 'wronglyRefused' : 'wronglyApproved']?.push({ id: one.id, item, step });
      }

      // The node retries what has failed for good, and refuses what is tried again.
      const inError = cases.filter(
        (one) =>
          one.retry === 'node' && !one.wasRetried && ['failed', 'triedAgain'].includes(now.get(one.id) ?? ''),
      );
      if (inError.length > 0) {
        const retried = await perform('retry', inError);
        for (const { id } of retried.items('ProcessMaker') as Array<{ id: number }>) {
          const one = byId.get(id);
          if (now.get(id) !== 'failed' || !one) wrong.wronglyRetried?.push({ id, step });
          else one.wasRetried = true;
        }
        for (const { message } of failedItems(retried)) {
          const one = byId.get(Number(/Request (\d+) /.exec(message)?.[1]));
          if (!one || now.get(one.id) !== 'triedAgain') wrong.wronglyRetried?.push({ message, step });
          else one.refusals += 1;
        }
      }
      for (const one of cases) {
        if (one.retry !== 'person' || one.wasRetried || now.get(one.id) !== 'failed') continue;
        one.wasRetried = true;
        await retryByHand(one);
      }
      const toRun = harness.server.scriptsToRun();
      for (const id of new Set(toRun)) {
        if (toRun.filter((other) => other === id).length > 1) wrong.doubled?.push({ id, step });
      }

      // Persons decide.
      for (const { id, requestId, elementId, status } of harness.server.tasks()) {
        const one = byId.get(requestId);
        if (!one || elementId !== 'decide' || status !== 'ACTIVE') continue;
        one.hasDecided = true;
        await harness.server.completeTask(id, { decision: one.says });
      }
      if (toRun.length === 0 && changed.length === 0) break;
    }

    for (const one of cases) {
      const first = Math.min(one.attempts, one.failures + 1);
      const second = one.wasRetried ? Math.min(one.attempts, one.failures + 1 - first) : 0;
      const ran = harness.server.scriptRuns.filter((id) => id === one.id).length;
      if (ran !== first + second) wrong.runs?.push({ ...one, sleeping: undefined, ran });
    }
    await n8n.close();
    expect(wrong).toEqual(Object.fromEntries(Object.keys(wrong).map((name) => [name, []])));
    expect(poller.errors).toEqual([]);
    // It is what it is meant to be.
    const statuses = cases.map((one) => rowOf(one)?.status);
    const count = (isSo: (one: Case, index: number) => boolean) => cases.filter(isSo).length;
    expect(count(({ sleeping }) => sleeping !== undefined)).toBe(0);
    expect(statuses.filter((status) => status === 'COMPLETED').length).toBeGreaterThanOrEqual(REQUESTS / 2);
    expect(statuses.filter((status) => status === 'ERROR').length).toBeGreaterThanOrEqual(REQUESTS / 5);
    expect(count(({ wasRetried, retry }) => wasRetried && retry === 'node')).toBeGreaterThanOrEqual(20);
    expect(count(({ wasRetried, retry }) => wasRetried && retry === 'person')).toBeGreaterThanOrEqual(20);
    expect(count(({ refusals }) => refusals > 0)).toBeGreaterThanOrEqual(20);
    expect(count(({ kind, hasDecided }) => kind !== 'request' && hasDecided)).toBeGreaterThanOrEqual(50);
  },
  600_000,
);
