import { createEngine, type Engine } from '../../support/engine';
import { respondToParent } from '../child';
import { orders } from '../process';
import { WITH_N8N_NODES, type Executed, type Job } from './job';
import { MemoryWatch } from './memory';
import { addN8nNodes, addOwnNodes } from './nodes';
import { workflowOf } from './workflows';

const usesN8nNodes = process.argv.includes(WITH_N8N_NODES);
let engine: Engine | undefined;

respondToParent<Job, Executed>(
  async ({ contestant, items, options = {}, server, processId, collectGarbage }) => {
    engine ??= await prepareEngine();
    const workflow = workflowOf(contestant, server.url, options, processId);
    const input = orders(items);
    const memory = new MemoryWatch(collectGarbage === true);
    const began = performance.now();
    const cpu = process.cpuUsage();
    // Held until the memory is taken: n8n holds it too, to save it.
    const run = await engine.run(workflow, {
      input,
      credentials: { processMakerApi: { instanceUrl: server.url, accessToken: server.token } },
    });
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (performance.now() - began) / 1000;
    const peak = memory.end();
    if (!run.data.resultData.runData['Node']) throw new Error('The node was not executed.');
    return { seconds, items: run.items('Node').length, cpuSeconds: (user + system) / 1e6, peak };
  },
);

async function prepareEngine(): Promise<Engine> {
  const prepared = await createEngine();
  addOwnNodes(prepared);
  // They take memory, so that a process that measures it goes without.
  if (usesN8nNodes) await addN8nNodes();
  return prepared;
}
