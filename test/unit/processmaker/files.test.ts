import { startProcessMaker, type ProcessMaker } from '../../processmaker';
import { mimeTypeOf } from '../../processmaker/files/mime';

let processMaker: ProcessMaker;

beforeAll(async () => {
  processMaker = await startProcessMaker({ uploadLimitBytes: 1024 * 1024 });
});

afterAll(() => processMaker.close());

const call = (path: string, method = 'GET', body?: FormData): Promise<Response> =>
  fetch(`${processMaker.url}/api/1.0${path}`, {
    method,
    headers: { authorization: `Bearer ${processMaker.tokens.limited}`, accept: 'application/json' },
    ...(body === undefined ? {} : { body }),
  });

async function newRequest(): Promise<number> {
  const started = (await (await call('/process_events/2?event=node_1', 'POST')).json()) as { id: number };
  return started.id;
}

async function upload(request: number, name: string, bytes: Buffer, dataName: string): Promise<Response> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)]), name);
  return call(`/requests/${request}/files?data_name=${dataName}`, 'POST', form);
}

const idOf = async (response: Response): Promise<number> =>
  ((await response.json()) as { fileUploadId: number }).fileUploadId;

test('a PDF with JavaScript in it is refused without a word, any other is kept', async () => {
  const request = await newRequest();
  const pdf = (action: string): Buffer =>
    Buffer.from(`%PDF-1.4\n1 0 obj<</OpenAction<</S/${action}>>>>endobj`);
  const refused = await upload(request, 'js.pdf', pdf('JavaScript/JS(app.alert(1))'), 'p');
  expect([refused.status, await refused.json()]).toEqual([500, { errors: { message: '' } }]);
  expect((await upload(request, 'link.pdf', pdf('GoTo'), 'p')).status).toBe(200);
});

test('every byte comes back, under the name that was given', async () => {
  const request = await newRequest();
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));
  const id = await idOf(await upload(request, 'vertrag für Ü.bin', bytes, 'contract'));
  const response = await call(`/requests/${request}/files/${id}`);
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  expect(response.headers.get('content-disposition')).toBe(
    `attachment; filename=vertrag-f_r-_.bin; filename*=utf-8''vertrag-f%C3%BCr-%C3%9C.bin`,
  );
});

test('the name of a file is cleaned, and its variable is not', async () => {
  const request = await newRequest();
  await upload(request, 'Größe -x- 1.pdf', Buffer.from('text'), 'size 1');
  const kept = processMaker.files().filter((file) => file.requestId === request);
  expect(kept).toMatchObject([{ fileName: 'Größe--x--1.pdf', dataName: 'size 1' }]);
});

test('what cannot be seen in the name of a file is taken out', async () => {
  const request = await newRequest();
  await upload(request, 'zwj\u200dx #é.txt', Buffer.from('text'), 'seen');
  const kept = processMaker.files().filter((file) => file.requestId === request);
  expect(kept).toMatchObject([{ fileName: 'zwjx--é.txt' }]);
});

test('a name that is too long for the database is refused in the words of the database', async () => {
  const request = await newRequest();
  const refused = await upload(request, `${'n'.repeat(256)}.txt`, Buffer.from('text'), 'long');
  expect([refused.status, await refused.json()]).toEqual([
    500,
    {
      errors: {
        message: expect.stringMatching(/^SQLSTATE\[22001\]: .*\(Connection: \w+, SQL: insert into/) as string,
      },
    },
  ]);
  expect((await upload(request, `${'n'.repeat(255)}.txt`, Buffer.from('text'), 'long')).status).toBe(200);
});

test('a file of the same variable is replaced, one of another is kept', async () => {
  const request = await newRequest();
  await upload(request, 'a.txt', Buffer.from('first'), 'one');
  await upload(request, 'b.txt', Buffer.from('other'), 'two');
  await upload(request, 'c.txt', Buffer.from('second'), 'one');
  const kept = processMaker.files().filter((file) => file.requestId === request);
  expect(kept.map((file) => [file.dataName, file.content.toString()])).toEqual([
    ['two', 'other'],
    ['one', 'second'],
  ]);
});

test('a file over the limit is refused and not kept', async () => {
  const request = await newRequest();
  const response = await upload(request, 'big.bin', Buffer.alloc(1024 * 1024 + 1), 'big');
  expect([response.status, await response.json()]).toEqual([
    422,
    { message: 'The file is too large. Maximum allowed size is 1M' },
  ]);
  expect(processMaker.files().some((file) => file.requestId === request)).toBe(false);
});

test('a file is deleted once', async () => {
  const request = await newRequest();
  const id = await idOf(await upload(request, 'a.txt', Buffer.from('text'), 'one'));
  expect((await call(`/requests/${request}/files/${id}`, 'DELETE')).status).toBe(204);
  expect((await call(`/requests/${request}/files/${id}`, 'DELETE')).status).toBe(400);
  expect((await call(`/requests/${request}/files/${id}`)).status).toBe(400);
});

test('a file of another Request is not found', async () => {
  const [first, second] = [await newRequest(), await newRequest()];
  const id = await idOf(await upload(first, 'a.txt', Buffer.from('text'), 'one'));
  for (const method of ['GET', 'DELETE'])
    expect((await call(`/requests/${second}/files/${id}`, method)).status).toBe(404);
});

test('when a file is refused for its name, the one in its place is gone all the same', async () => {
  const request = await newRequest();
  await upload(request, 'a.txt', Buffer.from('text'), 'one');
  expect((await upload(request, 'a.php', Buffer.from('text'), 'one')).status).toBe(500);
  expect(processMaker.files().filter((file) => file.requestId === request)).toEqual([]);
});

test('a file needs a variable; markup in it and folders before the name go', async () => {
  const request = await newRequest();
  const refused = await upload(request, 'a.txt', Buffer.from('text'), '');
  expect([refused.status, await refused.json()]).toEqual([
    500,
    { errors: { message: 'data_name is required' } },
  ]);
  await upload(request, 'folder/b c.txt', Buffer.from('text'), '<b>one</b>');
  const { data } = (await (await call(`/requests/${request}/files`)).json()) as { data: unknown };
  expect(data).toMatchObject([
    { name: 'b c', file_name: 'b-c.txt', custom_properties: { data_name: 'one' } },
  ]);
});

test.each([
  ['', 'application/x-empty'],
  ['a;b\n1;2', 'text/plain'],
  ['<html></html>', 'text/html'],
  ['%PDF-1.7', 'application/pdf'],
  ['a\0b', 'application/octet-stream'],
])('%j is found to be %s', (content, type) => {
  expect(mimeTypeOf(Buffer.from(content))).toBe(type);
});
