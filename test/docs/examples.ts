import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IBinaryKeyData, IDataObject, INodeParameters } from 'n8n-workflow';
import { binary, rows } from '../support/files';
import type { Harness, User } from '../support/harness';
import { addReviewProcess, decide } from '../support/review';
import { locator } from '../support/workflows';

/** One operation as a page of the documents shows it. */
export interface Example {
  /** Resource and operation, such as `request start`. */
  operation: string;
  /** Whose token the credential holds; `limited` unless told, who may start processes and nothing else. */
  user?: User;
  parameters: INodeParameters;
  /** The item that comes in. */
  input?: IDataObject;
  binaries?: IBinaryKeyData;
  /** What happens in ProcessMaker before. */
  before?: (harness: Harness) => Promise<void>;
  /** What happens there while the execution sleeps. Then it is woken. */
  asleep?: (harness: Harness) => Promise<void>;
}

const ORDER = { orderNumber: 'PO-1001', supplier: 'Office supplies', amount: 249.9 };
const automatic = { __rl: true, mode: 'list', value: 'automatic', cachedResultName: 'Automatic' };
const json = (data: IDataObject): INodeParameters => ({ dataMode: 'json', jsonData: JSON.stringify(data) });

/** Starts a Request of a process, whose id is the next one. */
const startOf =
  (process: string, data: IDataObject = {}) =>
  async (harness: Harness): Promise<void> => {
    await harness.start({ process: locator('name', process), startEvent: automatic }, { input: [data] });
  };

const failed = async (harness: Harness): Promise<void> => {
  harness.server.scriptsRun = false;
  await startOf('Payment run')(harness);
  harness.server.failRequest(harness.requests().at(-1)?.id ?? 0, 'The ledger cannot be reached.');
  harness.server.scriptsRun = true;
};

/** Completes a Request for whose end execution 231 of an n8n sleeps; of n8n, there is only a webhook. */
const endedWithSleeper = async (harness: Harness): Promise<void> => {
  const n8n = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end('{"woken":true}', () => n8n.close());
  }).listen(0, '127.0.0.1');
  await once(n8n, 'listening');
  harness.engine.baseUrl = `http://127.0.0.1:${(n8n.address() as AddressInfo).port}`;
  const url = `${harness.engine.baseUrl}/webhook-waiting/231/processmaker?wait=1`;
  await startOf('Purchase order approval', { _n8n_resume_url: url })(harness);
  for (let open; (open = harness.server.tasks().findLast(({ status }) => status === 'ACTIVE'));) {
    if (open.requestId !== 8) break;
    await harness.server.completeTask(open.id, {});
  }
};

/** They run one after the other in a new ProcessMaker, so that its ids are always the same. */
export const EXAMPLES: Example[] = [
  {
    operation: 'request start',
    parameters: {
      process: locator('name', 'Purchase order approval'),
      startEvent: automatic,
      dataMode: 'autoMapInputData',
      options: { idempotencyKey: '={{ $json.orderNumber }}' },
    },
    input: ORDER,
  },
  {
    operation: 'request get',
    parameters: { request: locator('caseNumber', 1), options: { includeData: true } },
  },
  {
    operation: 'request getAll',
    parameters: { filters: { statuses: ['ACTIVE'], text: 'Office supplies' }, limit: 10 },
  },
  {
    operation: 'request updateData',
    user: 'operator',
    parameters: { request: locator('id', 1), ...json({ amount: 199.5 }), merge: 'shallow' },
  },
  {
    operation: 'request wait',
    parameters: {
      request: locator('id', 1),
      waitFor: 'task',
      taskElement: locator('name', 'Place the order'),
    },
  },
  {
    operation: 'task getAll',
    parameters: { assignedTo: 'me', filters: { status: 'ACTIVE' }, limit: 10 },
  },
  { operation: 'task get', parameters: { task: locator('id', 3) } },
  {
    operation: 'task complete',
    parameters: { task: locator('id', 3), ...json({ placed: true }) },
  },
  {
    operation: 'task getFormFields',
    before: startOf('Travel expense report', { employee: 'Ann' }),
    parameters: { task: locator('id', '={{ $json.taskId }}') },
    input: { taskId: 6 },
  },
  {
    operation: 'task reassign',
    user: 'admin',
    parameters: { task: locator('id', 6), user: locator('id', 5) },
  },
  {
    operation: 'file upload',
    before: startOf('Purchase order approval', ORDER),
    parameters: { request: locator('id', 3), ...rows(['data', 'contract']) },
    binaries: { data: binary('contract.pdf', '%PDF-1.7 contract', 'application/pdf') },
  },
  { operation: 'file getAll', parameters: { request: locator('id', 3) } },
  {
    operation: 'file download',
    parameters: { request: locator('id', 3), file: locator('variable', 'contract') },
  },
  { operation: 'file delete', parameters: { request: locator('id', 3), file: locator('id', 1) } },
  {
    operation: 'request triggerEvent',
    before: startOf('Goods delivery'),
    parameters: {
      request: locator('id', 4),
      event: locator('id', 'delivered'),
      ...json({ deliveryNote: 'DN-7' }),
    },
  },
  {
    operation: 'request retry',
    user: 'admin',
    before: failed,
    parameters: { request: locator('id', 5), options: { waitForRetry: true } },
  },
  {
    operation: 'request complete',
    user: 'admin',
    before: failed,
    parameters: { request: locator('id', 6) },
  },
  {
    operation: 'request cancel',
    user: 'admin',
    before: startOf('Purchase order approval', ORDER),
    parameters: { request: locator('id', 7) },
  },
  { operation: 'request delete', user: 'admin', parameters: { request: locator('id', 7) } },
  {
    operation: 'request wake',
    before: endedWithSleeper,
    parameters: { request: locator('id', '={{ $json.id }}') },
    input: { event: 'requestCompleted', id: 8, status: 'COMPLETED' },
  },
  { operation: 'process get', parameters: { process: locator('name', 'Invoice approval') } },
  { operation: 'process getAll', parameters: { show: 'startable', filters: { text: 'invoice' } } },
  { operation: 'process getStartEvents', parameters: { process: locator('name', 'Invoice approval') } },
  {
    operation: 'user getAll',
    user: 'operator',
    parameters: { filters: { text: 'limited', status: 'ACTIVE' } },
  },
  {
    operation: 'request sendAndWait',
    user: 'operator',
    before: async (harness) => void (await addReviewProcess(harness, { name: 'Ask a person' })),
    parameters: {
      process: locator('name', 'Ask a person'),
      startEvent: automatic,
      message: '=May order {{ $json.orderNumber }} be placed?',
      decisionTask: locator('id', 'decide'),
      resumeAmount: 2,
    },
    input: ORDER,
    asleep: (harness) => decide(harness, { decision: 'approved', comment: 'Up to 250.' }),
  },
];
