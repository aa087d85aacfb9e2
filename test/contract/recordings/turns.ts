import { randomUUID } from 'node:crypto';
import type { Json } from '../../processmaker';
import type { UserRow } from '../../processmaker/database/rows';
import type { Instance } from '../../processmaker/instance';
import { maySee } from '../../processmaker/requests/access';
import { candidates } from '../../processmaker/requests/assignment';
import { findProcess, findRequest, insert } from '../../processmaker/requests/store';

/** A start whose task goes to the one whose turn it is: as many tasks as it takes were given out before. */
export async function storeTurns(
  instance: Instance,
  processId: number,
  shown: Json | undefined,
): Promise<void> {
  const process = findProcess(instance, processId);
  const tasks = Object(shown ?? {}) as { active_tasks?: { user_id: number | null }[] };
  const userId = tasks.active_tasks?.[0]?.user_id ?? undefined;
  if (process === undefined || userId === undefined) return;
  const { elements } = await instance.definitions.definition(process.bpmn);
  for (const element of elements.values()) {
    const turn = candidates(instance, element).indexOf(userId);
    for (let before = 0; before < turn; before += 1)
      insert(instance, 'process_request_tokens', {
        ...token(instance, 0),
        process_id: processId,
        element_id: element.id,
      });
  }
}

const token = (instance: Instance, requestId: number) => ({
  uuid: randomUUID(),
  process_request_id: requestId,
  process_id: 2,
  element_id: 'node_2',
  element_type: 'task',
  status: 'CLOSED',
  created_at: instance.sqlNow(),
  updated_at: instance.sqlNow(),
});

/** Who is shown a Request that is neither theirs nor had work for them could take its task. */
export function offerTo(instance: Instance, user: UserRow, requestId: number): void {
  const request = findRequest(instance, requestId);
  if (request === undefined || maySee(instance, user, request)) return;
  const offer = { is_self_service: 1, self_service_groups: JSON.stringify({ users: [user.id] }) };
  const open = `process_request_id = ? AND user_id IS NULL AND status = 'ACTIVE'`;
  if (
    instance.database.get(`SELECT 1 AS found FROM process_request_tokens WHERE ${open}`, [requestId]) !==
    undefined
  )
    instance.database.run(
      `UPDATE process_request_tokens SET is_self_service = 1, self_service_groups = ? WHERE ${open}`,
      [offer.self_service_groups, requestId],
    );
  else
    insert(instance, 'process_request_tokens', { ...token(instance, requestId), ...offer, status: 'ACTIVE' });
}
