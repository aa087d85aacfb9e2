import { executableBpmn, readDefinition, type Definition } from './definition';
import { Flow } from './run';

/** What was read from BPMN documents, each read once per run of Node: many instances come and go in tests. */
class DefinitionCache {
  private readonly definitions = new Map<string, Promise<Definition>>();
  private readonly flows = new Map<string, Promise<Flow>>();

  /** The process in a BPMN document. */
  definition(bpmn: string): Promise<Definition> {
    return remember(this.definitions, bpmn, () => readDefinition(bpmn));
  }

  /** The flow of a process from one start event. */
  flow(bpmn: string, startEventId: string): Promise<Flow> {
    return remember(
      this.flows,
      `${startEventId}\n${bpmn}`,
      async () => new Flow(await executableBpmn(bpmn, startEventId)),
    );
  }
}

function remember<Value>(
  cache: Map<string, Promise<Value>>,
  key: string,
  make: () => Promise<Value>,
): Promise<Value> {
  let value = cache.get(key);
  if (value === undefined) {
    value = make();
    cache.set(key, value);
  }
  return value;
}

export const definitions = new DefinitionCache();
