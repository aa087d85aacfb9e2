import type { Json, JsonObject } from '../../processmaker';
import type { Instance } from '../../processmaker/instance';
import { findProcess } from '../../processmaker/requests/store';
import { bpmn, type Element, endEvent, formTask, line, startEvent } from '../../processmaker/fixtures/bpmn';
import { prepareProcess } from '../../processmaker/fixtures/seed';
import type { ApiCall, Route } from '../../processmaker/routes/route';
import type { Recording } from './recording';

/** The processes of the stand-in that are not there for tests. */
const FIRST_DEMO_PROCESS = 21;

/** Leaves the processes with which the recordings were made. */
export function removeDemoProcesses({ database }: Instance): void {
  database.run('DELETE FROM processes WHERE id >= ?', [FIRST_DEMO_PROCESS]);
}

/** A list of processes or users shows fewer than there are: the youngest ones did not exist yet. */
export async function removeYoung(
  table: 'processes' | 'users',
  route: Route | undefined,
  call: Pick<ApiCall, 'instance' | 'user' | 'query'>,
  total: number,
): Promise<void> {
  const { instance } = call;
  const ids = instance.database.all<{ id: number }>(`SELECT id FROM ${table} ORDER BY id DESC`);
  for (const { id } of ids) {
    if ((await countListed(route, call)) <= total) return;
    instance.database.run(`DELETE FROM ${table} WHERE id = ?`, [id]);
  }
}

async function countListed(
  route: Route | undefined,
  call: Pick<ApiCall, 'instance' | 'user' | 'query'>,
): Promise<number> {
  const result = await route?.handle({
    ...call,
    id: 0,
    parameters: {},
    url: '/',
    data: {},
    raw: { bytes: Buffer.alloc(0), contentType: '' },
  });
  const body = result?.body as { meta: { total: number } } | undefined;
  return body?.meta.total ?? 0;
}

/** An event that no Task comes with. */
const WAIT: Element = {
  type: 'intermediateCatchEvent',
  id: 'shown_wait',
  name: 'Wait',
  inner:
    '<bpmn:timerEventDefinition id="shown_timer"><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>',
};

interface ShownEvent {
  id: string;
  name: string;
  assignedUsers?: string;
  screenRef?: string;
  config?: string;
}

interface ShownProcess {
  name?: string;
  start_events?: ShownEvent[];
}

/** A process that a recording speaks of and the stand-in does not have: made so that it behaves as shown. */
export async function addUnknownProcess(
  instance: Instance,
  id: number,
  shown: Json | undefined,
): Promise<void> {
  if (findProcess(instance, id) !== undefined) return;
  const request = typeof shown === 'object' && shown !== null && !Array.isArray(shown) ? shown : {};
  const { name = `Process ${id}`, start_events: events = [] } = (request['process'] ??
    request) as ShownProcess;
  const starts = events.map(shownStart);
  const middle = request['status'] === 'COMPLETED' ? [] : [shownStep(request, events)];
  const ids = [...middle.map((task) => task.id), 'shown_end'];
  const flows = starts.flatMap((start) => line(start.id, ids[0] ?? 'shown_end'));
  const xml = bpmn([...starts, ...middle, endEvent('shown_end', 'End')], [...flows, ...line(...ids)]);
  (await prepareProcess(instance, { id, name, bpmn: xml }))();
}

/** A process that a recording shows, or its BPMN, or neither to a user who may not see it. */
export async function addShownProcess(
  instance: Instance,
  id: number,
  { json, text }: Recording['response'],
): Promise<void> {
  await addUnknownProcess(instance, id, json);
  if (text !== undefined) instance.database.run('UPDATE processes SET bpmn = ? WHERE id = ?', [text, id]);
}

function shownStart({ id, name, assignedUsers, screenRef, config }: ShownEvent): Element {
  const start = startEvent(id, name, assignedUsers);
  const given = { ...(screenRef !== undefined && { screenRef }), ...(config !== undefined && { config }) };
  return { ...start, pm: { ...given, ...start.pm } };
}

/** What a started Request has come to: a Task, one that nobody can be given, or an event that it waits for. */
function shownStep(request: JsonObject, starts: ShownEvent[]): Element {
  const [task] = objectsIn(request['active_tasks']);
  const [failure] = objectsIn(request['errors']);
  const { process } = (request['process_version'] ?? { process: true }) as JsonObject;
  if (request['status'] === 'ACTIVE' && process === undefined) return WAIT;
  const isUnassigned = request['status'] === 'ERROR' && task === undefined;
  const isOfTask = isUnassigned && starts.every(({ id }) => id !== failure?.['element_id']);
  const { element_id: id, element_name: name } = task ?? (isOfTask ? failure : undefined) ?? {};
  const textOr = (value: Json | undefined, otherwise: string) =>
    typeof value === 'string' ? value : otherwise;
  return formTask(textOr(id, 'shown_task'), textOr(name, 'Form Task'), isUnassigned ? '' : '3');
}

function objectsIn(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}
