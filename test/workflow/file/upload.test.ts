import type { IBinaryKeyData, IDataObject, INode, INodeParameters } from 'n8n-workflow';
import { binary, givenFile, REQUEST_OF_ITEM, rows, startedRequests } from '../../support/files';
import { respond, holdUntil } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness({ uploadLimitBytes: 1024 * 1024 });

interface UploadRun {
  user?: User;
  settings?: Partial<INode>;
}

const upload = (
  parameters: INodeParameters,
  input: IDataObject[],
  binaries: IBinaryKeyData[],
  { user = 'limited', settings = ERROR_OUTPUT }: UploadRun = {},
) =>
  harness.perform('file upload', { ...REQUEST_OF_ITEM, ...parameters }, { input, binaries, user, settings });

const stored = () => harness.files();
const posts = () => harness.gateway.calls.filter(({ method }) => method === 'POST');
const contract = { data: binary('contract.pdf', '%PDF-1.7 contract', 'application/pdf') };

describe('uploading a file', () => {
  it('uploads a file byte by byte under its name and variable', async () => {
    const [request] = await startedRequests(harness);
    const bytes = Buffer.from(Array.from({ length: 256 * 5 }, (_, index) => index % 256));
    const run = await upload(
      rows(['data', 'contract']),
      [{ id: request?.id }],
      [{ data: binary('a.bin', bytes) }],
    );
    const [file] = stored();
    expect(file).toEqual({
      id: file?.id,
      requestId: request?.id,
      fileName: 'a.bin',
      dataName: 'contract',
      content: bytes,
    });
    expect(run.items('ProcessMaker')).toEqual([
      {
        fileId: file?.id,
        requestId: request?.id,
        field: 'data',
        variable: 'contract',
        fileName: 'a.bin',
        mimeType: 'text/plain',
        size: bytes.length,
      },
    ]);
    expect(harness.gateway.calls).toHaveLength(1);
  });

  it('uses the name of a file as its variable when none is given', async () => {
    const requests = await startedRequests(harness);
    const run = await upload(rows(['data']), requests, [contract]);
    expect(stored()).toMatchObject([{ fileName: 'contract.pdf', dataName: 'contract.pdf' }]);
    expect(run.items('ProcessMaker')).toMatchObject([{ variable: 'contract.pdf' }]);
  });

  it('uploads an empty file', async () => {
    const requests = await startedRequests(harness);
    await upload(rows(['data', 'note']), requests, [{ data: binary('empty.txt', '') }]);
    expect(stored()).toMatchObject([{ dataName: 'note', content: Buffer.alloc(0) }]);
  });

  it.each([
    ['Größe 世界.txt', 'Größe-世界.txt'],
    ['a"b.txt', 'a-b.txt'],
    ['a\r\nContent-Type: text/html\r\n\r\nb.txt', 'a--Content-Type:-text-html----b.txt'],
    ['..\\..\\a/b.txt', '..-..-a-b.txt'],
    ["it's 100 %22.txt", "it's-100-%22.txt"],
  ])('uploads a file named %j as %j', async (name, kept) => {
    const requests = await startedRequests(harness);
    await upload(rows(['data', 'x']), requests, [{ data: binary(name, 'content') }]);
    // The parser of the stand-in decodes %22, the form's own spelling of a quote.
    expect(stored()).toMatchObject([
      { fileName: kept.replace('%22', '"'), dataName: 'x', content: Buffer.from('content') },
    ]);
  });

  it.each([
    ['Größe -x- #1.pdf', 'Größe--x---1.pdf', 2],
    ['plain-1.pdf', 'plain-1.pdf', 1],
  ])('returns the name under which ProcessMaker has stored the file %j', async (name, fileName, calls) => {
    const requests = await startedRequests(harness);
    const run = await upload(rows(['data', 'x']), requests, [{ data: binary(name, 'content') }]);
    expect(stored()).toMatchObject([{ fileName }]);
    expect(run.items('ProcessMaker')).toMatchObject([{ fileName }]);
    expect(harness.gateway.calls).toHaveLength(calls);
  });

  it('returns the name that was sent when the stored one cannot be read', async () => {
    const requests = await startedRequests(harness);
    harness.gateway.treat = ({ method }) =>
      method === 'GET' ? respond(403, { message: 'This action is unauthorized.' }) : undefined;
    const run = await upload(rows(['data', 'x']), requests, [{ data: binary('a b.txt', 'content') }]);
    expect(run.items('ProcessMaker')).toMatchObject([{ fileName: 'a b.txt' }]);
  });

  it('names a file without a name after its binary field', async () => {
    const requests = await startedRequests(harness);
    const data = { ...binary(undefined, 'a,b', 'text/csv'), fileExtension: 'csv' };
    await upload(rows(['table']), requests, [{ table: data }]);
    expect(stored()).toMatchObject([{ fileName: 'table.csv' }]);
  });

  it('replaces the file that has the same variable', async () => {
    const [request] = await startedRequests(harness);
    await givenFile(harness, request?.id, 'old.txt', 'old', 'contract');
    await upload(rows(['data', 'contract']), [{ id: request?.id }], [contract]);
    expect(stored()).toMatchObject([{ fileName: 'contract.pdf', dataName: 'contract' }]);
  });
});

describe('uploading several files', () => {
  it('returns an item for each file of an item, in the order of the rows', async () => {
    const [request] = await startedRequests(harness);
    const run = await upload(
      rows(['second', 'b'], ['first', 'a']),
      [{ id: request?.id }],
      [{ first: binary('1.txt', 'one'), second: binary('2.txt', 'two') }],
    );
    expect(run.items('ProcessMaker')).toMatchObject([
      { field: 'second', variable: 'b', fileName: '2.txt' },
      { field: 'first', variable: 'a', fileName: '1.txt' },
    ]);
    expect(run.outputs('ProcessMaker')[0]?.map(({ pairedItem }) => pairedItem)).toEqual([
      { item: 0 },
      { item: 0 },
    ]);
    expect(stored()).toHaveLength(2);
  });

  it('uploads the file of each item to its own Request, given by case number', async () => {
    const requests = await startedRequests(harness, 7);
    const run = await upload(
      { request: locator('caseNumber', '={{ $json.caseNumber }}'), ...rows(['data', 'contract']) },
      requests,
      requests.map(({ id }) => ({ data: binary('id.txt', String(id)) })),
    );
    expect(run.items('ProcessMaker').map(({ requestId }) => requestId)).toEqual(requests.map(({ id }) => id));
    expect(
      stored()
        .map(({ requestId, content }) => [requestId, content.toString()])
        .sort(),
    ).toEqual(requests.map(({ id }) => [id, String(id)]).sort());
    expect(harness.lookUps()).toHaveLength(1);
  });

  it('refuses an item whose file would replace the file of another item', async () => {
    const [request] = await startedRequests(harness);
    const items = [{ id: request?.id }, { id: request?.id }];
    const run = await upload(rows(['data', 'contract']), items, [contract, { data: binary('b.txt', 'b') }]);
    expect(run.items('ProcessMaker')).toMatchObject([{ fileName: 'contract.pdf' }]);
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringMatching(
          /^Item 0 uploads a file to the variable 'contract' .* \[item 1\]\./,
        ) as string,
        outcome: 'notDone',
      },
    ]);
    expect(stored()).toMatchObject([{ fileName: 'contract.pdf' }]);
  });
});

describe('refusals before any call', () => {
  const refused = async (parameters: INodeParameters, binaries: IBinaryKeyData[]) => {
    const run = await upload(parameters, [{ id: 1 }], binaries, { settings: {} });
    expect(harness.gateway.calls).toEqual([]);
    return `${run.error?.message} ${String(run.error && 'description' in run.error ? run.error.description : '')}`;
  };

  it('refuses a binary field that the item does not have, and names the fields that it has', async () => {
    const text = await refused(rows(['date']), [{ data: contract.data, photo: contract.data }]);
    expect(text).toMatch(/The item has no binary field 'date' \[item 0\].*It has: data, photo/);
  });

  it('refuses an item without any file', async () => {
    expect(await refused(rows(['data']), [])).toMatch(/no binary field 'data'.*no binary fields at all/);
  });

  it('refuses an upload without rows', async () => {
    expect(await refused({ files: {} }, [contract])).toMatch(/No file is given in 'Input Binary Fields'/);
  });

  it('refuses a row without a binary field', async () => {
    expect(await refused(rows([' ']), [contract])).toMatch(/No field is given in 'Input Binary Field'/);
  });

  it('refuses two files of an item for one variable', async () => {
    const text = await refused(rows(['data', 'x'], ['photo', ' x ']), [
      { data: contract.data, photo: contract.data },
    ]);
    expect(text).toMatch(/Two files of the item have the variable 'x'/);
  });

  it('refuses a file of more than 100 MB by the size that n8n knows', async () => {
    const data = { ...contract.data, id: 'filesystem-v2:missing', bytes: 100 * 1024 * 1024 + 1 };
    expect(await refused(rows(['data']), [{ data }])).toMatch(
      /The file 'contract\.pdf' in 'data' is larger than 100 MB/,
    );
  });

  it.each([
    ['', /has no variable that its id could be written to/],
    ['customer.contract', /'customer\.contract', which is within another variable/],
  ])('refuses the variable %j, to which no file id can be written', async (variable, message) => {
    const parameters = { ...rows(['data', variable]), options: { writeFileId: true } };
    expect(await refused(parameters, [contract])).toMatch(message);
  });
});

it('reports a file that n8n has lost, and uploads the others', async () => {
  const requests = await startedRequests(harness, 2);
  const lost = { ...contract.data, id: 'filesystem-v2:missing' };
  const run = await upload(rows(['data', 'x']), requests, [{ data: lost }, contract]);
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringContaining("n8n cannot read the file 'contract.pdf' in 'data'") as string,
      outcome: 'notDone',
    },
  ]);
  expect(stored()).toHaveLength(1);
});

describe('refusals by ProcessMaker', () => {
  it('reports that the Request of an upload is missing', async () => {
    const run = await upload(rows(['data']), [{ id: 999_999 }], [contract]);
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringMatching(/^There is no Request 999999 \[item 0\]/) as string,
        httpStatus: 404,
        outcome: 'notDone',
        requestId: 999_999,
      },
    ]);
  });

  it('reports that the user may not upload a file to the Request', async () => {
    const requests = await startedRequests(harness);
    const run = await upload(rows(['data']), requests, [contract], { user: 'nobody' });
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('does not allow this') as string, httpStatus: 403 },
    ]);
    expect(stored()).toEqual([]);
  });

  it('reports a file that is too large for ProcessMaker', async () => {
    const requests = await startedRequests(harness);
    const run = await upload(rows(['data']), requests, [
      { data: binary('big.bin', Buffer.alloc(1024 * 1024 + 1)) },
    ]);
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringMatching(
          /^ProcessMaker refused the file 'big\.bin'.*Maximum allowed size is 1M/,
        ) as string,
        httpStatus: 422,
        outcome: 'notDone',
      },
    ]);
  });

  it('reports a file that ProcessMaker refuses since it could run there', async () => {
    const requests = await startedRequests(harness);
    const run = await upload(rows(['data']), requests, [{ data: binary('x.php', '<?php echo 1;') }]);
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringMatching(/^ProcessMaker refused the file 'x\.php'.*PHP file/) as string,
        httpStatus: 500,
        outcome: 'notDone',
      },
    ]);
    expect(posts()).toHaveLength(1);
  });

  it('reports a file that is too large for the web server of ProcessMaker', async () => {
    const requests = await startedRequests(harness);
    harness.gateway.treat = () => respond(413, '<html>Request Entity Too Large</html>');
    const run = await upload(rows(['data']), requests, [contract]);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining("'contract.pdf' is larger than the web server") as string },
    ]);
  });

  it('reports what became of each file when ProcessMaker refuses one of several', async () => {
    const [request] = await startedRequests(harness);
    const three = { a: binary('a.txt', 'a'), b: binary('b.php', 'b'), c: binary('c.txt', 'c') };
    const run = await upload(rows(['a'], ['b'], ['c']), [{ id: request?.id }], [three]);
    const [file] = stored();
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringContaining(
          `Uploaded: 'a.txt' (file ${file?.id}). Not uploaded: 'b.php', 'c.txt'.`,
        ) as string,
        requestId: request?.id,
        outcome: 'partlyDone',
        files: [
          { fileName: 'a.txt', outcome: 'uploaded', fileId: file?.id },
          { fileName: 'b.php', outcome: 'notUploaded' },
          { fileName: 'c.txt', outcome: 'notUploaded' },
        ],
      },
    ]);
  });
});

it.each([0, -1, 'soon', 1e9])('refuses the upload timeout %p before any call', async (timeout) => {
  const run = await upload(
    { ...rows(['data']), options: { timeout } },
    [{ id: 1 }],
    [{ data: binary('a.txt', 'a') }],
  );
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining("'Timeout' is not a number from 1 to 3600") as string },
  ]);
  expect(harness.gateway.calls).toEqual([]);
});

it.each([
  ['small files side by side', 1, 5],
  ['large files one after the other, since each is in memory as a whole', 60 * 1024 * 1024, 1],
  ['files of 30 MB one after the other, since each is in memory twice', 30 * 1024 * 1024, 1],
  [
    'files of 20 MB one after the other, since one that may be lost is read for comparison',
    20 * 1024 * 1024,
    1,
  ],
])('uploads %s', async (_, bytes, atOnce) => {
  const requests = await startedRequests(harness, 6);
  harness.gateway.mostAtOnce = 0;
  harness.gateway.treat = ({ method }) =>
    method === 'POST' ? holdUntil(harness.gateway, atOnce) : undefined;
  // n8n says how large a file is that it keeps elsewhere.
  const file = { ...binary('a.txt', 'a'), bytes };
  const run = await upload(
    rows(['data']),
    requests.map(({ id }) => ({ id })),
    requests.map(() => ({ data: file })),
  );
  expect(run.items('ProcessMaker')).toHaveLength(6);
  expect(harness.gateway.mostAtOnce).toBe(atOnce);
});
