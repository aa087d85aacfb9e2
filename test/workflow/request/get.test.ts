import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { respond } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const WITH_FORM = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const ofItem = (mode: string, field: string) => ({ request: locator(mode, `={{ $json.${field} }}`) });
const byId = ofItem('id', 'id');

/** Starts Requests, and forgets the calls. */
async function started(count: number): Promise<IDataObject[]> {
  const input = Array.from({ length: count }, (_, number) => ({ number }));
  const run = await harness.start(WITH_FORM, { input });
  harness.gateway.calls = [];
  return run.items('ProcessMaker');
}

const get = (parameters: INodeParameters, input: IDataObject[]) =>
  harness.perform('request get', parameters, { input, settings: ERROR_OUTPUT });

describe('one Request', () => {
  it('returns a Request in its current state, in the form of Start', async () => {
    const [request] = await started(1);
    await harness.completeFirstTask();
    const run = await get(byId, [{ id: request?.id }]);
    expect(run.items('ProcessMaker')).toEqual([
      {
        ...request,
        status: 'COMPLETED',
        completedAt: expect.stringMatching(/^\d{4}-/) as string,
        activeTask: null,
      },
    ]);
  });

  it('finds a Request by its case number, also in the form in which ProcessMaker shows it', async () => {
    const [request] = await started(1);
    const number = Number(request?.caseNumber);
    const forms = [number, `#${number}`, `Case #${number}`, `case ${number}`].map((form) => ({
      number: form,
    }));
    const run = await get(ofItem('caseNumber', 'number'), forms);
    expect(run.items('ProcessMaker')).toEqual(forms.map(() => request));
  });

  it('finds a Request by the URL of its page', async () => {
    const [request] = await started(1);
    const run = await get(ofItem('url', 'url'), [{ url: request?.url }]);
    expect(run.items('ProcessMaker')).toEqual([request]);
  });

  it('finds a Request by the URL of its case', async () => {
    // Its sub-process has an id of its own, and the same case number: from then on the two numbers differ.
    await harness.start({ process: locator('id', 17), startEvent: locator('id', 'node_1') });
    const [request] = await started(1);
    expect(request?.caseNumber).not.toBe(request?.id);
    const page = `${harness.gateway.url}/cases/${Number(request?.caseNumber)}`;
    const run = await get(ofItem('url', 'url'), [{ url: page }, { url: `${page}?tab=files#top` }]);
    expect(run.items('ProcessMaker')).toEqual([request, request]);
  });

  it('returns the data, participants and tasks of a Request when asked to', async () => {
    const [request] = await started(1);
    const options = { includeData: true, includeParticipants: true, includeTasks: true };
    const run = await get({ ...byId, options }, [{ id: request?.id }]);
    expect(run.items('ProcessMaker')).toMatchObject([
      {
        id: request?.id,
        data: { number: 0 },
        participants: [{ username: 'limited' }],
        tasks: [{ name: 'Form Task', status: 'ACTIVE' }],
      },
    ]);
  });

  it('returns a Request as ProcessMaker gives it when Simplify is off', async () => {
    const [request] = await started(1);
    const run = await get({ ...byId, options: { simplify: false } }, [{ id: request?.id }]);
    expect(run.items('ProcessMaker')).toMatchObject([
      { id: request?.id, case_number: request?.caseNumber, callable_id: 'ProcessId' },
    ]);
  });
});

describe('many items', () => {
  it('reads the Requests of many items in one call, each paired with its item', async () => {
    const requests = await started(30);
    const input = requests.map(({ id }) => ({ id })).reverse();
    const run = await get(byId, input);
    expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual(input.map(({ id }) => id));
    expect(run.outputs('ProcessMaker')[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
      input.map((_, item) => ({ item })),
    );
    expect(harness.lookUps()).toHaveLength(1);
  });

  it('returns the other Requests when one is missing, and names the missing one', async () => {
    const [request] = await started(1);
    const run = await get(byId, [{ id: 999_999 }, { id: request?.id }]);
    expect(run.items('ProcessMaker')).toMatchObject([{ id: request?.id }]);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringMatching(/^There is no Request 999999 \[item 0\]\. /) as string, httpStatus: 404 },
    ]);
  });

  it('distinguishes a Request that the user may not see from a missing one', async () => {
    const run = await harness.start({ process: locator('id', 4) }, { user: 'admin' });
    const id = run.items('ProcessMaker')[0]?.id;
    const failed = await get(byId, [{ id }]);
    expect(failedItems(failed)).toMatchObject([
      { text: expect.stringContaining('does not allow') as string, httpStatus: 403 },
    ]);
  });
});

describe('references that are not a Request', () => {
  it.each([
    ['id', 'abc', /'Request' holds "abc", which is not the id of a Request/],
    ['id', '', /No Request is given in 'Request'/],
    ['caseNumber', 'x', /'Request' holds "x", which is not a case number/],
    ['url', 'https://other.example/requests/1', /'Request' points to https:\/\/other\.example/],
    ['url', 'https://other.example/cases/1', /'Request' points to https:\/\/other\.example/],
    ['url', 'https://other.example/cases/x', /not the address of a Request/],
    ['url', 'https://other.example/tasks/1', /not the address of a Request/],
  ])('refuses the Request given by %s as "%s" before any call', async (mode, value, message) => {
    const run = await harness.perform('request get', ofItem(mode, 'value'), { input: [{ value }] });
    expect(run.error?.message).toMatch(message);
    expect(run.error?.message).toContain('[item 0]');
    expect(harness.gateway.calls).toEqual([]);
  });

  it('reports a case of which the user may see only the Requests of sub-processes', async () => {
    const part = { status: 'ACTIVE', case_number: 42, parent_request_id: 11 };
    harness.gateway.treat = () =>
      respond(200, { data: [12, 13].map((id) => ({ id, ...part })), meta: { last_page: 1 } });
    const run = await get(ofItem('caseNumber', 'number'), [{ number: 42 }]);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringMatching(/only the Requests of sub-processes.*'By ID'.*12, 13/) as string },
    ]);
    expect(harness.gateway.calls).toHaveLength(1);
  });

  it('reports that no Request has the given case number', async () => {
    const run = await get(ofItem('caseNumber', 'number'), [{ number: 987_654 }]);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('no Request with the case number 987654') as string },
    ]);
  });
});
