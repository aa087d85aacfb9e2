import { setTimeout as sleep } from 'node:timers/promises';
import type { Credential, Execution } from '../../../demo/n8nClient';
import type { ProcessMaker } from '../../processmaker';
import { factsOf, failedItem, isFailedItem } from '../../support/failed-item';
import type { Gateway } from '../../support/gateway';
import type { Part } from '../part';
import { Tally, type Reported } from '../tally';
import { StartMonitor } from './start-monitor';
import type { Host } from './host';
import { LATER_NODE, ORDERS, START_NODE, type Scenario } from './scenarios';
import { scenarioWorkflow } from './workflow';

const WEBHOOK_ATTEMPTS = 50;

/** What a scenario is played with. */
export interface Stage {
  host: Host;
  processMaker: ProcessMaker;
  gateway: Gateway;
  credential: Credential;
}

/** Kills n8n in the midst of an execution, starts it again, and retries the execution as the Retry button does. */
export async function runScenario(stage: Stage, scenario: Scenario): Promise<Part> {
  const { host, processMaker, gateway, credential } = stage;
  const monitor = new StartMonitor(gateway, scenario, () => host.kill());
  await host.client.publish(
    await host.client.createWorkflow(scenarioWorkflow(scenario, credential, gateway.url)),
  );
  const firstExecutionId = (await host.client.latestExecutionId()) + 1;
  await callWebhook(`${host.url}/webhook/faults-${scenario.path}`, { firstExecutionId });
  await monitor.killed;
  const startsBefore = monitor.starts;
  await host.restart();
  const crashed = await host.client.ended(String(firstExecutionId));
  const repeated = await host.client.retry(crashed.id);
  await monitor.settle();
  console.log(`${scenario.name}: ${startsBefore} starts before, ${monitor.starts - startsBefore} after it`);
  const tally = judge(scenario, repeated, processMaker);
  const missed = [...missedKill(scenario, crashed), ...missedIn(scenario, tally, monitor.starts)];
  return { name: scenario.name, tally, missed };
}

/** Without the kill that it is about, a scenario proves nothing. */
function missedKill({ killedIn }: Scenario, { status, data }: Execution): string[] {
  const begun = Object.keys(data.resultData.runData);
  const isRight = begun.includes(START_NODE) && begun.includes(LATER_NODE) === (killedIn === LATER_NODE);
  return status === 'crashed' && isRight
    ? []
    : [`the execution ended as '${status}' after these nodes had begun: ${begun.join(', ')}`];
}

function missedIn(
  { disputed }: Scenario,
  { items, started, reportedUnknown }: Tally,
  starts: number,
): string[] {
  return [
    ...(started < items ? [`${items - started} orders have no Request`] : []),
    ...(starts === items ? [] : [`${starts} starts were sent for ${items} orders`]),
    ...(reportedUnknown === disputed
      ? []
      : [`${reportedUnknown} orders were reported as unknown instead of ${disputed}`]),
  ];
}

/** A webhook answers 404 for a moment after its workflow was published. */
async function callWebhook(url: string, body: object): Promise<void> {
  const call = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  for (let attempt = 1; ; attempt++) {
    const { ok, status } = await fetch(url, call);
    if (ok) return;
    if (status !== 404 || attempt === WEBHOOK_ATTEMPTS) throw new Error(`The webhook answered ${status}.`);
    await sleep(200);
  }
}

function judge({ path }: Scenario, repeated: Execution, processMaker: ProcessMaker): Tally {
  const reports = reportsOf(repeated);
  const stored = processMaker.requests();
  const tally = new Tally();
  for (let number = 0; number < ORDERS; number++) {
    const order = `${path}-${number}`;
    const requestIds = stored.filter(({ data }) => data.order === order).map(({ id }) => id);
    tally.count({ reported: reports.get(order), requestIds });
  }
  return tally;
}

interface StartedItem {
  id: number;
  data?: { order: string };
}

/** What the node said of each order, in all of its iterations. */
function reportsOf({ data }: Execution): Map<string, Reported> {
  const iterations = data.resultData.runData[START_NODE] ?? [];
  const items = iterations.flatMap(
    (iteration) => iteration.data?.main?.flatMap((output) => output ?? []) ?? [],
  );
  const reports = new Map<string, Reported>();
  for (const { json } of items) {
    if (isFailedItem(json)) {
      const failed = failedItem(json);
      reports.set(failed.input.order as string, factsOf(failed) as Reported);
    } else {
      const { id, data } = json as unknown as StartedItem;
      if (data) reports.set(data.order, { outcome: 'started', requestId: id });
    }
  }
  return reports;
}
