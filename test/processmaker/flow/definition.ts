import BpmnModdle, { type ModdleElement } from 'bpmn-moddle';
import type { JsonObject } from '../types';

/** An element of a process: its BPMN type without the prefix, and ProcessMaker's own attributes. */
export interface FlowElement {
  id: string;
  name: string;
  type: string;
  /** The types of its event definitions, such as `messageEventDefinition`. */
  eventTypes: string[];
  /** The variables that its event definitions name, for the data that comes with the event. */
  variableNames: string[];
  /** The signals that its event definitions name. */
  signalRefs: string[];
  properties: Record<string, string>;
  /** A timer that interrupts it: the boundary event, and when, as its BPMN says it. */
  timer?: BoundaryTimer;
  /** Of a sequence flow: the ids of the elements that it leads from and to. */
  ends?: [string, string];
}

/** A timer at the edge of a task. */
export interface BoundaryTimer {
  /** Its event. */
  id: string;
  /** A duration or a date of ISO 8601, or a variable in double braces. */
  when: string;
}

/** What the server knows of a process after reading its BPMN. */
export interface Definition {
  callableId: string;
  elements: Map<string, FlowElement>;
  /** As the API shows them. */
  startEvents: JsonObject[];
  /** The signals that start it. */
  signalIds: string[];
}

/** Elements at which the flow stands still until something outside of the flow goes on. */
const WAITING = [
  'Task',
  'UserTask',
  'ManualTask',
  'ScriptTask',
  'ServiceTask',
  'CallActivity',
  'IntermediateCatchEvent',
];

const moddle = new BpmnModdle();

const typeName = (element: ModdleElement): string => {
  const name = element.$type.replace('bpmn:', '');
  return name.charAt(0).toLowerCase() + name.slice(1);
};

const properties = (element: ModdleElement): Record<string, string> =>
  Object.fromEntries(
    Object.entries(element.$attrs).map(([name, value]) => [name.replace(/^pm:/, ''), value]),
  );

const processOf = (root: ModdleElement): ModdleElement => {
  const found = root.rootElements?.find((element) => element.$type === 'bpmn:Process');
  if (found === undefined) throw new Error('The BPMN holds no process.');
  return found;
};

const referencedId = (reference: ModdleElement | string | undefined): string | undefined =>
  typeof reference === 'object' ? reference.id : reference;

const signalOf = (definition: ModdleElement): string | undefined =>
  referencedId(definition.signalRef) ?? definition.$attrs.signalRef;

function eventDefinition(definition: ModdleElement): JsonObject {
  const messageRef = referencedId(definition.messageRef);
  const signalRef = signalOf(definition);
  return {
    id: definition.id,
    $type: typeName(definition),
    ...(messageRef === undefined ? {} : { messageRef }),
    ...(signalRef === undefined ? {} : { signalRef }),
  };
}

/** The timer that interrupts each element, by the element's id. */
function boundaryTimers(elements: ModdleElement[]): Map<string, BoundaryTimer> {
  const timers = elements.flatMap(({ id, attachedToRef, eventDefinitions = [] }) =>
    eventDefinitions.flatMap(({ timeDuration, timeDate }): Array<[string, BoundaryTimer]> => {
      const when = (timeDuration ?? timeDate)?.body;
      return attachedToRef && when !== undefined ? [[attachedToRef.id, { id, when }]] : [];
    }),
  );
  return new Map(timers);
}

/** The variable by which the flow knows, for one step, which timer has fired. */
export const FIRED_TIMER = '__firedTimer';

/**
 * Puts a gateway behind each task that has a timer: the flow engine is stopped between two steps, so that the server
 * measures the time, and the gateway leads to where the timer does.
 */
function replaceTimers(all: ModdleElement[]): ModdleElement[] {
  const gateways = all.flatMap(({ id, attachedToRef: task, outgoing = [] }) => {
    if (!task) return [];
    const [next] = task.outgoing ?? [];
    const gateway = moddle.create('bpmn:ExclusiveGateway', {
      id: `${id}_left`,
      outgoing: [...(next ? [next] : []), ...outgoing],
      ...(next ? { default: next } : {}),
    });
    const between = { id: `${id}_flow`, sourceRef: task, targetRef: gateway };
    const flow = moddle.create('bpmn:SequenceFlow', between);
    if (next) next.sourceRef = gateway;
    for (const late of outgoing) {
      late.sourceRef = gateway;
      const body = `${FIRED_TIMER} === '${id}'`;
      late.conditionExpression = moddle.create('bpmn:FormalExpression', { body });
    }
    task.outgoing = [flow];
    gateway.incoming = [flow];
    return [gateway, flow];
  });
  return [...all.filter(({ attachedToRef }) => !attachedToRef), ...gateways];
}

/** Where a sequence flow leads from and to. */
function endsOf({ sourceRef, targetRef }: ModdleElement): Pick<FlowElement, 'ends'> {
  return sourceRef && targetRef ? { ends: [sourceRef.id, targetRef.id] } : {};
}

/** Reads a BPMN document. */
export async function readDefinition(bpmn: string): Promise<Definition> {
  const { rootElement } = await moddle.fromXML(bpmn);
  const process = processOf(rootElement);
  const timers = boundaryTimers(process.flowElements ?? []);
  const elements = (process.flowElements ?? []).map((element) => ({
    id: element.id,
    name: element.name ?? '',
    type: typeName(element),
    eventTypes: (element.eventDefinitions ?? []).map(typeName),
    variableNames: (element.eventDefinitions ?? []).flatMap(
      (definition) => properties(definition)['variableName'] ?? [],
    ),
    signalRefs: (element.eventDefinitions ?? []).flatMap((definition) => signalOf(definition) ?? []),
    properties: properties(element),
    ...(timers.has(element.id) ? { timer: timers.get(element.id) } : {}),
    ...endsOf(element),
  }));
  const startEvents = (process.flowElements ?? [])
    .filter((element) => element.$type === 'bpmn:StartEvent')
    .map((element) => ({
      id: element.id,
      name: element.name ?? '',
      ...properties(element),
      ownerProcessId: process.id,
      eventDefinitions: (element.eventDefinitions ?? []).map(eventDefinition),
      ownerProcessName: process.name ?? '',
    }));
  const signalIds = startEvents
    .flatMap((event) => event.eventDefinitions.map((definition) => definition['signalRef']))
    .filter((id): id is string => typeof id === 'string');
  return {
    callableId: process.id,
    elements: new Map(elements.map((element) => [element.id, element])),
    startEvents,
    signalIds,
  };
}

/**
 * The BPMN that the flow engine runs for one start event: the other start events are gone, and everything that
 * waits is a user task, so that the engine does the flow and the server decides what waiting means.
 */
export async function executableBpmn(bpmn: string, startEventId: string): Promise<string> {
  const { rootElement } = await moddle.fromXML(bpmn);
  const process = processOf(rootElement);
  const all = replaceTimers(process.flowElements ?? []);
  const isOtherStart = (element?: ModdleElement): boolean =>
    element?.$type === 'bpmn:StartEvent' && element.id !== startEventId;
  const gone = new Set(all.filter((element) => isOtherStart(element) || isOtherStart(element.sourceRef)));
  process.flowElements = all
    .filter((element) => !gone.has(element))
    .map((element) => {
      if (element.incoming) element.incoming = element.incoming.filter((flow) => !gone.has(flow));
      if (element.$type === 'bpmn:StartEvent') element.eventDefinitions = [];
      if (!WAITING.includes(element.$type.replace('bpmn:', ''))) return element;
      const { id, name, incoming, outgoing } = element;
      return moddle.create('bpmn:UserTask', { id, name, incoming, outgoing });
    });
  return (await moddle.toXML(rootElement)).xml;
}
