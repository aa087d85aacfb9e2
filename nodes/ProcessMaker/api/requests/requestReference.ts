import type { Connection } from '../../transport/connection';
import { inputError, type ProcessMakerError } from '../../transport/processMakerError';
import { readChunks, type Batch } from '../readByIds';
import { readPages } from './requests';

/** A Request as people name it. */
export type RequestReference = { id: number } | { caseNumber: number };

/**
 * Finds the Requests that cases began with: `GET /api/1.0/requests?pmql=case_number IN […]`, 100 in one call.
 *
 * @returns their ids by case number; for a case of which none may be seen, the error that says so (see `readChunks`)
 */
export async function findCases(connection: Connection, caseNumbers: number[]): Promise<Batch<number>> {
  return await readChunks(caseNumbers, async (chunk) => {
    const found = new Map<number, number>();
    const parts = new Map<number, number[]>();
    const requests = await readPages(connection, `case_number IN [${chunk.join(',')}]`, []);
    for (const { id, case_number, parent_request_id } of requests) {
      const caseNumber = Number(case_number);
      // Its sub-processes have the same case number.
      if (parent_request_id === null) found.set(caseNumber, id);
      else parts.set(caseNumber, [...(parts.get(caseNumber) ?? []), id]);
    }
    return chunk.map((number) => [number, found.get(number) ?? notSeen(number, parts.get(number))]);
  });
}

/** @param parts the Requests of the case that the user may see, all of them of sub-processes */
function notSeen(caseNumber: number, parts: number[] | undefined): ProcessMakerError {
  return parts
    ? inputError(
        `Of case ${caseNumber}, the user of the access token may see only the Requests of sub-processes, and not the one that it began with`,
        `Choose 'By ID' for one of them: ${parts.join(', ')}.`,
      )
    : inputError(
        `There is no Request with the case number ${caseNumber} that the user of the access token may see`,
        'Check the number, and that the user started the Request, takes part in it, or may see all Requests.',
      );
}
