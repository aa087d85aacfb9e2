import type { INodeParameters } from 'n8n-workflow';
import type { Engine } from '../support/engine';
import { factsOf, failedItem, isFailedItem } from '../support/failed-item';
import type { Run } from '../support/run';
import { ERROR_OUTPUT, locator, startWorkflow } from '../support/workflows';
import type { FaultProxy } from './fault-proxy';
import type { Server } from './server';
import { nodeOptions, RUNS_AT_ONCE, SETTINGS, type Setting } from './settings';
import { Tally, type Reported } from './tally';

const ITEMS_OF_A_RUN = 200;

interface Order {
  order: string;
  number: number;
  amount: number;
}

/** One execution of the workflow. */
interface Plan {
  setting: Setting;
  orders: Order[];
}

/** What the node said of the orders of one execution, in their order. */
type Done = Plan & { reported: Array<Reported | undefined> };

/** Runs all items in many executions, some at a time, and gives a function that judges them by the database. */
export async function runAll(
  engine: Engine,
  server: Server,
  proxy: FaultProxy,
  items: number,
): Promise<() => Map<Setting, Tally>> {
  const waiting = plan(items);
  const done: Done[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      done.push({ ...next, reported: await execute(engine, server, proxy, next) });
    }
  };
  await Promise.all(Array.from({ length: RUNS_AT_ONCE }, work));
  return () => judge(done, server.requestIds(), proxy);
}

/** Cuts the items of each setting into executions, and mixes the settings, so that all meet the same faults. */
function plan(items: number): Plan[] {
  let next = 0;
  const plans = SETTINGS.flatMap((setting, index) => {
    const isLast = index === SETTINGS.length - 1;
    const end = isLast ? items : next + Math.round(setting.share * items);
    const runs: Array<Plan & { place: number }> = [];
    const begin = next;
    while (next < end) {
      const length = Math.min(ITEMS_OF_A_RUN, end - next);
      runs.push({ setting, orders: orders(next, length), place: (next - begin) / (end - begin) });
      next += length;
    }
    return runs;
  });
  return plans.sort((one, other) => one.place - other.place);
}

function orders(from: number, count: number): Order[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    return { order: `PO-${number}`, number, amount: (number * 37) % 2000 };
  });
}

async function execute(
  engine: Engine,
  { token }: Server,
  { url }: FaultProxy,
  { setting, orders }: Plan,
): Promise<Array<Reported | undefined>> {
  const parameters: INodeParameters = {
    process: locator('name', 'Purchase order approval'),
    startEvent: locator('list', 'automatic'),
    options: nodeOptions(setting),
  };
  const run = await engine.run(startWorkflow(parameters, ERROR_OUTPUT), {
    input: orders,
    credentials: { processMakerApi: { instanceUrl: url, accessToken: token } },
  });
  return reportsOf(run, orders.length);
}

function reportsOf(run: Run, count: number): Array<Reported | undefined> {
  const reports = Array<Reported | undefined>(count).fill(undefined);
  for (const { json, pairedItem } of run.outputs('ProcessMaker').flat()) {
    const { item } = pairedItem as { item: number };
    reports[item] = isFailedItem(json)
      ? (factsOf(failedItem(json)) as Reported)
      : { outcome: 'started', requestId: json.id as number };
  }
  return reports;
}

function judge(done: Done[], stored: Map<string, number[]>, proxy: FaultProxy): Map<Setting, Tally> {
  const tallies = new Map(SETTINGS.map((setting) => [setting, new Tally()]));
  for (const { setting, orders, reported } of done) {
    for (const [index, { order }] of orders.entries()) {
      const requestIds = stored.get(order) ?? [];
      const item = {
        reported: reported[index],
        requestIds,
        hasThrown: proxy.hasThrown(order),
        mayStayUnknown: proxy.mayStayUnknown(order),
        cameAgain: proxy.cameAgain(order),
      };
      const tally = tallies.get(setting);
      if (tally?.count(item) === false) {
        const { reported } = item;
        console.log(`✗ ${order}, ${setting.name}: ${JSON.stringify({ reported, requestIds })}`);
        console.log(`  ${proxy.historyOf(order)}`);
      }
    }
  }
  return tallies;
}
