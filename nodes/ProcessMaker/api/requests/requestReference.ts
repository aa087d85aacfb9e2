import type { IExecuteFunctions } from 'n8n-workflow';

import type { Connection } from '../../transport/connection';
import { inputFailure, type Result } from '../../transport/failure';
import { parseId, readId, readLocator, type LocatorKind } from '../../input/locators';
import { readPages } from './requests';
import type { ApiRequest } from './simplifyRequest';

/** The page of a Request, and its address in the API. */
export const REQUEST_URL_PATTERN = 'https?://.+/requests/([0-9]+)(?:[/?#].*)?';

const REQUEST: LocatorKind = {
  parameter: 'Request',
  thing: 'Request',
  urlPattern: REQUEST_URL_PATTERN,
  examplePath: '/requests/4711',
};

/** A Request as people name it. */
export type RequestReference = { id: number } | { caseNumber: number };

/** The parameter 'Request' of an item. Nothing is sent. */
export function readRequestReference(
  context: IExecuteFunctions,
  itemIndex: number,
  { instanceUrl }: Connection,
): Result<RequestReference> {
  return toRequestReference(context.getNodeParameter('request', itemIndex), instanceUrl);
}

/** What a value of the parameter 'Request' points to. Nothing is sent. */
export function toRequestReference(locator: unknown, instanceUrl: string): Result<RequestReference> {
  const { mode, value } = readLocator(locator);
  if (mode !== 'caseNumber') {
    const id = readId(locator, instanceUrl, REQUEST);
    return id.ok ? { ok: true, value: { id: id.value } } : id;
  }
  const caseNumber = parseId(value.replace(/^#/, ''));
  if (caseNumber !== undefined) return { ok: true, value: { caseNumber } };
  return inputFailure(
    value === ''
      ? "No case number is given in 'Request'"
      : `'Request' holds "${value}", which is not a case number`,
    'Enter the number that ProcessMaker shows as "Case #42", e.g. 42.',
  );
}

/** So many case numbers fit into one call. */
const CASES_IN_CALL = 100;

/** Finds the Requests of case numbers: those of all items together, and only when one is needed. */
export class RequestIds {
  /** The Requests of sub-processes, by case number. */
  private readonly parts = new Map<number, number[]>();

  private byCase: Promise<Result<Map<number, ApiRequest>>> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly references: RequestReference[],
  ) {}

  async idOf(reference: RequestReference): Promise<Result<number>> {
    if ('id' in reference) return { ok: true, value: reference.id };
    this.byCase ??= this.findCases();
    const byCase = await this.byCase;
    if (!byCase.ok) return byCase;
    const request = byCase.value.get(reference.caseNumber);
    if (request) return { ok: true, value: request.id };
    return notSeen(reference.caseNumber, this.parts.get(reference.caseNumber));
  }

  async idsOf(references: RequestReference[]): Promise<Map<RequestReference, Result<number>>> {
    const ids = await Promise.all(references.map(async (one) => [one, await this.idOf(one)] as const));
    return new Map(ids);
  }

  private async findCases(): Promise<Result<Map<number, ApiRequest>>> {
    const numbers = this.references.flatMap((one) => ('caseNumber' in one ? [one.caseNumber] : []));
    const wanted = [...new Set(numbers)];
    const found = new Map<number, ApiRequest>();
    for (let from = 0; from < wanted.length; from += CASES_IN_CALL) {
      const pmql = `case_number IN [${wanted.slice(from, from + CASES_IN_CALL).join(',')}]`;
      const requests = await readPages(this.connection, pmql, []);
      if (!requests.ok) return requests;
      for (const request of requests.value) {
        const caseNumber = Number(request.case_number);
        // Its sub-processes have the same case number.
        if (request.parent_request_id === null) found.set(caseNumber, request);
        else this.parts.set(caseNumber, [...(this.parts.get(caseNumber) ?? []), request.id]);
      }
    }
    return { ok: true, value: found };
  }
}

/** @param parts the Requests of the case that the user may see, all of them of sub-processes */
function notSeen(caseNumber: number, parts: number[] | undefined): Result<never> {
  if (parts) {
    return inputFailure(
      `Of case ${caseNumber}, the user of the access token may see only the Requests of sub-processes, and not the one that it began with`,
      `Choose 'By ID' for one of them: ${parts.join(', ')}.`,
    );
  }
  return inputFailure(
    `There is no Request with the case number ${caseNumber} that the user of the access token may see`,
    'Check the number, and that the user started the Request, takes part in it, or may see all Requests.',
  );
}
