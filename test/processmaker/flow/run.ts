import { runInNewContext } from 'node:vm';
import { Engine, type BpmnEngineOptions } from 'bpmn-engine';
import type { JsonObject } from '../types';

type SourceContext = NonNullable<BpmnEngineOptions['sourceContext']>;

/** Where a flow stands after a step. */
export interface FlowStep {
  /** Ids of the elements that wait now. */
  waiting: string[];
  /** Ids of the gateways and end events that were passed, in order. */
  passed: string[];
  /** An end event was reached and nothing waits any more. */
  ended: boolean;
  /** What the next step begins from; null when nothing waits. */
  state: string | null;
}

/** An executable process, read once. */
export class Flow {
  private source: SourceContext | undefined;
  private firstStep: FlowStep | undefined;

  constructor(private readonly bpmn: string) {}

  /**
   * Runs from the start event to where the flow waits or ends. When no condition was asked on the way, the step is
   * the same for every Request and runs only once.
   */
  async start(data: JsonObject): Promise<FlowStep> {
    if (this.firstStep !== undefined) return this.firstStep;
    const conditions = new Conditions(data);
    const engine = this.engine(conditions);
    const passages = recordPassages();
    await engine.execute({ listener: passages });
    this.source ??= contextOf(engine);
    const first = await step(engine, passages);
    if (!conditions.asked) this.firstStep = first;
    return first;
  }

  /** Goes on behind an element that waited. */
  async resume(state: string, elementId: string, data: JsonObject): Promise<FlowStep> {
    if (this.source === undefined) await this.start(data);
    const engine = this.engine(new Conditions(data)).recover(JSON.parse(state));
    const passages = recordPassages();
    const execution = await engine.resume({ listener: passages });
    execution.signal({ id: elementId });
    return step(engine, passages);
  }

  private engine(expressions: Conditions): Engine {
    return new Engine({
      name: 'flow',
      ...(this.source === undefined ? { source: this.bpmn } : { sourceContext: this.source }),
      expressions,
    });
  }
}

function contextOf(engine: Engine): SourceContext {
  const source: unknown = engine.execution.definitions[0]?.environment.options['source'];
  return source as SourceContext;
}

/** The conditions of gateways, over the data of a Request. What cannot be evaluated does not hold. */
class Conditions {
  asked = false;

  constructor(private readonly data: JsonObject) {}

  resolveExpression(expression: string): unknown {
    this.asked = true;
    try {
      return runInNewContext(expression, { ...this.data }, { timeout: 100 });
    } catch {
      return false;
    }
  }
}

interface Passages {
  passed: string[];
  ends: number;
  emit(event: string, activity?: { id?: string; type?: string }): void;
}

function recordPassages(): Passages {
  return {
    passed: [],
    ends: 0,
    emit(event, { id, type = '' } = {}) {
      if (event !== 'activity.end' || id === undefined || !/(EndEvent|Gateway)$/.test(type)) return;
      this.passed.push(id);
      if (type === 'bpmn:EndEvent') this.ends += 1;
    },
  };
}

async function step(engine: Engine, { passed, ends }: Passages): Promise<FlowStep> {
  const waiting = engine.execution.getPostponed().map((activity) => activity.id);
  if (waiting.length === 0) return { waiting, passed, ended: ends > 0, state: null };
  const state = await engine.getState();
  for (const definition of state.definitions) delete definition.source;
  await engine.stop();
  return { waiting, passed, ended: false, state: JSON.stringify(state) };
}
