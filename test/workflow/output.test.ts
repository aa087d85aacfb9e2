import { delay } from '../support/gateway';
import { locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const WITH_FORM = { process: locator('id', 2) };
const STRAIGHT_TO_END = { process: locator('id', 4) };

describe('the simplified output', () => {
  it('gives nine simplified fields, with the first task', async () => {
    const run = await harness.start(WITH_FORM, { input: [{ number: 'PO-1' }] });
    const [request] = harness.requests();
    expect(run.items('ProcessMaker')).toEqual([
      {
        id: request?.id,
        caseNumber: expect.any(Number) as number,
        status: 'ACTIVE',
        processId: 2,
        processName: 'A single start with form',
        startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        completedAt: null,
        activeTask: { id: expect.any(Number) as number, name: 'Form Task' },
        url: `${harness.gateway.url}/requests/${request?.id}`,
      },
    ]);
  });

  it('gives the time of completion and no task for a completed Request', async () => {
    const run = await harness.start(STRAIGHT_TO_END);
    expect(run.items('ProcessMaker')).toMatchObject([
      { status: 'COMPLETED', completedAt: expect.stringMatching(/^\d{4}-/) as string, activeTask: null },
    ]);
  });

  it('gives no field named error, which n8n would take for a failed attempt', async () => {
    const run = await harness.start(WITH_FORM, { input: [{ error: 'from the item' }] });
    expect(run.items('ProcessMaker')[0]).not.toHaveProperty('error');
  });
});

describe('the options of the output', () => {
  it('gives the Request as ProcessMaker returns it with Simplify off', async () => {
    const run = await harness.start({ ...WITH_FORM, options: { simplify: false } });
    const [item] = run.items('ProcessMaker');
    for (const field of ['id', 'uuid', 'case_number', 'process_version', 'callable_id']) {
      expect(item).toHaveProperty(field);
    }
  });

  it.each([true, false])('adds the data with Include Data, with Simplify %s', async (simplify) => {
    const run = await harness.start(
      { ...WITH_FORM, options: { simplify, includeData: true } },
      { input: [{ number: 'PO-1' }] },
    );
    expect(run.items('ProcessMaker')).toMatchObject([{ data: { number: 'PO-1' } }]);
  });

  it('gives no data of the Request without Include Data', async () => {
    const run = await harness.start(WITH_FORM, { input: [{ number: 'PO-1' }] });
    expect(run.items('ProcessMaker')[0]).not.toHaveProperty('data');
  });
});

describe('many items', () => {
  it('gives Requests in input order, each paired with its item, however the responses arrive', async () => {
    const input = [120, 10, 60, 0, 30].map((milliseconds) => ({ milliseconds }));
    harness.gateway.treat = ({ method, body }) =>
      method === 'POST' ? delay((JSON.parse(body) as { milliseconds: number }).milliseconds) : undefined;
    const run = await harness.start({ ...WITH_FORM, options: { includeData: true } }, { input });
    expect(run.items('ProcessMaker').map(({ data }) => data)).toEqual(input);
    expect(run.outputs('ProcessMaker')[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
      input.map((_, item) => ({ item })),
    );
  });
});
