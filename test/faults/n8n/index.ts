import type { Cleanup } from '../../../demo/cleanup';
import { startProcessMaker } from '../../processmaker';
import { startGateway } from '../../support/gateway';
import type { Part } from '../part';
import { Host } from './host';
import { runScenario } from './run-scenario';
import { SCENARIOS } from './scenarios';

/** Real n8n, killed with SIGKILL at the worst moments, whose executions are then retried. */
export async function killsInN8n(folder: string, signal: AbortSignal, cleanup: Cleanup): Promise<Part[]> {
  const processMaker = await startProcessMaker();
  cleanup.add(() => processMaker.close());
  const gateway = await startGateway(processMaker.url);
  cleanup.add(() => gateway.close());
  const host = await Host.open(folder, signal);
  cleanup.add(() => host.stop());
  const credential = await host.createCredential(gateway.url, processMaker.tokens.limited);

  const parts: Part[] = [];
  for (const scenario of SCENARIOS) {
    parts.push(await runScenario({ host, processMaker, gateway, credential }, scenario));
  }
  return parts;
}
