import type { IBinaryData, IBinaryKeyData, IDataObject, INodeParameters } from 'n8n-workflow';
import { binary, givenFile, rows } from '../support/files';
import type { Call } from '../support/gateway';
import { holdUntil, pass, respond } from '../support/gateway';
import type { StartOptions, User } from '../support/harness';
import { useHarness } from '../support/harness';
import { itemsOf, useKeyedStarts } from '../support/keyed-starts';
import type { Run } from '../support/run';
import { ERROR_OUTPUT, failedItems, keyedStart, locator, loopWorkflow } from '../support/workflows';

const harness = useHarness();
const { testNumber } = useKeyedStarts(harness);

const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
const contract = binary('contract.pdf', '%PDF-1.7 contract', 'application/pdf');

const keyed = (options: INodeParameters) =>
  keyedStart(`t${testNumber()}`, { ...rows(['data', 'contract']), ...options });
/** Starts an item with the Idempotency Key `a`, or one for each set of binary fields. */
const start = (
  binaries: IBinaryKeyData[],
  options: INodeParameters = {},
  startOptions: Partial<StartOptions> = {},
): Promise<Run> =>
  harness.start(keyed(options), {
    input: itemsOf(...binaries.map(() => 'a')),
    binaries,
    settings: ERROR_OUTPUT,
    ...startOptions,
  });
/** Another execution starts Requests with these keys, without files. */
const existing = async (...keys: string[]): Promise<void> => await existingOf('limited', ...keys);
const existingOf = async (user: User, ...keys: string[]): Promise<void> => {
  await harness.start(keyed({ files: {} }), { input: itemsOf(...keys), user });
  harness.gateway.reset();
};
const isUpload = ({ method, path }: Call) => method === 'POST' && path.endsWith('/files');
const uploads = () => harness.gateway.calls.filter(isUpload);
const filesOf = (run: Run, index = 0) => run.items('ProcessMaker')[index]?.files as IDataObject[];
const contents = () => harness.files().map(({ dataName, content }) => `${dataName}: ${content.toString()}`);
const requestId = () => harness.requests()[0]?.id ?? 0;

describe('a Request that an earlier attempt of the execution started', () => {
  it.each([
    ['the hidden key', { idempotencyKey: undefined }],
    ["the user's own key", {}],
    ["the user's own key, with Throw Error", { onExistingRequest: 'error' }],
  ])(
    'keeps the file that is there, found by %s, and reports its stored name, size and id',
    async (_, given) => {
      const { idempotencyKey, ...options } = { idempotencyKey: '={{ $json.number + $json.test }}', ...given };
      const parameters = {
        process: locator('id', 2),
        startEvent: locator('id', 'node_1'),
        options: {
          ...rows(['data', 'contract']),
          requestsInParallel: 1,
          ...options,
          ...(idempotencyKey !== undefined && { idempotencyKey }),
        },
      };
      const input = itemsOf('a', 'b').map((item) => ({ ...item, test: testNumber() }));
      harness.treatOnce('b', respond(403, { message: 'This action is unauthorized.' }));
      const { treat } = harness.gateway;
      harness.gateway.treat = (call) => (isUpload(call) ? undefined : treat(call));
      const failed = await harness.start(parameters, {
        input,
        binaries: [{ data: contract }, { data: contract }],
      });
      const fileId = await givenFile(harness, requestId(), 'Größe -x- 1.txt', 'corrected', 'contract');
      const run = await harness.engine.retry(failed, { credentials: harness.credentials() });
      expect(filesOf(run)).toEqual([
        {
          fileId,
          requestId: requestId(),
          field: 'data',
          variable: 'contract',
          fileName: 'Größe--x--1.txt',
          mimeType: 'text/plain',
          size: 9,
        },
      ]);
      expect(contents().sort()).toEqual(['contract: %PDF-1.7 contract', 'contract: corrected']);
    },
  );
});

describe('a Request that another execution started', () => {
  it('gets a file whose variable is free', async () => {
    await existing('a');
    const run = await start([{ data: contract }]);
    expect(run.items('ProcessMaker')).toMatchObject([{ id: requestId(), alreadyStarted: true }]);
    expect(filesOf(run)).toMatchObject([{ fileId: harness.files()[0]?.id, fileName: 'contract.pdf' }]);
    expect(filesOf(run)[0]).not.toHaveProperty('uploaded');
    expect(contents()).toEqual(['contract: %PDF-1.7 contract']);
  });

  it.each([
    ['contract.pdf', 'contract.pdf'],
    ['Größe -x- 1.pdf', 'Größe--x--1.pdf'],
    ['a#b/c\\d"e.pdf', 'a-b-c-d-e.pdf'],
  ])('keeps the very file %j, which ProcessMaker stores as %j, and uploads nothing', async (name, stored) => {
    const binaries = [{ data: binary(name, 'content') }];
    await start(binaries);
    expect(harness.files()).toMatchObject([{ fileName: stored }]);
    harness.gateway.reset();
    const run = await start(binaries);
    expect(filesOf(run)).toMatchObject([{ fileId: harness.files()[0]?.id, fileName: stored, size: 7 }]);
    expect(filesOf(run)[0]).not.toHaveProperty('uploaded');
    expect(uploads()).toEqual([]);
  });

  it.each<[string, IBinaryData]>([
    ['name', binary('other.txt', 'stored')],
    ['size', binary('stored.txt', 'stored too')],
    ['content', binary('stored.txt', 'STORED')],
  ])('keeps a file of another %s, and reports that the file was not uploaded', async (_, data) => {
    await existing('a');
    const fileId = await givenFile(harness, requestId(), 'stored.txt', 'stored', 'contract');
    const run = await start([{ data }]);
    expect(run.items('ProcessMaker')).toMatchObject([{ id: requestId(), alreadyStarted: true }]);
    expect(filesOf(run)).toEqual([
      {
        fileId,
        requestId: requestId(),
        field: 'data',
        variable: 'contract',
        fileName: 'stored.txt',
        mimeType: 'text/plain',
        size: 6,
        uploaded: false,
      },
    ]);
    expect(contents()).toEqual(['contract: stored']);
    expect(uploads()).toEqual([]);
  });

  it('reports of several files which are there, which was uploaded, and which was not', async () => {
    await existing('a');
    await givenFile(harness, requestId(), 'same.txt', 'same', 'same');
    await givenFile(harness, requestId(), 'other.txt', 'other', 'taken');
    const run = await start(
      [{ a: binary('taken.txt', 'taken'), b: binary('same.txt', 'same'), c: binary('free.txt', 'free') }],
      rows(['a', 'taken'], ['b', 'same'], ['c', 'free']),
    );
    expect(filesOf(run).map(({ field, fileName, uploaded }) => [field, fileName, uploaded])).toEqual([
      ['a', 'other.txt', false],
      ['b', 'same.txt', undefined],
      ['c', 'free.txt', undefined],
    ]);
    expect(contents().sort()).toEqual(['free: free', 'same: same', 'taken: other']);
    expect(uploads()).toHaveLength(1);
  });

  it('reports a file that is not uploaded since another is there when a further one is refused', async () => {
    await existing('a');
    await givenFile(harness, requestId(), 'other.txt', 'other', 'taken');
    const run = await start(
      [{ a: binary('taken.txt', 'taken'), b: binary('b.php', 'b') }],
      rows(['a', 'taken'], ['b', 'free']),
    );
    expect(failedItems(run)).toMatchObject([
      {
        requestId: requestId(),
        outcome: 'started',
        files: [
          { fileName: 'taken.txt', outcome: 'notUploaded' },
          { fileName: 'b.php', outcome: 'notUploaded' },
        ],
      },
    ]);
    expect(failedItems(run)[0]?.text).toContain("Not uploaded: 'taken.txt', 'b.php'.");
    expect(contents()).toEqual(['taken: other']);
  });

  it('does not write the id of another file into the data', async () => {
    await existingOf('admin', 'a');
    await givenFile(harness, requestId(), 'other.txt', 'other', 'contract');
    const run = await start([{ data: contract }], { writeFileId: true }, { user: 'admin' });
    expect(filesOf(run)).toMatchObject([{ uploaded: false }]);
    expect(harness.requests()[0]?.data).not.toHaveProperty('contract');
  });

  it('is left alone with Throw Error, whatever its files', async () => {
    await existing('a');
    const run = await start([{ data: contract }], { onExistingRequest: 'error' });
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted', requestId: requestId() }]);
    expect(harness.files()).toEqual([]);
  });

  it('keeps the file that an earlier iteration of a loop uploaded under the same key', async () => {
    const run = await harness.run(loopWorkflow(keyed({})), {
      input: itemsOf('a', 'a'),
      binaries: [{ data: contract }, { data: binary('second.txt', 'second') }],
    });
    expect(run.items('ProcessMaker', 0, 1)).toMatchObject([
      { alreadyStarted: true, files: [{ fileName: 'contract.pdf', uploaded: false }] },
    ]);
    expect(contents()).toEqual(['contract: %PDF-1.7 contract']);
  });
});

describe('items with the same key', () => {
  const two = [{ data: contract }, { data: binary('second.txt', 'second') }];

  it('keep the first file, and report that the second was not uploaded', async () => {
    const run = await start(two);
    const fileId = harness.files()[0]?.id;
    expect(filesOf(run, 0)).toMatchObject([{ fileId, fileName: 'contract.pdf' }]);
    expect(filesOf(run, 0)[0]).not.toHaveProperty('uploaded');
    expect(filesOf(run, 1)).toMatchObject([{ fileId, fileName: 'contract.pdf', size: 17, uploaded: false }]);
    expect(contents()).toEqual(['contract: %PDF-1.7 contract']);
    expect(uploads()).toHaveLength(1);
  });

  it('share a file that both bring, also with Throw Error', async () => {
    const run = await start([{ data: contract }, { data: contract }], { onExistingRequest: 'error' });
    const fileId = harness.files()[0]?.id;
    expect(filesOf(run, 1)).toMatchObject([{ fileId, fileName: 'contract.pdf' }]);
    expect(filesOf(run, 1)[0]).not.toHaveProperty('uploaded');
    expect(uploads()).toHaveLength(1);
  });

  it('fail when they bring different files with Throw Error, and still upload to free variables', async () => {
    const binaries = [
      { data: contract, more: binary('1.txt', '1') },
      { data: binary('second.txt', 'second'), more: binary('2.txt', '2') },
    ];
    const run = await start(binaries, {
      onExistingRequest: 'error',
      ...rows(['data', 'contract'], ['more', '={{ "more" + $itemIndex }}']),
    });
    expect(run.items('ProcessMaker')).toHaveLength(1);
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringMatching(
          /holds another file in the variable 'contract': 'contract\.pdf' \(file \d+\), which is kept \[item 1\]/,
        ) as string,
        outcome: 'started',
        requestId: requestId(),
        files: [
          { fileName: 'second.txt', outcome: 'notUploaded' },
          { fileName: '2.txt', outcome: 'uploaded' },
        ],
      },
    ]);
    expect(contents().sort()).toEqual(['contract: %PDF-1.7 contract', 'more0: 1', 'more1: 2']);
  });

  const refuseContract = (times: number) => {
    harness.gateway.treat = (call) =>
      isUpload(call) && call.body.includes('contract.pdf') && times-- > 0
        ? respond(422, { message: 'Not now.' })
        : undefined;
  };

  it('do not take the place of a file that was refused', async () => {
    refuseContract(1);
    const run = await start(two);
    expect(failedItems(run)).toMatchObject([
      { outcome: 'started', files: [{ fileName: 'contract.pdf', outcome: 'notUploaded' }] },
      { outcome: 'started', files: [{ fileName: 'second.txt', outcome: 'notUploaded' }] },
    ]);
    expect(harness.files()).toEqual([]);
  });

  it('get the file of the first one on a repeat when it was refused before', async () => {
    refuseContract(1);
    const run = await start(two, {}, { settings: RETRY_ON_FAIL });
    expect(filesOf(run, 0)).toMatchObject([{ fileName: 'contract.pdf' }]);
    expect(filesOf(run, 1)).toMatchObject([{ fileName: 'contract.pdf', uploaded: false }]);
    expect(contents()).toEqual(['contract: %PDF-1.7 contract']);
  });
});

describe('Write File ID to Variable with Include Data', () => {
  const both = { writeFileId: true, includeData: true };

  it('returns the data with the file ids in it', async () => {
    const run = await start([{ data: contract }], both, { user: 'admin' });
    const [item] = run.items('ProcessMaker');
    expect(item?.data).toEqual({
      ...(item?.data as IDataObject),
      number: 'a',
      contract: harness.files()[0]?.id,
    });
    expect(item?.data).not.toHaveProperty('_n8n_key');
  });

  it('returns the data of an existing Request with the file ids in it', async () => {
    await existingOf('admin', 'a');
    const run = await start([{ data: contract }], both, { user: 'admin' });
    expect(run.items('ProcessMaker')).toMatchObject([{ data: { contract: harness.files()[0]?.id } }]);
  });

  it('returns the whole response with the file ids in the data with Simplify off', async () => {
    const run = await start([{ data: contract }], { ...both, simplify: false }, { user: 'admin' });
    expect(run.items('ProcessMaker')).toMatchObject([
      { case_number: expect.any(Number) as number, data: { contract: harness.files()[0]?.id } },
    ]);
  });

  it('names the Request and its files when the data cannot be read', async () => {
    harness.gateway.treat = ({ method, path }) =>
      method === 'GET' && uploads().length > 0 && path.includes('requests?')
        ? respond(403, { message: 'This action is unauthorized.' })
        : undefined;
    const run = await start([{ data: contract }], both, { user: 'admin' });
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringContaining(`The data of Request ${requestId()} could not be read`) as string,
        outcome: 'started',
        requestId: requestId(),
        files: [{ outcome: 'uploaded' }],
      },
    ]);
  });
});

describe('Requests that are found and get their files', () => {
  const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const binaries = keys.map((key) => ({ data: binary(`${key}.txt`, key) }));

  it.each([1, 3, 8])('uses Requests in Parallel, here %d', async (requestsInParallel) => {
    await existing(...keys);
    harness.gateway.treat = (call) =>
      isUpload(call) ? holdUntil(harness.gateway, requestsInParallel) : undefined;
    await start(binaries, { requestsInParallel }, { input: itemsOf(...keys) });
    expect(harness.files()).toHaveLength(8);
    expect(harness.gateway.mostAtOnce).toBe(requestsInParallel);
  });

  it('uploads nothing more once an item has failed, and uploads the rest with the Retry button', async () => {
    await existing(...keys);
    harness.gateway.treat = (call) =>
      isUpload(call) && uploads().length === 2 ? respond(422, { message: 'Not now.' }) : undefined;
    const failed = await start(binaries, {}, { input: itemsOf(...keys), settings: {} });
    expect(failed.error?.message).toMatch(/not all of its files are in place.*\[item 1\]/);
    expect(uploads()).toHaveLength(2);
    const run = await harness.engine.retry(failed, { credentials: harness.credentials() });
    expect(run.error).toBeUndefined();
    expect(contents().sort()).toEqual(keys.map((key) => `contract: ${key}`));
  });

  it('uploads nothing more once the execution is canceled, and names the Requests that lack files', async () => {
    await existing(...keys);
    const cancellation = new AbortController();
    harness.gateway.treat = (call) =>
      isUpload(call)
        ? async (response, forward) => {
            await pass(response, forward);
            cancellation.abort();
          }
        : undefined;
    const { signal } = cancellation;
    const run = await start(binaries, {}, { input: itemsOf(...keys), signal });
    expect(uploads()).toHaveLength(1);
    const [, ...others] = harness.requests();
    for (const { id } of others) {
      expect(run.text).toContain(`was stopped before the files of Request ${id} were uploaded`);
    }
    expect(run.text).not.toContain('before this item was started');
  });
});
