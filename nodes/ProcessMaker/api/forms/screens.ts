import type { Connection } from '../../transport/connection';
import type { Failure, Result } from '../../transport/failure';
import { apiPath, callApiPatiently } from '../../transport/request';
import { isObject } from '../../guards';
import { screenFields, type ScreenFields } from './screenFields';

/** Far above any form; forms can stand inside of each other. */
const MAX_SCREENS = 30;

/** Whether a form is gone or out of reach: the fields can be given all the same, if with less help. */
export function isUnreadable({ kind }: Failure): boolean {
  return kind === 'forbidden' || kind === 'notFound';
}

/**
 * Reads screens and those inside of them: `GET /api/1.0/screens/{id}`, which answers for any valid token.
 *
 * @returns what all of them hold; a screen that is gone, or that the user may not read, is left out
 */
export async function readScreens(connection: Connection, ids: number[]): Promise<Result<ScreenFields>> {
  const all: ScreenFields = { fields: [], files: [], others: [], nested: [] };
  const queue = [...new Set(ids)];
  for (let index = 0; index < Math.min(queue.length, MAX_SCREENS); index++) {
    const answer = await callApiPatiently(connection, {
      method: 'GET',
      path: apiPath('1.0', 'screens', queue[index] ?? ''),
    });
    if (!answer.ok) {
      if (isUnreadable(answer.failure)) continue;
      return answer;
    }
    const { fields, files, others, nested } = screenFields(
      isObject(answer.value) ? answer.value.config : undefined,
    );
    all.fields.push(...fields);
    all.files.push(...files);
    all.others.push(...others);
    queue.push(...nested.filter((id) => !queue.includes(id)));
  }
  return { ok: true, value: { ...all, nested: queue } };
}
