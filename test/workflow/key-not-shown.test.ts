import { factsOf } from '../support/failed-item';
import { respond, resetAfter, type Behaviour } from '../support/gateway';
import { ERROR_OUTPUT, failedItems, keyedStart, locator, startWorkflow } from '../support/workflows';
import { useHarness } from '../support/harness';
import { itWith } from '../support/features';

// ProcessMaker finds a Request by its key, but its summary does not show the key. So its item is not known.
const harness = useHarness();

const options = { requestsInParallel: 1, recoveryWindow: 0 };
const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1'), options };
const ITEMS = [{ number: 'a' }, { number: 'b' }];
const NOT_SHOWN = /could not be looked up, so nothing is started: ProcessMaker does not show the key/;

const withoutKeys: Behaviour = async (response, forward) => {
  const { status, headers, body } = await forward();
  const list = JSON.parse(body) as { data: Array<{ summary?: unknown }> };
  const data = list.data.map((request) => ({ ...request, summary: [] }));
  response.writeHead(status, headers).end(JSON.stringify({ ...list, data }));
};

/** Hides the key in all that is looked up, and treats the first start of an item in a special way. */
function hideKeys(number = '', behaviour?: Behaviour): void {
  if (behaviour) harness.treatOnce(number, behaviour);
  const { treat } = harness.gateway;
  harness.gateway.treat = (call) => (call.method === 'GET' ? withoutKeys : treat(call));
}

const sent = () => harness.sent().map(({ number }) => number);

it('starts nothing again on a retry when look-ups do not show the key, and says why', async () => {
  hideKeys('b', respond(429, { message: 'Too Many Attempts.' }));
  const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
  const run = await harness.start(TARGET, { input: ITEMS, settings });
  expect(run.error?.message).toMatch(NOT_SHOWN);
  expect(run.error?.description).toMatch(/may see the summary of Requests\./);
  expect(sent()).toEqual(['a', 'b']);
  expect(harness.numbers()).toEqual(['a']);
});

itWith('a resume token')(
  'reports every item as unknown after a crash when look-ups do not show the key',
  async () => {
    const killed = await harness.run(startWorkflow(TARGET, ERROR_OUTPUT), { input: ITEMS });
    hideKeys();
    const run = await harness.retryAfterCrash(killed, [...ITEMS, { number: 'c' }]);
    expect(failedItems(run).map(factsOf)).toEqual(Array(3).fill({ outcome: 'unknown' }));
    for (const { text } of failedItems(run)) expect(text).toMatch(NOT_SHOWN);
    expect(harness.numbers()).toEqual(['a', 'b']);
  },
);

it('starts nothing under an existing Idempotency Key when look-ups do not show it', async () => {
  const keyed = keyedStart('hidden', {});
  await harness.start(keyed, { input: ITEMS.slice(0, 1) });
  hideKeys();
  const run = await harness.start(keyed, { input: ITEMS, settings: ERROR_OUTPUT });
  expect(failedItems(run).map(factsOf)).toEqual(Array(2).fill({ outcome: 'notStarted' }));
  for (const { text } of failedItems(run)) expect(text).toMatch(NOT_SHOWN);
  expect(harness.numbers()).toEqual(['a']);
});

it.each([false, true])(
  'reports a start as unknown when look-ups hide its key, with Start Again When Not Found %s',
  async (startAgain) => {
    hideKeys('b', resetAfter);
    const parameters = { ...TARGET, options: { ...options, startAgainWhenNotFound: startAgain } };
    const run = await harness.start(parameters, { input: ITEMS, settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject([{ input: { number: 'b' }, outcome: 'unknown' }]);
    expect(failedItems(run)[0]?.text).not.toContain('No Request was found');
    expect(failedItems(run)[0]?.text).toContain(`data._n8n_key = "${String(harness.sentKeys()[1])}"`);
    expect(harness.numbers()).toEqual(['a', 'b']);
  },
);
