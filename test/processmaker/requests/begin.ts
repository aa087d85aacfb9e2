import { randomUUID } from 'node:crypto';
import { toStoredJson } from '../data/normalise';
import type { ProcessRow, RequestRow, UserRow } from '../database/rows';
import type { Instance } from '../instance';
import type { JsonObject } from '../types';
import { applyStep, type Call } from './apply-step';
import { findRequest, insert, insertToken } from './store';

/** What a Request begins with. */
export interface Start {
  process: ProcessRow;
  startEvent: string;
  user: UserRow;
  data: JsonObject;
  parent?: RequestRow;
}

/** Begins a Request: the flow runs to where it waits, then everything is written at once. */
export async function beginRequest(instance: Instance, start: Start): Promise<{ id: number; calls: Call[] }> {
  const { process, startEvent, user } = start;
  const { database } = instance;
  const definition = await instance.definitions.definition(process.bpmn);
  const flow = await instance.definitions.flow(process.bpmn, startEvent);
  const step = await flow.start(start.data);
  return database.transaction(() => {
    const request = insertRequest(instance, start);
    const element = definition.elements.get(startEvent);
    insertToken(instance, request, {
      element_id: startEvent,
      element_type: 'startEvent',
      element_name: element?.name ?? null,
      status: 'TRIGGERED',
      user_id: user.id,
    });
    return { id: request.id, calls: applyStep(instance, request, definition, step) };
  });
}

function insertRequest(instance: Instance, { process, startEvent, user, data, parent }: Start): RequestRow {
  const now = instance.sqlNow();
  const caseNumber = parent?.case_number ?? instance.database.run('INSERT INTO case_numbers DEFAULT VALUES');
  const title = parent?.case_title ?? process.name;
  const id = insert(instance, 'process_requests', {
    uuid: randomUUID(),
    process_id: process.id,
    process_version_id: process.version_id,
    process_collaboration_id: parent?.process_collaboration_id ?? null,
    user_id: user.id,
    parent_request_id: parent?.id ?? null,
    callable_id: process.callable_id,
    status: 'ACTIVE',
    name: process.name,
    case_title: title,
    case_title_formatted: title,
    case_number: caseNumber,
    data: toStoredJson(data),
    do_not_sanitize: '[]',
    initiated_at: now,
    created_at: now,
    updated_at: now,
    start_event: startEvent,
  });
  const request = findRequest(instance, id);
  if (request === undefined) throw new Error(`Request ${id} was not stored.`);
  return request;
}
