import path from 'node:path';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Cleanup } from '../../demo/cleanup';
import { Connection } from '../processmaker/database/connection';
import type { RequestRow } from '../processmaker/database/rows';
import { TOKENS } from '../processmaker/fixtures/users';
import { createEngine, type Engine } from '../support/engine';
import { failedItem, isFailedItem } from '../support/failed-item';
import { startGateway } from '../support/gateway';
import type { VirtualClock } from '../support/virtual-clock';
import { ERROR_OUTPUT, locator, startWorkflow } from '../support/workflows';
import { treatPairs } from './pair-faults';
import type { Part } from './part';
import { Server } from './server';
import { judgePairs, type Named, type Pair, type Stored } from './pair-tally';
import { TIMEOUT_SECONDS, WINDOW_SECONDS } from './settings';

/** Executions that run in pairs for so many items of the whole proof. */
const ITEMS_OF_A_PAIR = 500;
const LEAST_PAIRS = 2;
const KEYS_OF_A_PAIR = 10;

/** Pairs of executions that start the same Idempotency Keys at once; some lose a response too. */
export async function twiceAtOnce(
  seed: number,
  items: number,
  folder: string,
  clock: VirtualClock,
  cleanup: Cleanup,
): Promise<Part[]> {
  const database = path.join(folder, 'pairs.sqlite');
  const server = new Server(database);
  cleanup.add(() => server.close());
  await clock.hold(server.start());
  const gateway = await startGateway(server.url);
  cleanup.add(() => gateway.close());
  const settle = treatPairs(gateway, seed, clock);
  const engine = await createEngine();
  const count = Math.max(LEAST_PAIRS, Math.round(items / ITEMS_OF_A_PAIR));
  const pairs: Pair[] = [];
  for (let number = 0; number < count; number++) {
    pairs.push(...(await runPair(engine, gateway.url, number)));
  }
  await settle();
  await gateway.close();
  await clock.hold(server.close());
  return [judgePairs(pairs, readStored(database))];
}

/** Two executions with the same items at the same time. */
async function runPair(engine: Engine, instanceUrl: string, number: number): Promise<Pair[]> {
  const input = Array.from({ length: KEYS_OF_A_PAIR }, (_, index) => ({ order: `PAIR-${number}-${index}` }));
  const options: INodeParameters = {
    idempotencyKey: '={{ $json.order }}',
    timeout: TIMEOUT_SECONDS,
    recoveryWindow: WINDOW_SECONDS,
    requestsInParallel: KEYS_OF_A_PAIR,
  };
  const workflow = startWorkflow(
    {
      process: locator('name', 'Purchase order approval'),
      startEvent: locator('list', 'automatic'),
      options,
    },
    ERROR_OUTPUT,
  );
  const credentials = { processMakerApi: { instanceUrl, accessToken: TOKENS.admin.token } };
  const execute = async () => {
    const run = await engine.run(workflow, { input, credentials });
    const named: Array<Named | undefined> = input.map(() => undefined);
    for (const { json, pairedItem } of run.outputs('ProcessMaker').flat()) {
      named[(pairedItem as { item: number }).item] = namedIn(json);
    }
    return named;
  };
  const [one = [], other = []] = await Promise.all([execute(), execute()]);
  return input.map(({ order }, index) => ({ order, items: [one[index], other[index]] }));
}

/** What an item says of its Request and of others; a failed one may name a Request too. */
function namedIn(json: IDataObject): Named {
  const { id, duplicates } = isFailedItem(json)
    ? { id: failedItem(json).requestId, duplicates: undefined }
    : json;
  return { id: id as number | undefined, duplicates: (duplicates ?? []) as number[] };
}

/** What the database of the killed server holds, by order. */
function readStored(database: string): Stored {
  const connection = new Connection(database);
  const stored: Stored = new Map();
  try {
    for (const row of connection.all<RequestRow>('SELECT * FROM process_requests ORDER BY id')) {
      const { order } = JSON.parse(row.data) as { order?: string };
      if (order !== undefined) stored.set(order, [...(stored.get(order) ?? []), row]);
    }
  } finally {
    connection.close();
  }
  return stored;
}
