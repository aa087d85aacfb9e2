import type { INodeParameters, ResourceMapperFields } from 'n8n-workflow';
import { bpmn, endEvent, formTask, line, startEvent, type Element } from '../processmaker/fixtures/bpmn';
import { loadMapperFields } from '../support/editor';
import { mapped } from '../support/form';
import { respond, redirect } from '../support/gateway';
import { locator, PROCESS_MAKER } from '../support/workflows';
import { useHarness, type User, type Harness } from '../support/harness';

const LIMITED = '3';
const CHECKBOX = [
  { name: 'Not Sent', value: '' },
  { name: 'True', value: true },
  { name: 'False', value: false },
];

/** What the labels of lists say of them. */
const LIST_LABELS = {
  meals: 'Meals (list of b = Breakfast, l = Lunch, d = Dinner)',
  trips: 'Trips (list of from, to, distance)',
  receipts: 'Receipts (list of shop, price)',
};

const harness = useHarness();

function fieldsIn(
  place: Harness,
  process: INodeParameters[string],
  user?: User,
  parameters: INodeParameters = {},
): Promise<ResourceMapperFields> {
  return loadMapperFields(place.engine, {
    nodeType: PROCESS_MAKER,
    method: 'getFormFields',
    credentials: place.credentials(user),
    parameters: { dataMode: 'mapFromForm', process, ...parameters },
  });
}

const fieldsOf = (process: number, user?: User, parameters?: INodeParameters) =>
  fieldsIn(harness, locator('id', process), user, parameters);

const ids = ({ fields }: ResourceMapperFields) => fields.map(({ id }) => id);
const shown = ({ fields }: ResourceMapperFields) =>
  fields.filter(({ removed }) => !removed).map(({ id }) => id);
const types = ({ fields }: ResourceMapperFields) =>
  Object.fromEntries(fields.map(({ id, type }) => [id, type]));
const calledPaths = () => harness.gateway.calls.map(({ path }) => path);

/** A process whose start events have these forms. */
async function addProcess(name: string, forms: Record<string, string | undefined>): Promise<number> {
  const starts = Object.entries(forms).map(([id, screenRef]): Element => {
    const start = startEvent(id, id, LIMITED);
    return { ...start, pm: { ...start.pm, ...(screenRef !== undefined && { screenRef }) } };
  });
  const flows = starts.flatMap(({ id }) => line(id, 'end'));
  const { id } = await harness.server.addProcess({
    name,
    bpmn: bpmn([...starts, endEvent('end', 'End')], flows),
  });
  return id;
}

describe('a process that begins with a form', () => {
  it('offers the fields of the first form, with label, type, choices and whether they are required', async () => {
    const { fields } = await fieldsOf(6);
    expect(fields).toMatchObject([
      { id: 'orderId', displayName: 'Order Id', type: 'string', required: true },
      { id: 'amount', displayName: 'Amount', type: 'number', required: false },
      { id: 'qty', type: 'number', required: false },
      { id: 'notes', type: 'string', required: false },
      { id: 'urgent', type: 'options', required: false, defaultValue: false, options: CHECKBOX },
      { id: 'due', type: 'dateTime', required: false },
      {
        id: 'color',
        type: 'options',
        options: [
          { name: 'Red', value: 'r' },
          { name: 'Green', value: 'g' },
        ],
      },
    ]);
  });

  it('loads only start events, form and variables of a process when the form shows all variables', async () => {
    await fieldsOf(6);
    expect(calledPaths()).toEqual([
      expect.stringContaining('/start_processes?'),
      '/api/1.0/screens/3',
      expect.stringContaining('/api/1.1/processes/variables?processIds=6&per_page=100'),
    ]);
  });

  it('offers a list as one field, and the fields inside columns and nested forms one by one', async () => {
    const form = await fieldsOf(31);
    expect(shown(form)).toEqual([
      ...['employee', 'costCentre', 'reason', 'total', 'days', 'mileage', 'travelDate', 'departure'],
      ...['prepaid', 'meals', 'trips', 'receipts', 'iban', 'accountHolder'],
    ]);
    expect(types(form)).toMatchObject({
      costCentre: 'options',
      // n8n draws a list as JSON, which is red while it is empty.
      meals: 'string',
      trips: 'string',
      receipts: 'string',
      mileage: 'number',
    });
    expect(form.fields.filter(({ required }) => required).map(({ id }) => id)).toEqual([
      ...['employee', 'costCentre', 'reason', 'travelDate', 'iban'],
    ]);
  });

  it('says in the label of a list what it holds: the values to choose from, or the columns of its rows', async () => {
    const { fields } = await fieldsOf(31);
    const labels = Object.fromEntries(fields.map(({ id, displayName }) => [id, displayName]));
    expect(labels).toMatchObject(LIST_LABELS);
    // Nothing that a person has not filled in is sent.
    for (const id of Object.keys(LIST_LABELS)) {
      expect(fields.find((field) => field.id === id)).not.toHaveProperty('defaultValue');
    }
  });

  it('offers the fields of later forms without showing them', async () => {
    const { fields } = await fieldsOf(31);
    expect(fields.filter(({ removed }) => removed)).toMatchObject([
      { id: 'approved', type: 'options', required: false, defaultValue: null, options: CHECKBOX },
      { id: 'comment', type: 'string', required: false },
    ]);
  });

  it('offers the fields of the form of the chosen start event', async () => {
    const id = await addProcess('Two forms', { travel: '33', order: '3' });
    expect(shown(await fieldsOf(id, 'limited', { startEvent: locator('list', 'travel') }))).toEqual([
      ...['iban', 'accountHolder'],
    ]);
    expect(shown(await fieldsOf(id, 'limited', { startEvent: locator('id', 'order') }))).toContain('orderId');
  });

  it('offers the variables of the process when the token may not read the form', async () => {
    harness.gateway.treat = ({ path }) =>
      path.includes('/screens/') ? respond(403, { message: 'This action is unauthorized.' }) : undefined;
    const form = await fieldsOf(6);
    expect(types(form)).toMatchObject({
      orderId: 'string',
      urgent: 'options',
      color: 'string',
      due: 'dateTime',
    });
    expect(ids(form)).not.toContain('attachment');
  });
});

it('offers checkboxes to a model as switches, those that nobody has to see only under "Add field"', async () => {
  const call = {
    nodeType: `${PROCESS_MAKER}Tool`,
    method: 'getFormFields',
    credentials: harness.credentials(),
  };
  const load = async (process: number) => {
    const parameters = { dataMode: 'mapFromForm', process: locator('id', process) };
    const { fields } = await loadMapperFields(harness.engine, { ...call, parameters });
    return fields;
  };
  expect((await load(6)).find(({ id }) => id === 'urgent')).toMatchObject({
    type: 'boolean',
    defaultValue: false,
  });
  expect((await load(31)).find(({ id }) => id === 'approved')).toMatchObject({
    type: 'boolean',
    removed: true,
    defaultValue: false,
  });
});

it('adds the variable to the labels of fields that have the same one', async () => {
  const { fields } = await fieldsOf(31);
  const labels = fields.map(({ displayName }) => displayName);
  expect(new Set(labels).size).toBe(labels.length);
  expect(labels).toContain('Day of travel');
});

describe('a process whose first form is that of a task', () => {
  it('offers the fields of the forms of its Tasks only under "Add field", with the name of the Task', async () => {
    const known = () => fieldsOf(2);
    expect(shown(await known())).toEqual([]);
    const [first] = (await known()).fields;
    expect(first).toMatchObject({ id: 'orderId', displayName: 'Order Id · later form' });
    await harness.start({ process: locator('id', 2) });
    const { fields } = await known();
    expect(fields.every(({ removed }) => removed)).toBe(true);
    expect(fields[0]).toMatchObject({ id: 'orderId', displayName: 'Order Id · Form Task' });
  });

  it('offers the variables of a process whose first form is at a task, none of them required', async () => {
    const id = (
      await harness.server.addProcess({
        name: 'A form at its task',
        bpmn: bpmn(
          [
            startEvent('start', 'Start', LIMITED),
            formTask('task', 'Task', LIMITED, '3'),
            endEvent('end', 'End'),
          ],
          line('start', 'task', 'end'),
        ),
      })
    ).id;
    const form = await fieldsOf(id);
    expect(types(form)).toEqual({
      ...{ orderId: 'string', amount: 'number', qty: 'number', notes: 'string' },
      ...{ urgent: 'options', due: 'dateTime', color: 'string' },
    });
    expect(form.fields.every(({ required }) => !required)).toBe(true);
    // A checkbox of a later form has no value until somebody gives it one.
    expect(form.fields.find(({ id: name }) => name === 'urgent')).toMatchObject({ defaultValue: null });
  });

  it('offers the choices of the form at a task once the user has had such a task', async () => {
    await harness.start({ process: locator('id', 2) });
    const { fields } = await fieldsOf(2);
    expect(fields.find(({ id }) => id === 'color')).toMatchObject({
      type: 'options',
      options: [{ value: 'r' }, { value: 'g' }],
      required: false,
    });
  });
});

describe('a process without a form', () => {
  it('offers the data of the latest Requests of a process without a form, with types by their values', async () => {
    const data = {
      number: 'PO-1',
      total: 12.5,
      urgent: true,
      customer: { name: 'Ann', address: { city: 'Bonn' } },
      lines: [{ sku: 'a' }],
      day: '2026-11-24',
      at: '2026-11-24T09:30:00+01:00',
      note: null,
    };
    await harness.start({ process: locator('id', 4) }, { input: [{ note: 7, older: 'x' }] });
    await harness.start({ process: locator('id', 4) }, { input: [data] });
    const form = await fieldsOf(4);
    expect(types(form)).toEqual({
      ...{ number: 'string', total: 'number', urgent: 'options', lines: 'string', note: 'number' },
      ...{ 'customer.name': 'string', 'customer.address.city': 'string', day: 'dateTime', at: 'dateTime' },
      older: 'string',
    });
    expect(form.fields.find(({ id }) => id === 'day')).toMatchObject({ dateOnly: true });
    expect(form.fields.every(({ required }) => !required)).toBe(true);
  });

  it('leaves out variables whose names cannot be written as a path', async () => {
    const id = await addProcess('Odd names', { start: undefined });
    await harness.start({
      process: locator('id', id),
      dataMode: 'json',
      jsonData: '{"a.b":1,"c[0]":2,"":3,"_own":4,"d\\"e":5,"kept":6}',
    });
    expect(ids(await fieldsOf(id))).toEqual(['kept']);
  });

  it('says that no field is known when there is neither a form nor a Request', async () => {
    const id = await addProcess('Never started', { start: undefined });
    const form = await fieldsOf(id);
    expect(form.fields).toEqual([]);
    expect(form.emptyFieldsNotice).toMatch(/no form.*Additional Fields/s);
  });

  it('offers only the data of Requests that the user of the credential may see', async () => {
    const id = await addProcess('Started by the administrator', { start: undefined });
    await harness.start({ process: locator('id', id) }, { user: 'admin', input: [{ secret: 1 }] });
    expect(ids(await fieldsOf(id, 'admin'))).toEqual(['secret']);
    expect(ids(await fieldsOf(id, 'limited'))).toEqual([]);
  });
});

describe('the process', () => {
  it.each([
    ['list', 6],
    ['id', 6],
    ['name', 'E start with screen'],
  ])('offers the form fields of a process that is given by %s', async (mode, value) => {
    expect(ids(await fieldsIn(harness, locator(mode, value)))).toContain('orderId');
  });

  it('offers the form fields of a process that is given by URL, of the same instance only', async () => {
    const page = '/process-browser/6';
    expect(ids(await fieldsIn(harness, locator('url', `${harness.gateway.url}${page}`)))).toContain(
      'orderId',
    );
    await expect(fieldsIn(harness, locator('url', `https://acme.example${page}`))).rejects.toThrow(
      /acme\.example/,
    );
  });

  it('offers the form fields of a process that the user may not start', async () => {
    expect(ids(await fieldsOf(6, 'nobody'))).toContain('orderId');
  });

  it.each([
    ['is not chosen yet', locator('list', ''), /Choose a process/],
    [
      'is an expression',
      locator('id', '={{ $json.process }}'),
      /execute the nodes before this one, then close this panel and open it again/,
    ],
  ])('asks for a process without a call when the process %s', async (_, process, notice) => {
    const form = await fieldsIn(harness, process);
    expect(form).toMatchObject({ fields: [], emptyFieldsNotice: expect.stringMatching(notice) as unknown });
    expect(harness.gateway.calls).toEqual([]);
  });

  it('says that a process that is given by name does not exist', async () => {
    await expect(fieldsIn(harness, locator('name', 'No such process'))).rejects.toThrow(/No such process/);
  });

  it('keeps the fields that are saved while the process is an expression without a value', async () => {
    const { fields } = await fieldsOf(6);
    harness.gateway.calls.length = 0;
    const saved = mapped({ fields }, { orderId: 'A' });
    for (const process of [locator('id', '={{ $json.process }}'), locator('list', '')]) {
      const form = await fieldsIn(harness, process, undefined, saved);
      expect(form).toMatchObject({ fields });
    }
    expect(harness.gateway.calls).toEqual([]);
  });

  it.each(['formFields', 'startEvent', 'file', 'event'])(
    'does not let the editor empty the parameter %s when the value of an expression changes',
    (name) => {
      const { properties } = harness.engine.nodeTypes.getByName(PROCESS_MAKER).description;
      const parameters = properties.filter((one) => one.name === name);
      expect(parameters).not.toEqual([]);
      const names = parameters.flatMap(({ typeOptions }) => typeOptions?.loadOptionsDependsOn ?? []);
      expect(names.filter((one) => /value/.test(one))).toEqual([]);
      expect(
        parameters.map(({ typeOptions }) => typeOptions?.resourceMapper?.refreshStaleSchemaOnOpen),
      ).not.toContain(true);
    },
  );

  it('makes the editor load the fields again when another process or start event is chosen', () => {
    const { properties } = harness.engine.nodeTypes.getByName(PROCESS_MAKER).description;
    const parameter = properties.find(({ name }) => name === 'formFields');
    expect(parameter?.typeOptions).toMatchObject({
      loadOptionsDependsOn: ['process.cachedResultName', 'startEvent.cachedResultName', 'authentication'],
    });
  });
});

describe('a response that is not usable', () => {
  const REFUSALS = [
    ['a wrong token', respond(401, { error: 'Unauthenticated.' }), /token/],
    ['a missing permission', respond(403, { message: 'This action is unauthorized.' }), /allow/],
    ['a foreign response', respond(200, '<html></html>'), /ProcessMaker/],
    ['a list of another kind', respond(200, { data: 'none' }), /not a list/],
    ['a redirect', redirect(302, 'https://elsewhere.example/login'), /elsewhere\.example/],
    ['a failing server', respond(500, { message: 'Server Error' }), /500/],
  ] as const;

  it.each(
    ['/start_processes', '/processes/variables', '/api/1.0/requests'].flatMap((route) =>
      REFUSALS.map(([what, behaviour, says]) => ({ route, what, behaviour, says })),
    ),
  )('shows $what at $route instead of an empty list of fields', async ({ route, behaviour, says }) => {
    harness.gateway.treat = ({ path }) => (path.includes(route) ? behaviour : undefined);
    await expect(fieldsOf(4)).rejects.toThrow(says);
  });

  it('shows a failing server at a screen instead of an empty list of fields', async () => {
    harness.gateway.treat = ({ path }) =>
      path.includes('/screens/') ? respond(500, { message: 'Server Error' }) : undefined;
    await expect(fieldsOf(6)).rejects.toThrow(/500/);
  });
});

describe('a server before 4.14.2, which cannot list variables', () => {
  const older = useHarness({ version: '4.11.0' });

  it('offers the form of the start event on a server that cannot list variables', async () => {
    const form = await fieldsIn(older, locator('id', 6));
    expect(types(form)).toMatchObject({ orderId: 'string', color: 'options' });
  });

  it('offers the forms of tasks that the user has had on a server that cannot list variables', async () => {
    await older.start({ process: locator('id', 2) });
    expect(types(await fieldsIn(older, locator('id', 2)))).toMatchObject({
      orderId: 'string',
      color: 'options',
    });
  });

  it('offers the data of the latest Requests on a server that cannot list variables', async () => {
    await older.start({ process: locator('id', 4) }, { input: [{ number: 'PO-1' }] });
    expect(ids(await fieldsIn(older, locator('id', 4)))).toEqual(['number']);
  });
});
