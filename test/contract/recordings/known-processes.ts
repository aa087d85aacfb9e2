import type { Json } from '../../processmaker';
import type { Instance } from '../../processmaker/instance';
import { findProcess } from '../../processmaker/requests/store';
import { bpmn, endEvent, formTask, line, startEvent } from '../../processmaker/fixtures/bpmn';
import { prepareProcess } from '../../processmaker/fixtures/seed';
import type { ApiCall, Route } from '../../processmaker/routes/route';

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

interface ShownProcess {
  name?: string;
  start_events?: { id: string; name: string; assignedUsers?: string }[];
}

/** A process that a recording speaks of and the stand-in does not have: made so that it behaves as shown. */
export async function addUnknownProcess(
  instance: Instance,
  id: number,
  shown: Json | undefined,
): Promise<void> {
  if (findProcess(instance, id) !== undefined) return;
  const request = typeof shown === 'object' && shown !== null && !Array.isArray(shown) ? shown : {};
  const { name = `Process ${id}`, start_events: events = [] } = (request['process'] ?? {}) as ShownProcess;
  const starts = events.map((event) => startEvent(event.id, event.name, event.assignedUsers));
  const users = request['status'] === 'ERROR' ? '' : '3';
  const middle = request['status'] === 'COMPLETED' ? [] : [formTask('shown_task', 'Form Task', users)];
  const ids = [...middle.map((task) => task.id), 'shown_end'];
  const flows = starts.flatMap((start) => line(start.id, ids[0] ?? 'shown_end'));
  const xml = bpmn([...starts, ...middle, endEvent('shown_end', 'End')], [...flows, ...line(...ids)]);
  (await prepareProcess(instance, { id, name, bpmn: xml }))();
}
