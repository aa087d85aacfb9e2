import { startProcessMaker, type ProcessMaker } from '../../processmaker';
import { reaches } from '../../processmaker/routes/version';

interface Variable {
  field: string;
  format: string;
  isSubmitButton: boolean;
}

let processMaker: ProcessMaker;
let older: ProcessMaker;

beforeAll(async () => {
  processMaker = await startProcessMaker();
  older = await startProcessMaker({ version: '4.11.3' });
});

afterAll(async () => {
  await processMaker.close();
  await older.close();
});

async function get(server: ProcessMaker, path: string): Promise<{ status: number; body: unknown }> {
  const headers = { authorization: `Bearer ${server.tokens.admin}`, accept: 'application/json' };
  const response = await fetch(`${server.url}/api/${path}`, { headers });
  return { status: response.status, body: await response.json() };
}

async function variables(query: string): Promise<{ data: Variable[]; meta: { total: number } }> {
  const { body } = await get(processMaker, `1.1/processes/variables?${query}`);
  return body as { data: Variable[]; meta: { total: number } };
}

test('the variables of a form are flat: loops, their fields and buttons stand side by side', async () => {
  const { data } = await variables('processIds=31&per_page=100');
  const formats = Object.fromEntries(data.map(({ field, format }) => [field, format]));
  expect(formats).toMatchObject({
    'data.employee': 'string',
    'data.travelDate': 'date',
    'data.departure': 'datetime',
    'data.total': 'currency',
    'data.prepaid': 'boolean',
    'data.trips': 'string',
    'data.from': 'string',
    'data.receipts': 'array',
    'data.price': 'currency',
    'data.iban': 'string',
    'data.receiptScan': 'file',
  });
  expect(data.filter((variable) => variable.isSubmitButton).map(({ field }) => field)).toEqual([
    'data.sendReport',
  ]);
});

test('a screen inside of another one is listed twice', async () => {
  const { data } = await variables('processIds=31&per_page=100');
  expect(data.filter(({ field }) => field === 'data.iban')).toHaveLength(2);
});

test('pages of variables follow one another', async () => {
  const all = await variables('processIds=31,2&per_page=100');
  const first = await variables('processIds=31,2&per_page=20');
  const second = await variables('processIds=31,2&per_page=20&page=2');
  expect([...first.data, ...second.data]).toEqual(all.data);
  expect(second.meta.total).toBe(all.data.length);
});

test.each(['1.1/processes/variables?processIds=2', '1.0/users/configuration'])(
  'an older server has no %s',
  async (path) => {
    expect((await get(processMaker, path)).status).toBe(200);
    expect((await get(older, path)).status).toBe(404);
  },
);

test.each([
  ['4.14.2', '4.14.2', true],
  ['4.15.0', '4.14.2', true],
  ['4.14.10', '4.14.2', true],
  ['4.9.9', '4.14.2', false],
  ['4.14', '4.14.2', false],
])('%s reaches %s: %s', (version, since, expected) => {
  expect(reaches(version, since)).toBe(expected);
});

test('the drawing of a process comes as a file, to those who may view processes', async () => {
  const drawing = async (token: string, id: number): Promise<Response> =>
    fetch(`${processMaker.url}/api/1.0/processes/${id}/bpmn`, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    });
  const { admin, operator, limited } = processMaker.tokens;
  const response = await drawing(operator, 13);
  expect(response.headers.get('content-disposition')).toBe('attachment; filename=bpmnProcess.bpmn');
  expect(response.headers.get('content-type')).toBe('text/html; charset=UTF-8');
  expect(await response.text()).toContain('<bpmn:intermediateCatchEvent id="node_4"');
  expect((await drawing(limited, 13)).status).toBe(403);
  expect((await drawing(admin, 999)).status).toBe(404);
});
