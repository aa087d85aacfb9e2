import type { IDataObject } from 'n8n-workflow';

import { asText } from '../guards';
import type { Connection } from '../transport/connection';
import { readPage, type ListCall } from '../transport/pagination';
import { explained, isKind, ProcessMakerError, unexpectedResponse } from '../transport/processMakerError';
import { pmqlAll } from './pmql';

/** As many as one call can ask for. */
const CHUNK_SIZE = 100;

/** What was read under each key, or why it could not be read. */
export type Batch<T> = Map<number, T | ProcessMakerError>;

/**
 * Reads things by id, 100 in one call.
 *
 * @param readChunk reads the things that `id IN […]` finds
 * @returns see `readChunks`
 */
export async function readInChunks<T extends { id: number }>(
  ids: number[],
  readChunk: (pmql: string) => Promise<T[]>,
): Promise<Batch<T>> {
  return await readChunks(ids, async (chunk) => {
    const found = await readChunk(`id IN [${chunk.join(',')}]`);
    return found.map((one) => [one.id, one]);
  });
}

/**
 * Reads things by a number of theirs, 100 in one call.
 *
 * @returns what was found; the error of a call under its own keys only, and under none when ProcessMaker refused several
 * together because of what they hold, so that each can be asked for by itself
 */
export async function readChunks<T>(
  keys: number[],
  readChunk: (keys: number[]) => Promise<Array<[number, T | ProcessMakerError]>>,
): Promise<Batch<T>> {
  const batch: Batch<T> = new Map();
  for (let from = 0; from < keys.length; from += CHUNK_SIZE) {
    const chunk = keys.slice(from, from + CHUNK_SIZE);
    try {
      for (const [key, value] of await readChunk(chunk)) batch.set(key, value);
    } catch (error) {
      if (!(error instanceof ProcessMakerError)) throw explained(error);
      const isAboutContent = isKind(error, 'serverError', 'badRequest', 'invalid', 'tooLarge');
      if (chunk.length > 1 && isAboutContent) continue;
      // Any other error is that of the server as a whole, which is not asked for the rest.
      for (const key of isAboutContent ? chunk : keys.slice(from)) batch.set(key, error);
      if (!isAboutContent) break;
    }
  }
  return batch;
}

/** @throws ProcessMakerError that stands under the key */
export function valueIn<T>(batch: Batch<T>, key: number): T | undefined {
  const value = batch.get(key);
  if (value instanceof ProcessMakerError) throw value;
  return value;
}

/** In which order a list is read. */
export interface ListOrder {
  /** As the API names it. */
  field: string;
  direction: 'asc' | 'desc';
}

/**
 * Reads a list in the order of the ids, each page behind the last id of the one before (`pmql=… AND id < …`): borders of
 * pages would move when entries come, go or change meanwhile, and some would be missed.
 *
 * @param call its `qs` may hold `pmql`
 * @throws ProcessMakerError also when a response does not go on behind that id
 */
export async function listById(
  connection: Connection,
  { path, qs = {}, limit = Infinity, maxReads }: ListCall,
  direction: ListOrder['direction'],
): Promise<IDataObject[]> {
  const found: IDataObject[] = [];
  for (;;) {
    const last = found.at(-1);
    const border = last ? [`id ${direction === 'asc' ? '>' : '<'} ${asText(last.id)}`] : [];
    const pmql = pmqlAll([...(qs.pmql ? [asText(qs.pmql)] : []), ...border]);
    const { entries, lastPage } = await readPage(connection, {
      path,
      qs: { ...qs, ...(pmql !== '' && { pmql }), order_by: 'id', order_direction: direction },
      pageSize: Math.min(CHUNK_SIZE, limit - found.length),
      maxReads,
    });
    // Something on the way has ignored the border: to go on would have no end.
    if (last && entries.some(({ id }) => id === last.id)) {
      throw unexpectedResponse(
        'The pages of the list are not in the form that ProcessMaker gives them: one begins where it should go on',
      );
    }
    found.push(...entries);
    if (lastPage <= 1 || entries.length === 0 || found.length >= limit) return found;
  }
}
