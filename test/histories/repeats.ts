import type { INode, INodeParameters, IWorkflowBase } from 'n8n-workflow';
import type { RunOptions } from '../support/engine';
import type { InlineAnswer } from '../support/inline-agent';
import type { Run } from '../support/run';
import {
  callingWorkflow,
  createWorkflow,
  loopWorkflow,
  PROCESS_MAKER,
  startWorkflow,
} from '../support/workflows';
import { pass } from '../support/virtual-clock';
import { type Host, RETRY_ON_FAIL } from './host';
import { FILE, type Operation, type Thing } from './operations';
import type { Plan } from './plan';
import { ofAnswer, type Report, reportsOf } from './report';

const NODE = 'ProcessMaker';
const TOOL = 'Tool';
const MOST_PRESSES = 2;
const SILENT: Report = { said: 'silent', others: [], text: '' };

/** What a repeat works with. */
export interface Stage {
  host: Host;
  plan: Plan;
  operation: Operation;
  things: Thing[];
  /** Makes another thing, which is there for nobody but a repeat. */
  another: () => Thing;
}

/** What was told in the end of each thing. */
export interface Ending {
  things: Thing[];
  reports: Report[];
  /** How often n8n ran the node for the first time for what it was given; each further run was a repeat. */
  firsts: number;
}

export type RepeatName =
  | 'Retry On Fail'
  | 'Retry button'
  | 'Retry button after a crash'
  | 'Retry button after a crash, without a resume token'
  | 'Retry button after a stop'
  | 'iterations of a loop'
  | 'a sub-workflow that is called again'
  | 'a second execution'
  | 'two executions at once'
  | 'a tool called by the engine'
  | 'tools called inline, at once'
  | 'tools called by an MCP client, at once'
  | 'an agent that calls again';

export interface Repeat {
  name: RepeatName;
  /** Fresh executions: each is an intention of its own, where no key tells that it is the same. */
  executions: number;
  /** n8n gives the items anew, so that they can be others, or in another order. */
  givesItems?: true;
  /** The node may not continue when an item fails: else nothing would be repeated. */
  stops?: true;
  /** What n8n has not kept: what the node has done, or also what the keys of starts are made of. */
  forgets?: 'record' | 'record and key';
  /** Calls at the same moment: documented not to be told apart. */
  atOnce?: true;
  interrupts?: true;
  /** What it tells is known by the number in an item, which has to be another one for each. */
  tellsByNumber?: true;
  /** An agent calls: it gives no files. */
  isTool?: true;
  takesOne?: true;
  play: (stage: Stage) => Promise<Ending>;
}

const nodeOf = ({ plan, operation }: Stage, settings: Partial<INode> = {}) => ({
  parameters: operation.parameters,
  settings: { onError: plan.onError, ...settings },
});

const usual = (stage: Stage, settings?: Partial<INode>): IWorkflowBase => {
  const node = nodeOf(stage, settings);
  return startWorkflow(node.parameters, node.settings);
};

const given = ({ operation }: Stage, things: Thing[]): RunOptions => ({
  input: things.map(({ json }) => json),
  ...(operation.binaries && { binaries: things.map(() => FILE) }),
});

function endOf(run: Run, things: Thing[]): Ending {
  return { things, reports: reportsOf(run, NODE, things.length), firsts: 1 };
}

/** The items as n8n gives them to the repeat. */
function asGivenAnew({ plan, things, another }: Stage): Thing[] {
  const ordered = plan.order.flatMap((index) => things[index] ?? []);
  switch (plan.edit) {
    case 'added':
      return [...ordered, another()];
    case 'dropped':
      return ordered.slice(1);
    case 'edited':
      return [another(), ...ordered.slice(1)];
    case 'none':
      return ordered;
  }
}

async function pressRetry(stage: Stage, first: Run): Promise<Ending> {
  const { host, plan, things } = stage;
  let run = first;
  for (let presses = 0; run.error && presses < MOST_PRESSES; presses++) {
    await pass(plan.pause);
    run = await host.retry(run);
  }
  return endOf(run, things);
}

/** Runs a workflow that is interrupted some time after its first fault. */
async function interrupted(stage: Stage, options: RunOptions, how: (name: string) => void) {
  const { host, plan } = stage;
  const name = host.next;
  const controller = new AbortController();
  let isInterrupted = false;
  host.wire.onFault = () => {
    host.wire.onFault = undefined;
    setTimeout(() => {
      if (controller.signal.aborted) return;
      isInterrupted = true;
      how(name);
      controller.abort();
    }, plan.interruptAfter);
  };
  const run = await host.run(usual(stage), { ...options, signal: controller.signal });
  const wasInTime = isInterrupted;
  // An interruption that comes after the end is none.
  host.wire.onFault = undefined;
  controller.abort();
  return { run, isInterrupted: wasInTime };
}

async function crash(stage: Stage, hasToken: boolean): Promise<Ending> {
  const { host, plan, things } = stage;
  const options = given(stage, things);
  if (!hasToken) host.keepNoToken();
  const { run, isInterrupted } = await interrupted(stage, options, (name) => {
    host.tell(`n8n crashes, and with it ${name}`);
    host.wire.kill(name);
  });
  if (!isInterrupted) return run.error ? await pressRetry(stage, run) : endOf(run, things);
  await pass(plan.pause);
  const anew = asGivenAnew(stage);
  const after = await host.retryAfterCrash(run, given(stage, anew));
  return endOf(after, anew);
}

async function stopped(stage: Stage): Promise<Ending> {
  const { host, plan, things } = stage;
  const { run, isInterrupted } = await interrupted(stage, given(stage, things), (name) =>
    host.tell(`A person stops ${name}`),
  );
  if (!isInterrupted) return run.error ? await pressRetry(stage, run) : endOf(run, things);
  await pass(plan.pause);
  return await pressRetry(stage, await host.retry(run));
}

/** In the end each iteration has told of its own item. */
async function inLoop(stage: Stage): Promise<Ending> {
  const { host, things } = stage;
  const { parameters, settings } = nodeOf(stage, RETRY_ON_FAIL);
  const run = await host.run(loopWorkflow(parameters, settings), given(stage, things));
  const reports = things.map((_, iteration): Report => {
    const [report] = iteration < run.tasks(NODE).length ? reportsOf(run, NODE, 1, iteration) : [];
    return report ?? SILENT;
  });
  return { things, reports, firsts: run.tasks(NODE).length };
}

async function asSubWorkflow(stage: Stage): Promise<Ending> {
  const { host, things } = stage;
  const called = usual(stage);
  const workflow = callingWorkflow(called);
  for (const node of workflow.nodes) if (node.name === 'Call') Object.assign(node, RETRY_ON_FAIL);
  const runs: Run[] = [];
  await host.run(workflow, { ...given(stage, things), onSubRun: (run) => runs.push(run) });
  const reports = things.map((thing): Report => {
    const last = runs.findLast((run) => run.items('Start')[0]?.number === thing.number);
    const [report] = last ? reportsOf(last, NODE, 1) : [];
    return report ? { ...report, since: last?.tasks('Start')[0]?.startTime } : SILENT;
  });
  return { things, reports, firsts: new Set(runs.map((run) => run.items('Start')[0]?.number)).size };
}

async function second(stage: Stage): Promise<Ending> {
  const { host, plan, things } = stage;
  await host.run(usual(stage), given(stage, things));
  await pass(plan.pause);
  const since = Date.now();
  const ending = endOf(await host.run(usual(stage), given(stage, things)), things);
  return { ...ending, reports: ending.reports.map((report) => ({ ...report, since })) };
}

async function atOnce(stage: Stage): Promise<Ending> {
  const { host, things } = stage;
  const endings = await Promise.all(
    [0, 1].map(async () => {
      const sender = host.next;
      const ending = endOf(await host.run(usual(stage), given(stage, things)), things);
      return { ...ending, reports: ending.reports.map((report) => ({ ...report, sender })) };
    }),
  );
  return {
    things: endings.flatMap(({ things: some }) => some),
    reports: endings.flatMap(({ reports }) => reports),
    firsts: 1,
  };
}

const fromModel = (_: string, name: string): string =>
  `$fromAI('${name}', '', '${name === 'number' ? 'string' : 'number'}')`;

/** A workflow of an agent, and of the node as its tool. */
function toolWorkflow({ operation }: Stage, agent: Pick<INode, 'type' | 'parameters'>): IWorkflowBase {
  const asJson = { dataMode: 'json', jsonData: '={{ JSON.stringify({ number: $json.number }) }}' };
  const ofItem = { ...operation.parameters, ...(operation.isStart && asJson) };
  const parameters = JSON.parse(
    JSON.stringify(ofItem).replace(/\$json\.(\w+)/g, fromModel),
  ) as INodeParameters;
  const workflow = createWorkflow(
    [
      { name: 'Start', type: 'test.start' },
      { name: 'Agent', ...agent },
      { name: TOOL, type: `${PROCESS_MAKER}Tool`, parameters, ...RETRY_ON_FAIL, onError: 'stopWorkflow' },
    ],
    [['Start', 'Agent']],
  );
  workflow.connections[TOOL] = { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] };
  return workflow;
}

const ASKED: RunOptions = { input: [{ chatInput: 'Go on' }] };

/** AI Agent 3 hands its call back to the engine, which runs the tool like any node. */
async function asTool(stage: Stage): Promise<Ending> {
  const things = stage.things.slice(0, 1);
  const parameters = { tool: TOOL, turns: [things.map(({ json }) => json)] as never };
  const run = await stage.host.run(toolWorkflow(stage, { type: 'test.agent', parameters }), ASKED);
  return { things, reports: reportsOf(run, TOOL, 1), firsts: 1 };
}

/** All other agents call the tool by themselves: all of a turn at the same time, each with tries of its own. */
async function asInlineTool(stage: Stage): Promise<Ending> {
  const { things, host } = stage;
  const turns = [things.map(({ json }) => ({ args: json }))];
  const run = await host.run(
    toolWorkflow(stage, { type: 'test.inlineAgent', parameters: { turns: turns as never } }),
    ASKED,
  );
  const answers = (run.items('Agent')[0]?.answers ?? []) as unknown as InlineAnswer[];
  const reports = things.map((_, index) => ofAnswer(answers[index]));
  return { things, reports, firsts: things.length };
}

/** The same for an MCP client: there is no workflow that runs, so that nothing is kept but for the tries of a call. */
async function asMcpTool(stage: Stage): Promise<Ending> {
  const { things, host } = stage;
  const calls = things.map(({ json }) => ({ args: json }));
  const answers = await host.callTools(toolWorkflow(stage, { type: 'test.inlineAgent', parameters: {} }), [
    calls,
  ]);
  const reports = things.map((_, index) => ofAnswer(answers[index]));
  return { things, reports, firsts: things.length };
}

/** An agent makes a call again of which it was told that it did not work. */
async function asInsistentAgent(stage: Stage): Promise<Ending> {
  const { things, host, plan } = stage;
  const parameters = { calls: things.map(({ json }) => ({ args: json })) as never, pause: plan.pause };
  const run = await host.run(toolWorkflow(stage, { type: 'test.insistentAgent', parameters }), ASKED);
  const answers = (run.items('Agent')[0]?.answers ?? []) as unknown as InlineAnswer[];
  const reports = things.map((_, index) => ofAnswer(answers[index]));
  return { things, reports, firsts: things.length };
}

/** How n8n, or a person, does the same again. */
export const REPEATS: Repeat[] = [
  {
    name: 'Retry On Fail',
    executions: 1,
    stops: true,
    async play(stage) {
      const run = await stage.host.run(usual(stage, RETRY_ON_FAIL), given(stage, stage.things));
      return endOf(run, stage.things);
    },
  },
  {
    name: 'Retry button',
    executions: 1,
    stops: true,
    async play(stage) {
      return await pressRetry(stage, await stage.host.run(usual(stage), given(stage, stage.things)));
    },
  },
  {
    name: 'Retry button after a crash',
    executions: 1,
    givesItems: true,
    forgets: 'record',
    interrupts: true,
    play: async (stage) => await crash(stage, true),
  },
  {
    name: 'Retry button after a crash, without a resume token',
    executions: 1,
    givesItems: true,
    forgets: 'record and key',
    interrupts: true,
    play: async (stage) => await crash(stage, false),
  },
  { name: 'Retry button after a stop', executions: 1, stops: true, interrupts: true, play: stopped },
  { name: 'iterations of a loop', executions: 1, stops: true, play: inLoop },
  {
    name: 'a sub-workflow that is called again',
    executions: 3,
    stops: true,
    tellsByNumber: true,
    play: asSubWorkflow,
  },
  { name: 'a second execution', executions: 2, play: second },
  { name: 'two executions at once', executions: 2, atOnce: true, play: atOnce },
  {
    name: 'a tool called by the engine',
    executions: 1,
    stops: true,
    isTool: true,
    takesOne: true,
    play: asTool,
  },
  {
    name: 'tools called inline, at once',
    executions: 1,
    stops: true,
    atOnce: true,
    isTool: true,
    play: asInlineTool,
  },
  {
    name: 'tools called by an MCP client, at once',
    executions: 1,
    stops: true,
    atOnce: true,
    isTool: true,
    play: asMcpTool,
  },
  {
    name: 'an agent that calls again',
    executions: 1,
    stops: true,
    isTool: true,
    tellsByNumber: true,
    play: asInsistentAgent,
  },
];
