import fc from 'fast-check';
import type { IDataObject, INodeParameters, ResourceMapperFields } from 'n8n-workflow';
import { loadMapperFields } from '../support/editor';
import { factsOf } from '../support/failed-item';
import { mapped, mappedAutomatically } from '../support/form';
import { createWorkflow, ERROR_OUTPUT, failedItems, locator, PROCESS_MAKER } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const ORDER = { process: locator('id', 6), startEvent: locator('id', 'node_1') };
const EXPENSES = { process: locator('id', 31), startEvent: locator('id', 'journey') };

/** What a journey needs. */
const JOURNEY = {
  ...{ employee: 'Ann', costCentre: '4200', reason: 'Fair', travelDate: '2026-11-24', iban: 'DE1' },
};

let orderForm: ResourceMapperFields;
let expensesForm: ResourceMapperFields;

beforeAll(async () => {
  orderForm = await load(ORDER);
  expensesForm = await load(EXPENSES);
});

async function load(parameters: INodeParameters): Promise<ResourceMapperFields> {
  return await loadMapperFields(harness.engine, {
    nodeType: PROCESS_MAKER,
    method: 'getFormFields',
    credentials: harness.credentials(),
    parameters: { dataMode: 'mapFromForm', ...parameters },
  });
}

const additional = (...fields: Array<[name: string, value: unknown, type: string]>): INodeParameters => ({
  additionalFields: {
    assignments: fields.map(([name, value, type], id) => ({ id: String(id), name, value, type })),
  } as INodeParameters,
});

const order = (parameters: INodeParameters, input: unknown[] = [{}]) =>
  harness.start({ ...ORDER, ...parameters }, { input, settings: ERROR_OUTPUT });
const journey = (parameters: INodeParameters, input: unknown[] = [{}]) =>
  harness.start({ ...EXPENSES, ...parameters }, { input, settings: ERROR_OUTPUT });

/** Expects that each item fails with its text, before any call. */
async function expectRefused(run: ReturnType<typeof order>, ...says: RegExp[]): Promise<void> {
  const failed = failedItems(await run);
  expect(failed).toHaveLength(says.length);
  for (const [index, text] of says.entries()) {
    expect(failed[index]?.text).toMatch(text);
    expect(failed[index] && factsOf(failed[index])).toEqual({ outcome: 'notStarted' });
  }
  expect(harness.gateway.calls).toEqual([]);
}

describe('a checkbox', () => {
  const sentUrgent = async (value: string | boolean | null) => {
    await order(mapped(orderForm, { orderId: 'A', urgent: value }));
    return harness.sent().at(-1)?.urgent;
  };

  it('is sent as it is shown: true, false or not at all', async () => {
    expect(await sentUrgent(true)).toBe(true);
    expect(await sentUrgent(false)).toBe(false);
    expect(await sentUrgent(null)).toBeUndefined();
    expect(await sentUrgent('')).toBeUndefined();
  });

  it('takes the value of an expression as a saved switch does', async () => {
    const { fields } = orderForm;
    const saved = fields.map((field) =>
      field.id === 'urgent' ? { ...field, type: 'boolean' as const, options: undefined } : field,
    );
    for (const schema of [fields, saved]) {
      for (const value of ['={{ true }}', '={{ "true" }}', '={{ 1 }}']) {
        await order(mapped({ fields: schema }, { orderId: 'A', urgent: value }));
        expect(harness.sent().at(-1)?.urgent).toBe(true);
      }
    }
  });
});

describe('form fields that are mapped by hand', () => {
  it('sends form fields as the form would have stored them', async () => {
    await journey(
      mapped(expensesForm, {
        ...JOURNEY,
        travelDate: '2026-11-24T00:00:00',
        departure: '2026-11-24T09:30:00+01:00',
        total: '12.50',
        days: 3,
        meals: '["b","d"]',
        trips: '={{ $json.trips }}',
      }),
      [{ trips: [{ from: 'Bonn', to: 'Rome' }] }],
    );
    expect(harness.sent()).toEqual([
      {
        ...JOURNEY,
        departure: '2026-11-24T08:30:00.000Z',
        total: 12.5,
        days: 3,
        prepaid: false,
        meals: ['b', 'd'],
        trips: [{ from: 'Bonn', to: 'Rome' }],
      },
    ]);
    expect(harness.requests()).toHaveLength(1);
  });

  it.each([
    ['values, separated by commas', 'b, d', ['b', 'd']],
    ['labels', 'Lunch,Dinner', ['l', 'd']],
    ['a list as JSON', '["Breakfast"]', ['b']],
    ['a list of an expression', '={{ ["b", "l"] }}', ['b', 'l']],
    ['an empty list', '={{ [] }}', []],
  ])('sends what is chosen in a list when it is given by %s', async (_, meals, sent) => {
    await journey(mapped(expensesForm, { ...JOURNEY, meals }));
    expect(harness.sent()).toMatchObject([{ meals: sent }]);
  });

  it.each([
    [
      { meals: 'b, brunch' },
      /'Meals \(.*\)' in 'Values to Send' is "b, brunch".*separated by commas: b, l, d/s,
    ],
    [{ trips: 'Bonn' }, /'Trips \(.*\)' in 'Values to Send' is "Bonn".*a list as JSON/s],
    [{ trips: '[{"from"' }, /not a list that the form takes/],
  ])('sends no list that the form does not take: %j', async (values, says) => {
    await expectRefused(journey(mapped(expensesForm, { ...JOURNEY, ...values })), says);
  });

  it('evaluates the expressions in form fields for each item', async () => {
    const run = await order(
      mapped(orderForm, {
        orderId: '={{ $json.number }}',
        amount: '={{ $json.total }}',
        urgent: '={{ $json.rush }}',
      }),
      [
        { number: 'PO-1', total: '7', rush: 'true' },
        { number: 'PO-2', total: 0, rush: false },
      ],
    );
    expect(harness.sent()).toEqual(
      expect.arrayContaining([
        { orderId: 'PO-1', amount: 7, urgent: true },
        { orderId: 'PO-2', amount: 0, urgent: false },
      ]),
    );
    expect(run.items('ProcessMaker')).toHaveLength(2);
  });

  it.each(['={{ $json.missing }}', '={{ "" }}', '={{ " " }}', '={{ null }}'])(
    'does not send form fields when %s gives no value',
    async (nothing) => {
      await order(
        mapped(orderForm, { orderId: 'PO-1', amount: nothing, notes: nothing, due: nothing, color: nothing }),
      );
      expect(harness.sent()).toEqual([{ orderId: 'PO-1', urgent: false }]);
    },
  );

  it('does not send form fields that are left empty', async () => {
    await order(mapped(orderForm, { orderId: 'PO-1', amount: '', notes: ' ' }));
    expect(harness.sent()).toEqual([{ orderId: 'PO-1', urgent: false }]);
  });

  it('nests form fields whose names have dots', async () => {
    await harness.start(
      { process: locator('id', 4) },
      { input: [{ customer: { name: 'Ann', city: 'Bonn' }, n: 1 }] },
    );
    const target = { process: locator('id', 4), startEvent: locator('id', 'node_1') };
    const form = await load(target);
    harness.gateway.reset();
    await harness.start({
      ...target,
      ...mapped(form, { 'customer.name': 'Bob', 'customer.city': 'Rome', n: 2 }),
      ...additional(['customer.zip', '00100', 'string']),
    });
    expect(harness.sent()).toEqual([{ customer: { name: 'Bob', city: 'Rome', zip: '00100' }, n: 2 }]);
  });

  it.each([
    [
      'a date and time of an expression',
      '={{ DateTime.fromISO("2026-11-24T23:30:00", { zone: "America/Lima" }) }}',
    ],
    ['ISO text with its zone', '2026-11-24T23:30:00-05:00'],
    ['a date', '2026-11-24'],
  ])('keeps the day of %s in a date field', async (_, travelDate) => {
    await journey(mapped(expensesForm, { ...JOURNEY, travelDate }));
    expect(harness.sent()).toMatchObject([{ travelDate: '2026-11-24' }]);
  });

  it('reads a time without a zone in the time zone of the workflow', async () => {
    const parameters = { ...ORDER, ...mapped(orderForm, { orderId: 'PO-1', due: '2026-11-24 09:30:00' }) };
    const workflow = createWorkflow(
      [
        { name: 'Start', type: 'test.start' },
        { name: 'ProcessMaker', type: PROCESS_MAKER, parameters },
      ],
      [['Start', 'ProcessMaker']],
    );
    workflow.settings = { executionOrder: 'v1', timezone: 'Asia/Tokyo' };
    await harness.run(workflow, { input: [{}] });
    expect(harness.sent()).toMatchObject([{ due: '2026-11-24T00:30:00.000Z' }]);
  });

  it('converts other values to text in a text field, unless the switch is off', async () => {
    const values = { orderId: '={{ 4711 }}', notes: '={{ [1] }}' };
    await order(mapped(orderForm, values));
    await order(mapped(orderForm, values, { convertFieldsToString: false }));
    expect(harness.sent()).toMatchObject([
      { orderId: '4711', notes: '[1]' },
      { orderId: 4711, notes: [1] },
    ]);
  });

  it('refuses a value of another type when type conversion is off', async () => {
    await expectRefused(
      order(mapped(orderForm, { orderId: 'PO-1', amount: '={{ "7" }}' }, { attemptToConvertTypes: false })),
      /'Amount'.*"7".*number/,
    );
  });

  it('accepts a number for a choice with the same text', async () => {
    await journey(mapped(expensesForm, { ...JOURNEY, costCentre: '={{ 4200 }}' }));
    expect(harness.sent()).toMatchObject([{ costCentre: '4200' }]);
  });

  it.each<[string, INodeParameters, RegExp]>([
    ['number', { amount: '={{ "seven" }}' }, /'Amount'.*"seven".*number/],
    ['number', { amount: '={{ [7] }}' }, /'Amount'.*number/],
    ['boolean', { urgent: '={{ "maybe" }}' }, /'Urgent' in 'Values to Send'.*"maybe".*boolean/],
    ['date', { due: '={{ "tomorrow" }}' }, /'Due date'.*"tomorrow"/],
    ['choice', { color: '={{ "blue" }}' }, /'Color'.*"blue".*not a valid option of the form/],
  ])('refuses a form field whose value is not a valid %s', async (_, values, says) => {
    await expectRefused(
      order(mapped(orderForm, { orderId: 'PO-1', ...(values as Record<string, string>) })),
      says,
    );
  });

  it('names the choices of the form when a choice is not valid', async () => {
    const run = await harness.start({
      ...ORDER,
      ...mapped(orderForm, { orderId: 'PO-1', color: '={{ "blue" }}' }),
    });
    expect(run.error?.description).toMatch(/The form has: r, g/);
  });

  it('refuses items whose required form fields have no value, and names the fields by label', async () => {
    const values = { ...JOURNEY, employee: '={{ $json.who }}', iban: '={{ $json.iban }}' };
    await expectRefused(
      journey(mapped(expensesForm, values), [{ who: 'Ann' }, { who: '', iban: null }]),
      /^'IBAN' is required/,
      /^'Employee', 'IBAN' are required/,
    );
  });

  it('starts the other items when the form fields of some are not valid', async () => {
    const run = await order(
      mapped(orderForm, { orderId: '={{ $json.id }}', amount: '={{ $json.amount }}' }),
      [{ id: 'PO-1', amount: 1 }, { id: 'PO-2', amount: 'x' }, { amount: 3 }, { id: 'PO-4' }],
    );
    expect(harness.sent()).toHaveLength(2);
    expect(failedItems(run)).toHaveLength(2);
  });

  it('keeps n8n from running the workflow while a required form field is empty', async () => {
    const start = order(mapped(orderForm, { amount: 7 }));
    await expect(start).rejects.toThrow(/issues/);
    expect(harness.gateway.calls).toEqual([]);
  });

  it('does not change the input item when Additional Fields write into one of its objects', async () => {
    const input = [{ trips: [{ from: 'Bonn' }] }];
    const run = await journey(
      {
        ...mapped(expensesForm, { ...JOURNEY, trips: '={{ $json.trips }}' }),
        ...additional(['trips[1].from', 'Rome', 'string']),
      },
      input,
    );
    expect(harness.sent()).toMatchObject([{ trips: [{ from: 'Bonn' }, { from: 'Rome' }] }]);
    expect(run.items('Start')).toEqual(input);
  });

  it('sends any text in a form field unchanged', async () => {
    const number = { minLength: 1, maxLength: 20 };
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', ...number }), async (text) => {
        harness.gateway.reset();
        const run = await order(mapped(orderForm, { orderId: '={{ $json.text }}' }), [{ text }]);
        if (text.trim() === '') expect(failedItems(run)[0]?.text).toMatch(/required/);
        else expect(harness.sent()).toEqual([{ orderId: text, urgent: false }]);
      }),
      { numRuns: 25 },
    );
  });
});

describe('form fields that are mapped automatically', () => {
  it('maps the fields of the item that the form has automatically, in the types of the form', async () => {
    await order(mappedAutomatically(orderForm), [
      { orderId: 4711, amount: '7', urgent: 'true', due: '2026-11-24', other: 'x' },
    ]);
    expect(harness.sent()).toMatchObject([{ orderId: '4711', amount: 7, urgent: true }]);
    expect(Object.keys(harness.sent()[0] ?? {})).toEqual(['orderId', 'amount', 'urgent', 'due']);
  });

  it('maps fields automatically that are nested in the item or named by their path', async () => {
    await harness.start(
      { process: locator('id', 4) },
      { input: [{ customer: { name: 'Ann', city: 'Bonn' } }] },
    );
    const target = { process: locator('id', 4), startEvent: locator('id', 'node_1') };
    const form = await load(target);
    harness.gateway.reset();
    await harness.start(
      { ...target, ...mappedAutomatically(form) },
      {
        input: [{ customer: { name: 'Bob', city: 'Rome', vat: 1 } }, { 'customer.name': 'Eve' }],
      },
    );
    expect(harness.sent()).toEqual(
      expect.arrayContaining([{ customer: { name: 'Bob', city: 'Rome' } }, { customer: { name: 'Eve' } }]),
    );
  });

  it('does not map the fields of later forms automatically', async () => {
    const input: IDataObject[] = [{ ...JOURNEY, approved: true }];
    await journey(mappedAutomatically(expensesForm), input);
    expect(harness.sent()).toEqual([JOURNEY]);
  });

  it('refuses an automatically mapped item without a required field or with a value of another type', async () => {
    await expectRefused(
      order(mappedAutomatically(orderForm), [{ amount: 7 }, { orderId: 'PO-2', amount: 'x' }]),
      /^'Order Id' is required/,
      /'Amount'/,
    );
  });

  it.each([
    ['a list', [{ orderId: 'PO-1' }]],
    ['a string', 'PO-1'],
    ['a number', 12],
    ['a boolean', true],
  ])('refuses an automatically mapped item whose JSON is %s', async (kind, json) => {
    const says = new RegExp(`^The JSON of the item is ${kind}, not an object with fields`);
    await expectRefused(order(mappedAutomatically(orderForm), [json]), says);
  });

  it('refuses to map fields automatically when the form is not known', async () => {
    await expectRefused(
      order(mappedAutomatically({ fields: [] }), [{ orderId: 1 }]),
      /shows no field of a form/,
    );
  });
});

describe('Additional Fields', () => {
  it('sends Additional Fields beside those of the form', async () => {
    await order({
      ...mapped(orderForm, { orderId: 'PO-1' }),
      ...additional(['source', 'n8n', 'string'], ['meta.count', '7', 'number'], ['none', null, 'string']),
    });
    expect(harness.sent()).toEqual([
      { orderId: 'PO-1', urgent: false, source: 'n8n', meta: { count: 7 }, none: null },
    ]);
  });

  it('starts a Request with Additional Fields alone', async () => {
    const formFields = mapped({ fields: [] }, {});
    await order({ ...formFields, ...additional(['source', 'n8n', 'string']) });
    expect(harness.sent()).toEqual([{ source: 'n8n' }]);
  });

  it('sends an Additional Field in place of a form field that is left empty', async () => {
    await order({
      ...mapped(orderForm, { orderId: 'PO-1', amount: '' }),
      ...additional(['amount', 7, 'number']),
    });
    expect(harness.sent()).toMatchObject([{ amount: 7 }]);
  });

  it.each([
    ['a value of the form again', 'orderId', /'orderId' is given twice/],
    ['a part of a plain value of the form', 'orderId.part', /'orderId' a plain value/],
    ['no name', ' ', /'Additional Fields' has no name/],
  ])('refuses an Additional Field that gives %s', async (_, name, says) => {
    await expectRefused(
      order({ ...mapped(orderForm, { orderId: 'PO-1' }), ...additional([name, 'x', 'string']) }),
      says,
    );
  });
});

it('starts no Request when neither form fields nor Additional Fields give a value', async () => {
  await expectRefused(order(mapped({ fields: [] }, {})), /No value is given/);
});
