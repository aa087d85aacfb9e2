import { factsOf } from '../support/failed-item';
import { respond } from '../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const TARGET = { process: locator('id', 4), startEvent: locator('id', 'node_1') };

describe('an expression', () => {
  it('runs the other items when an expression cannot be evaluated for one of them', async () => {
    const parameters = {
      ...TARGET,
      dataMode: 'json',
      jsonData: "={{ $json.bad ? $('No such node').item.json : $json }}",
    };
    const run = await harness.start(parameters, {
      input: [{ n: 0 }, { bad: true }, { n: 2 }],
      settings: ERROR_OUTPUT,
    });
    expect(run.items('ProcessMaker')).toHaveLength(2);
    const [failed] = failedItems(run);
    expect(failed && factsOf(failed)).toEqual({ outcome: 'notStarted' });
    expect(failed?.text).toContain('[item 1]');
    expect(harness.requests()).toHaveLength(2);
  });

  it('runs the other items when an expression in Options cannot be evaluated for the first one', async () => {
    const idempotencyKey = "={{ $json.bad ? $('No such node').item.json : 'expression-' + $json.n }}";
    const run = await harness.start(
      { ...TARGET, options: { idempotencyKey } },
      { input: [{ bad: true }, { n: 1 }, { n: 2 }], settings: ERROR_OUTPUT },
    );
    expect(run.items('ProcessMaker')).toHaveLength(2);
    expect(failedItems(run)).toMatchObject([{ input: { bad: true }, outcome: 'notStarted' }]);
  });

  it.each(['={{ $now }}', '={{ new Date() }}'])('refuses %s as the data of a Request', async (jsonData) => {
    const run = await harness.start({ ...TARGET, dataMode: 'json', jsonData });
    expect(run.error?.message).toContain('not a JSON object');
    expect(harness.starts()).toHaveLength(0);
  });

  it('does not change the input item when an expression gives one of its objects', async () => {
    const assignments = [
      { id: '1', name: 'customer', type: 'object', value: '={{ $json.customer }}' },
      { id: '2', name: 'customer.source', type: 'string', value: 'n8n' },
    ];
    const input = [{ customer: { name: 'Ann' } }];
    const parameters = { ...TARGET, dataMode: 'defineBelow', fields: { assignments } };
    const run = await harness.start(parameters, { input });
    expect(harness.requests()[0]?.data).toMatchObject({ customer: { name: 'Ann', source: 'n8n' } });
    expect(run.items('Start')).toEqual([{ customer: { name: 'Ann' } }]);
  });
});

describe('settings that concern all items', () => {
  it.each([
    ['an invalid Instance URL', { instanceUrl: 'my instance' }, {}],
    ['an option out of bounds', {}, { options: { requestsInParallel: 51 } }],
  ])('sends every item to the error output because of %s', async (_name, credential, parameters) => {
    const { processMakerApi } = harness.credentials();
    const run = await harness.start(
      { ...TARGET, ...parameters },
      {
        input: [{ n: 0 }, { n: 1 }],
        settings: ERROR_OUTPUT,
        credentials: { processMakerApi: { ...processMakerApi, ...credential } },
      },
    );
    expect(run.items('ProcessMaker')).toEqual([]);
    expect(failedItems(run).map(factsOf)).toEqual([{ outcome: 'notStarted' }, { outcome: 'notStarted' }]);
    expect(harness.starts()).toHaveLength(0);
  });

  it.each([0, 3601, 3_600_000])(
    'refuses a Timeout of %d seconds before anything is sent',
    async (timeout) => {
      const run = await harness.start({ ...TARGET, options: { timeout } });
      expect(run.error?.message).toContain("'Timeout'");
      expect(harness.gateway.calls).toHaveLength(0);
    },
  );
});

describe('a field that is named in Include or Exclude', () => {
  it.each([
    [{ include: 'except', excludeFields: 'customer.ssn' }],
    [{ include: 'selected', includeFields: 'orderId, customer.name' }],
  ])('refuses a nested field in Include or Exclude: %j', async (parameters) => {
    const run = await harness.start(
      { ...TARGET, ...parameters },
      { input: [{ orderId: 1, customer: { name: 'Ann', ssn: '1' } }] },
    );
    expect(run.error?.message).toMatch(/'customer\.(ssn|name)'/);
    expect(harness.starts()).toHaveLength(0);
  });
});

describe('a retry that ends early', () => {
  it('reports a Request of the first attempt as started when the retry ends before it looks for it', async () => {
    const parameters = {
      process: locator('name', 'C start to end'),
      dataMode: 'json',
      jsonData: '={{ $json }}',
      options: { recoveryWindow: 0, requestsInParallel: 1 },
    };
    let lookUpsFail = false;
    harness.gateway.treat = ({ method, path, body }) => {
      if (method === 'POST' && body.includes('"last"')) return respond(403, { message: 'no' });
      if (lookUpsFail && path.includes('start_processes')) return respond(403, { message: 'no' });
      return undefined;
    };
    const credentials = harness.credentials();
    const first = await harness.start(parameters, { input: [{ n: 'first' }, { n: 'last' }] });
    expect(harness.requests()).toHaveLength(1);
    lookUpsFail = true;
    const second = await harness.engine.retry(first, { credentials });
    expect(second.error).toMatchObject({
      context: { outcome: 'started', requestId: harness.requests()[0]?.id },
    });
  });
});
