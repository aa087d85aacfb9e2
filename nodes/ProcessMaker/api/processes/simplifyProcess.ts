import type { IDataObject } from 'n8n-workflow';

import { asText, isObject, objectsIn } from '../../guards';
import { toStartEvent } from './processes';

/** The fields of a process that matter to most workflows. */
export function simplifyProcess(process: IDataObject, instanceUrl: string): IDataObject {
  return {
    id: process.id,
    name: process.name ?? null,
    description: process.description ?? null,
    status: process.status ?? null,
    category: isObject(process.category) ? process.category.name : null,
    startEvents: objectsIn(process.startEvents ?? process.events).map(simplifyStartEvent),
    createdAt: process.created_at ?? null,
    updatedAt: process.updated_at ?? null,
    url: `${instanceUrl}/process-browser/${asText(process.id)}`,
  };
}

function simplifyStartEvent(event: IDataObject): IDataObject {
  const { id, name, triggers } = toStartEvent(event);
  return { id, name, triggers };
}
