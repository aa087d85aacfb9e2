import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startProcessMaker, type JsonObject, type ProcessMaker } from '../../processmaker';
import { bpmn, endEvent, formTask, line, startEvent } from '../../processmaker/fixtures/bpmn';

const PURCHASE_ORDER = 21;
const CONTRACT = 41;
const MARKUP = `"><script>alert('x')</script>`;

let processMaker: ProcessMaker;

beforeEach(async () => (processMaker = await startProcessMaker({ demo: true })));
afterEach(() => processMaker.close());

const api = (method: string, route: string, body?: JsonObject): Promise<Response> =>
  fetch(`${processMaker.url}/api/1.0${route}`, {
    method,
    headers: {
      Authorization: `Bearer ${processMaker.tokens.limited}`,
      'Content-Type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function start(processId: number, event: string, data: JsonObject = {}): Promise<number> {
  const response = await api('POST', `/process_events/${processId}?event=${event}`, data);
  return ((await response.json()) as { id: number }).id;
}

async function show(route: string): Promise<string> {
  const response = await fetch(processMaker.url + route);
  expect(response.status).toBe(200);
  return response.text();
}

/** Sends the form of a page, and gives the path of the page that comes next. */
async function send(
  route: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<{ status: number; next: string | null }> {
  const body = new URLSearchParams(form);
  const response = await fetch(processMaker.url + route, {
    method: 'POST',
    body,
    headers,
    redirect: 'manual',
  });
  return { status: response.status, next: response.headers.get('location') };
}

const linkTo = (page: string, name: string): string =>
  new RegExp(`href="([^"]+)">${name}<`).exec(page)?.[1] ?? `no link to ${name}`;

test('the home page links the processes, open Tasks and Requests, and shows the tokens', async () => {
  const id = await start(PURCHASE_ORDER, 'new_order', { amount: 2000 });
  const page = await show('/');
  expect(linkTo(page, 'Approve purchase order')).toMatch(/^\/tasks\/\d+\/edit$/);
  expect(linkTo(page, `Purchase order approval #${id}`)).toBe(`/requests/${id}`);
  expect(linkTo(page, 'Purchase order approval')).toBe(`/process-browser/${PURCHASE_ORDER}`);
  for (const token of Object.values(processMaker.tokens)) expect(page).toContain(token);
  expect(page).toContain(processMaker.url);
});

test('the page of a Request shows its status, its data without hidden keys, and its Tasks', async () => {
  const id = await start(PURCHASE_ORDER, 'new_order', { amount: 2000, _hidden: 'secret' });
  const page = await show(`/requests/${id}`);
  expect(page).toContain('ACTIVE');
  expect(page).toContain('&quot;amount&quot;: 2000');
  expect(page).not.toContain('secret');
  expect(linkTo(page, 'Approve purchase order')).toMatch(/^\/tasks\/\d+\/edit$/);
});

test('no page lets markup through from a process, a Task, a form or data, and none may load anything', async () => {
  const { id: processId } = await processMaker.addProcess({
    name: `Process ${MARKUP}`,
    description: MARKUP,
    bpmn: bpmn(
      [startEvent('a', MARKUP, '3'), formTask('b', MARKUP, '3', '28'), endEvent('c', 'End')],
      line('a', 'b', 'c'),
    ),
  });
  const id = await start(processId, 'a', { nested: { answer: MARKUP }, answer: 'x' });
  await api('PUT', `/requests/${id}`, { data: { answer: MARKUP } });
  const task = processMaker.tasks()[0]?.id;
  processMaker.failRequest(id, MARKUP);
  const paths = ['/', `/requests/${id}`, '/cases/1', `/tasks/${task}/edit`, `/process-browser/${processId}`];
  for (const route of paths) {
    const response = await fetch(processMaker.url + route);
    const page = await response.text();
    expect(page).toContain('&lt;script&gt;alert(');
    expect(page).not.toContain('<script');
    expect(page).not.toMatch(/(src|href)="https?:/);
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-/,
    );
  }
});

test('a Task that is completed on its page moves its Request on with the values of its form', async () => {
  const id = await start(PURCHASE_ORDER, 'new_order', { amount: 2000 });
  const task = linkTo(await show('/'), 'Approve purchase order');
  const form = await show(task);
  expect(form).toContain('name="approved"');
  expect(form).toContain('name="comment"');
  expect(await send(task, { approved: 'true', comment: 'Fine' })).toEqual({
    status: 302,
    next: `/requests/${id}`,
  });
  expect(processMaker.requests()[0]).toMatchObject({ data: { approved: true, comment: 'Fine' } });
  const home = await show('/');
  expect(home).not.toContain('Approve purchase order');
  await send(linkTo(home, 'Place the order'), { orderNumber: 'A-1' });
  expect(processMaker.requests()[0]).toMatchObject({ status: 'COMPLETED', data: { orderNumber: 'A-1' } });
});

test('a Request that is started on the page of its process has the values of the form', async () => {
  const travel = linkTo(await show('/'), 'Travel expense report');
  const page = await show(travel);
  for (const name of ['meals[]', 'trips', 'receipts', 'iban']) expect(page).toContain(`name="${name}"`);
  expect(page).toContain('Employee *');
  const { status, next } = await send(`${travel}?event=journey`, {
    employee: 'Ada',
    total: '12.5',
    costCentre: '4100',
    'meals[]': 'l',
    iban: 'DE02',
    trips: '[{"from":"Bern","to":"Rome"}]',
  });
  expect(status).toBe(302);
  expect(next).toMatch(/^\/requests\/\d+$/);
  expect(processMaker.requests()[0]).toMatchObject({
    processName: 'Travel expense report',
    userId: 3,
    data: {
      employee: 'Ada',
      total: 12.5,
      costCentre: '4100',
      meals: ['l'],
      iban: 'DE02',
      trips: [{ from: 'Bern', to: 'Rome' }],
    },
  });
  expect((await send(`${travel}?event=unknown`, {})).status).toBe(404);
});

test('a form that another site sends, or that comes by another name of the machine, changes nothing', async () => {
  await start(PURCHASE_ORDER, 'new_order', { amount: 2000 });
  const task = linkTo(await show('/'), 'Approve purchase order');
  for (const headers of [{ origin: 'https://elsewhere.example' }, { origin: 'null' }]) {
    expect((await send(task, {}, headers)).status).toBe(403);
  }
  expect((await send('/process-browser/21?event=new_order', {}, { origin: 'null' })).status).toBe(403);
  // Such as a name of another site that has been made to lead to this machine.
  const { port } = new URL(processMaker.url);
  const call = request(processMaker.url + task, {
    method: 'POST',
    headers: { host: `site.example:${port}`, origin: `http://site.example:${port}` },
  }).end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  expect(response.resume().statusCode).toBe(403);
  expect(processMaker.requests()).toHaveLength(1);
  expect(processMaker.tasks()).toHaveLength(1);
  expect((await send(task, {}, { origin: processMaker.url })).status).toBe(302);
});

test('completing the Task of the contract calls the URL of the sleeping n8n, and the page of the Request says so', async () => {
  const n8n = createServer((_request, response) => response.end('{"woken":true}'));
  n8n.listen(0, '127.0.0.1');
  await once(n8n, 'listening');
  const url = `http://127.0.0.1:${(n8n.address() as AddressInfo).port}/webhook-waiting/5`;
  try {
    const id = await start(CONTRACT, 'received', { _n8n_resume_url: `${url}?signature=abc` });
    expect(await show(`/requests/${id}`)).toContain('sleeps until this Request calls it');
    expect(await show('/')).toContain('wakes n8n');
    const called = once(n8n, 'request');
    await send(linkTo(await show('/'), 'Approve the contract'), { approved: 'true' });
    await called;
    while (processMaker.requests()[0]?.status === 'ACTIVE') await new Promise((done) => setTimeout(done, 5));
    const page = await show(`/requests/${id}`);
    expect(page).toContain(`has called <code>${url}</code>`);
    expect(page).not.toContain('signature');
    expect(page).not.toContain('sleeps until');
  } finally {
    n8n.close();
  }
});

test('what was started is there after a restart with the same database, without the URLs of an n8n that is gone', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'processmaker-pages-'));
  const database = path.join(folder, 'processmaker.sqlite');
  try {
    await processMaker.close();
    processMaker = await startProcessMaker({ demo: true, database });
    const id = await start(CONTRACT, 'received', { contract: 'C-1', _n8n_resume_url: 'http://127.0.0.1:1/' });
    await processMaker.close();
    processMaker = await startProcessMaker({ demo: true, database });
    expect(linkTo(await show('/'), `Contract approval #${id}`)).toBe(`/requests/${id}`);
    await send(linkTo(await show('/'), 'Approve the contract'), {});
    while (processMaker.requests()[0]?.status === 'ACTIVE') await new Promise((done) => setTimeout(done, 5));
    expect(processMaker.requests()[0]).toMatchObject({ status: 'COMPLETED', data: { contract: 'C-1' } });
    expect(processMaker.scriptStatuses).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the demo has the processes that a company could have, and no fixture', async () => {
  const response = await api('GET', '/start_processes?per_page=100');
  const { data } = (await response.json()) as { data: { name: string }[] };
  expect(data.map(({ name }) => name).sort()).toEqual([
    'Agent tool review',
    'Contract approval',
    'Employee onboarding',
    'Goods delivery',
    'Help desk ticket',
    'Invoice approval',
    'Payment run',
    'Purchase order approval',
    'Travel expense report',
  ]);
  const page = await show('/');
  for (const { name } of data) expect(page).toContain(name);
  expect(page).not.toMatch(/single start|K invalid|Automatic contract/);
});
