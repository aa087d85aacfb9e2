import type { Cleanup } from '../../demo/cleanup';
import { runProgram } from '../../demo/program';
import { say } from '../../demo/progress';
import type { Stop } from '../../demo/stop';
import { Checks } from '../e2e/checkList';
import { startScriptedModel, type Step } from '../e2e/scriptedModel';
import { Host } from '../faults/n8n/host';
import { startProcessMaker } from '../processmaker';
import * as decisions from './decisions';
import * as forgeries from './forgeries';
import * as kills from './kills';
import { count, misses, type Result } from './ledger';
import { addOddProcesses } from './processes';
import { Stage } from './stage';
import { startToolServer } from './toolServer';

/** What runs at the same time; n8n's own limit takes up to a minute, in the background. */
const TOGETHER: Array<[string, (stage: Stage) => Promise<void>]> = [
  ["ends a review at n8n's own limit, as refused", decisions.timesOutInN8n],
  ['runs an approved tool once, with what the person was shown', decisions.approve],
  ['does not run a refused tool, and gives the model the comment', decisions.refuse],
  ['refuses where the Request is canceled or breaks', decisions.endWithoutDecision],
  ['refuses when the time limit of the process has passed', decisions.timesOut],
  ['reviews two tools that are called in one turn', decisions.twoInOneTurn],
  ['reviews the same tool twice in one turn', decisions.sameToolTwice],
  ['approves nothing in an agent with two items', decisions.twoItems],
  ["shows n8n's own limit for two items", decisions.twoItemsApproved],
  ['wakes for no forged call', forgeries.forgedCalls],
  ['believes nothing that a model says about its call', forgeries.forgingModel],
  ['asks nobody when the decision is there from the start', forgeries.decidedAtTheStart],
  ['does not count what was written by Update Data', forgeries.decidedByUpdate],
  ['lets no agent approve its own call', forgeries.decidedByTheAgent],
  ['counts no yes in a form that has shown something else', forgeries.shownOtherwise],
  ['counts no unclaimed Task, no second Task and no own approval', forgeries.decidedByNobodyElse],
];

/** What needs n8n for itself. */
const ALONE: typeof TOGETHER = [
  ['keeps what is decided while n8n is away', kills.killedAsleep],
  ['reviews a call once that is made again after a crash', kills.killedInTheTurn],
  ['runs nothing after a crash that n8n does not recover from', kills.killedWithDefaults],
];

interface Shown {
  result: Result;
  failed: string[];
}

async function prepare({ signal }: Stop, cleanup: Cleanup): Promise<Stage> {
  const scripts: ConstructorParameters<typeof Stage>[1] = new Map();
  const processMaker = await startProcessMaker();
  cleanup.add(() => processMaker.close());
  const model = await startScriptedModel((results, prompt): Step | Promise<Step> => {
    const script = scripts.get(prompt);
    if (!script) throw new Error(`Nothing is written for the prompt '${prompt}'.`);
    return script(results);
  });
  cleanup.add(() => model.close());
  const tools = await startToolServer();
  cleanup.add(() => tools.close());
  const host = await Host.open(cleanup.temporaryFolder('approval'), signal);
  cleanup.add(() => host.stop());
  const { url, tokens } = processMaker;
  const credentials = {
    gate: await host.createCredential(url, tokens.operator),
    agent: await host.createCredential(url, tokens.limited),
    model: await host.client.createCredential('Scripted model', 'openAiApi', {
      apiKey: 'none',
      url: model.url,
    }),
  };
  const processes = await addOddProcesses(processMaker);
  return new Stage({ host, processMaker, processes, model, tools, credentials }, scripts);
}

/** Shows in real n8n that a tool of an agent runs only if a person has said yes, and then once. */
async function prove(stop: Stop, cleanup: Cleanup): Promise<Shown> {
  const stage = await prepare(stop, cleanup);
  const failed: string[] = [];
  const checks = new Checks((name) => Promise.resolve(void failed.push(name)));
  const check = ([name, work]: (typeof TOGETHER)[number]) => checks.check(name, () => work(stage));
  await Promise.all(TOGETHER.map(check));
  for (const one of ALONE) await check(one);
  for (const limit of stage.limits) say(`n8n: ${limit}`);
  return { result: count(stage), failed };
}

void runProgram(prove, ({ result, failed }) => {
  const found = [...failed.map((name) => `Not so: ${name}.`), ...misses(result)];
  for (const sentence of found) say(sentence);
  console.log(JSON.stringify(result));
  return found.length === 0;
});
