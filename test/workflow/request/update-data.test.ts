import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { respond, delay, resetAfter, resetBefore } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const WITH_FORM = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const AGAIN = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
const ofItem = {
  request: locator('id', '={{ $json.id }}'),
  dataMode: 'json',
  jsonData: '={{ $json.data }}',
};
const deep = { ...ofItem, merge: 'deep' };

/** Starts a Request with this data, and gives its id. */
async function started(data: IDataObject = { kept: 1 }): Promise<IDataObject> {
  const run = await harness.start(WITH_FORM, { input: [data], user: 'admin' });
  harness.gateway.calls = [];
  return { id: run.items('ProcessMaker')[0]?.id };
}

const update = (input: IDataObject[], parameters: INodeParameters = ofItem, user: User = 'operator') =>
  harness.perform('request updateData', parameters, { input, user, settings: ERROR_OUTPUT });
const puts = () => harness.gateway.calls.filter(({ method }) => method === 'PUT');
const stored = () => {
  const fields = Object.entries(harness.requests()[0]?.data ?? {});
  return Object.fromEntries(fields.filter(([name]) => !name.startsWith('_')));
};

describe('shallow updates', () => {
  it('replaces each field of the same name in a shallow update, and returns the data as it is stored', async () => {
    const request = await started({ kept: 1, order: { lines: [1], total: 5 } });
    const data = { order: { total: 6 }, text: ' <b>x</b> ', empty: '' };
    const run = await update([{ ...request, data }]);
    const kept = { kept: 1, ...data, text: '<b>x</b>', empty: null };
    expect(run.items('ProcessMaker')).toMatchObject([{ ...request, status: 'ACTIVE', data: kept }]);
    expect(stored()).toEqual(kept);
    expect(JSON.parse(puts()[0]?.body ?? '')).toEqual({ data });
  });

  it('updates a Request by its case number with data given field by field, without Simplify', async () => {
    await started();
    const fields = { assignments: [{ id: 'a', name: 'order.total', value: '7', type: 'number' }] };
    const parameters = {
      request: locator('caseNumber', Number(harness.requests()[0]?.caseNumber)),
      dataMode: 'defineBelow',
      fields,
      options: { simplify: false },
    };
    const run = await update([{}], parameters);
    expect(run.items('ProcessMaker')).toMatchObject([
      { callable_id: 'ProcessId', data: { kept: 1, order: { total: 7 } } },
    ]);
  });
});

describe('deep updates', () => {
  it('merges objects field by field in a deep update, and writes no other field', async () => {
    const request = await started({ kept: 1, order: { lines: [1, 2], total: 5, buyer: { name: 'Ann' } } });
    const data = { order: { lines: [3], buyer: { city: 'Rome' } } };
    const run = await update([{ ...request, data }], deep);
    const order = { lines: [3], total: 5, buyer: { name: 'Ann', city: 'Rome' } };
    expect(run.items('ProcessMaker')).toMatchObject([{ data: { kept: 1, order } }]);
    expect(JSON.parse(puts()[0]?.body ?? '')).toEqual({ data: { order } });
  });

  it('makes a deep update of a Request without data', async () => {
    const request = await started({});
    await update([{ ...request, data: { order: { total: 1 } } }], deep);
    expect(stored()).toEqual({ order: { total: 1 } });
  });

  it('refuses a deep update that would write back a number that has lost digits', async () => {
    const request = await started({ order: { total: 1 } });
    harness.gateway.treat = ({ method, path }) =>
      method === 'GET' && path.includes('include=')
        ? respond(
            200,
            `{"data":[{"id":${Number(request.id)},"status":"ACTIVE","data":{"order":{"big":9007199254740993}}}],"meta":{"last_page":1}}`,
            { 'content-type': 'application/json' },
          )
        : undefined;
    const run = await update([{ ...request, data: { order: { total: 2 } } }], deep);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining("'order.big'") as string, outcome: 'notDone' },
    ]);
    expect(puts()).toEqual([]);
  });

  it('refuses a deep update of a field that ProcessMaker hides', async () => {
    const run = await update([{ id: 1, data: { _secret: { a: 1 } } }], deep);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining("'_secret' cannot be merged") as string },
    ]);
    expect(harness.gateway.calls).toEqual([]);
  });
});

it.each([
  ['shallow', ofItem],
  ['deep', deep],
])(
  'loses no field when several items update the same Request, and keeps the last value: %s',
  async (_, parameters) => {
    const request = await started();
    harness.gateway.treat = ({ method }) => (method === 'PUT' ? delay(20) : undefined);
    const input = Array.from({ length: 8 }, (__, n) => ({ ...request, data: { [`field${n}`]: n, last: n } }));
    const run = await update(input, parameters);
    expect(run.items('ProcessMaker')).toHaveLength(8);
    const fields = Object.fromEntries(input.map(({ data }, n) => [`field${n}`, data[`field${n}`]]));
    expect(stored()).toEqual({ kept: 1, ...fields, last: 7 });
  },
);

it('updates a Request in the order of the items that name it by id, case number and URL', async () => {
  const request = await started();
  const number = Number(harness.requests()[0]?.caseNumber);
  const parameters = {
    ...ofItem,
    request: { __rl: true, mode: '={{ $json.mode }}', value: '={{ $json.value }}' },
  };
  const input = [
    { mode: 'caseNumber', value: number },
    { mode: 'id', value: request.id },
    { mode: 'url', value: `${harness.gateway.url}/requests/${Number(request.id)}` },
  ].map((item, last) => ({ ...item, data: { last } }));
  await update(input, parameters);
  expect(puts().map(({ body }) => body)).toEqual(input.map(({ data }) => JSON.stringify({ data })));
});

it('leaves out fields that ProcessMaker sets itself, and says so in a hint', async () => {
  const request = await started();
  const run = await update([{ ...request, data: { x: 1, _user: { id: 9 }, _request: {} } }]);
  expect(JSON.parse(puts()[0]?.body ?? '')).toEqual({ data: { x: 1 } });
  expect(run.hints('ProcessMaker').join()).toMatch(/'_user' is not sent[^.]*\(item 0\)/);
});

it('names the values of an update that ProcessMaker stores in another form, and no others', async () => {
  const request = await started();
  const data = { empty: '', padded: ' x ', object: {}, tags: '<b>x</b>', braces: '{{ x }}' };
  const [hint, ...others] = (await update([{ ...request, data }])).hints('ProcessMaker');
  expect(hint).toMatch(
    /another form.*empty text.*field 'empty' of item 0.*spaces.*'padded'.*empty object.*'object'/,
  );
  expect(hint).not.toMatch(/tags|braces/);
  expect(others).toEqual([]);
});

it('names the permission that the user needs to update the data of a Request', async () => {
  const request = await started();
  const run = await update([{ ...request, data: { x: 1 } }], ofItem, 'limited');
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringMatching(/may not edit the data of Request .*'edit-request_data'/s) as string,
      httpStatus: 403,
      outcome: 'notDone',
    },
  ]);
});

it('updates the other Requests when one is missing, and pairs each with its item', async () => {
  const request = await started();
  const run = await update([
    { id: 999_999, data: { x: 1 } },
    { ...request, data: { x: 2 } },
  ]);
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining('There is no Request 999999 [item 0]') as string, outcome: 'notDone' },
  ]);
  expect(run.outputs('ProcessMaker')[0]).toMatchObject([{ json: request, pairedItem: { item: 1 } }]);
});

describe('an update whose response is lost', () => {
  it('recognizes from the data that an update with a lost response was made', async () => {
    const request = await started();
    harness.gateway.treat = ({ method }) => (method === 'PUT' ? resetAfter : undefined);
    const run = await update([{ ...request, data: { x: {}, list: [1.5] } }]);
    expect(run.items('ProcessMaker')).toMatchObject([{ data: { x: [], list: [1.5] } }]);
    expect(puts()).toHaveLength(1);
  });

  it('recognizes an update of values that ProcessMaker changes, although its response was lost', async () => {
    const request = await started();
    harness.gateway.treat = ({ method }) => (method === 'PUT' ? resetAfter : undefined);
    const jsonData = `{ "empty": "", "blank": "  ", "padded": " x\\u200b", "object": {}, "one": 1.0, "tags": "<b>{{ y }}</b>",
      "nested": { "list": [" z ", ""] }, "long": 12345678901234567 }`;
    const run = await update([request], { ...ofItem, jsonData });
    expect(run.items('ProcessMaker')).toMatchObject([
      {
        data: {
          empty: null,
          blank: null,
          padded: 'x',
          object: [],
          one: 1,
          tags: '<b>{{ y }}</b>',
          nested: { list: ['z', null] },
        },
      },
    ]);
    expect(puts()).toHaveLength(1);
  });

  it.each([
    ['the data does not show it', { x: 1 }, resetBefore],
    ['ProcessMaker hides the field', { _x: 1 }, resetAfter],
    ['one field is hidden, and the others had their values before', { kept: 1, _x: 1 }, resetBefore],
  ])(
    'reports an unknown outcome, without a second call, when an update is lost and %s',
    async (_, data, behaviour) => {
      const request = await started();
      harness.gateway.treat = ({ method }) => (method === 'PUT' ? behaviour : undefined);
      const run = await update([{ ...request, data }]);
      expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
      expect(puts()).toHaveLength(1);
    },
  );
});

it.each([
  ['shallow', ofItem],
  ['deep', deep],
])('does not make an update again that an earlier attempt made: %s', async (_, parameters) => {
  const request = await started();
  const input = [
    { ...request, data: { x: { y: 1 } } },
    { id: 999_999, data: { x: 1 } },
  ];
  const run = await harness.perform('request updateData', parameters, {
    input,
    user: 'operator',
    settings: AGAIN,
  });
  expect(run.error?.message).toContain('There is no Request 999999 [item 1]');
  expect(puts().filter(({ path }) => path.endsWith(`/${Number(request.id)}`))).toHaveLength(1);
});

it.each([
  ['no field', {}, /holds no field/],
  ['nothing but what ProcessMaker sets itself', { _user: {} }, /holds no field/],
  ['a list', [1], /'JSON' holds a list/],
  ['no JSON', '{', /not valid JSON/],
  ['half of a character', { x: '\ud800' }, /half of a character/],
  ['a parent', { _parent: {} }, /'_parent'/],
])('refuses to update data with %s before any call', async (_, data, message) => {
  const run = await update([{ id: 1, data }]);
  expect(failedItems(run)).toMatchObject([{ text: expect.stringMatching(message) as string }]);
  expect(harness.gateway.calls).toEqual([]);
});
