import type { JsonObject } from '../../processmaker';
import type { UserRow } from '../../processmaker/database/rows';
import { bpmn, startEvent } from '../../processmaker/fixtures/bpmn';
import { prepareProcess } from '../../processmaker/fixtures/seed';
import type { Instance } from '../../processmaker/instance';
import { findRequest, insertToken } from '../../processmaker/requests/store';
import type { Recording } from './recording';
import { sqlTime, storeRequestAlone } from './shown-requests';

const START = startEvent('another', 'Start');

/** A Request that has visited an element as a response shows it. */
export async function storeShownVisit(
  instance: Instance,
  user: UserRow,
  id: number,
  { request, response }: Recording,
): Promise<void> {
  const shown = (response.status === 200 ? response.json : {}) as JsonObject;
  const elementId = JSON.parse(JSON.stringify(shown['element_id'] ?? '')) as string;
  const asked = new URL(request.path, 'http://recorded').searchParams.get('element_id') ?? '';
  const processId = shown['is_sequence_flow'] === true ? await storeFlow(instance, asked, elementId) : 2;
  storeRequestAlone(instance, { id, user_id: user.id, process_id: processId }, {});
  const stored = findRequest(instance, id);
  if (stored === undefined || response.status !== 200) return;
  const visit = {
    element_id: elementId,
    element_type: 'any',
    element_name: shown['element_name'] as string | null,
    status: shown['status'] as 'ACTIVE',
    user_id: shown['user_id'] as number | null,
    created_at: sqlTime(shown['created_at'] ?? null) ?? '',
    completed_at: sqlTime(shown['completed_at'] ?? null),
  };
  for (let count = Number(shown['count']); count > 0; count--) insertToken(instance, stored, visit);
}

/** A process in which a flow leads to an element. */
async function storeFlow(instance: Instance, flowId: string, elementId: string): Promise<number> {
  const target = { type: 'task', id: elementId, name: elementId };
  const flows = Array.from({ length: Number(flowId.slice(1)) }, () => ({ from: elementId, to: elementId }));
  const process = { name: `Flow ${flowId}`, bpmn: bpmn([START, target], flows) };
  return (await prepareProcess(instance, process))();
}
