import { asText, isObject } from '../guards';
import { inputFailure, type Result } from '../transport/failure';
import { normalizeInstanceUrl } from '../transport/instanceUrl';

/** A resource locator's value; an expression, or an AI agent, may give the bare value of a list entry. */
export function readLocator(locator: unknown): { mode: string; value: string } {
  const { mode, value } = isObject(locator) ? locator : { mode: 'list', value: locator };
  return { mode: asText(mode), value: asText(value).trim() };
}

/** What a locator of one kind of thing points to, for its messages. */
export interface LocatorKind {
  /** The parameter's display name. */
  parameter: string;
  /** E.g. `process`. */
  thing: string;
  /** Matches a whole address, and the id in it as its first group. */
  urlPattern: string;
  /** An address below the instance, e.g. `/requests/4711`. */
  examplePath: string;
}

/** The id in the address of a page of the same instance: 12 of another instance is something else. */
export function idFromUrl(url: string, instanceUrl: string, kind: LocatorKind): Result<string> {
  const { parameter, thing, urlPattern, examplePath } = kind;
  const id = new RegExp(`^${urlPattern}$`).exec(url)?.[1];
  if (id === undefined) {
    return inputFailure(
      `'${parameter}' holds "${url}", which is not the address of a ${thing}`,
      `Paste the address of its page, e.g. ${instanceUrl}${examplePath}`,
    );
  }
  const urlInstance = normalizeInstanceUrl(url);
  if (urlInstance === instanceUrl) return { ok: true, value: id };
  return inputFailure(
    `'${parameter}' points to ${urlInstance}, but the credential to ${instanceUrl}`,
    'Paste an address of the same instance, or choose the credential of the other one.',
  );
}

/** An id as ProcessMaker counts them: a whole number from 1. */
export function parseId(text: string): number | undefined {
  return /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}

/** The id that a locator gives by list, id or URL. Nothing is sent. */
export function readId(locator: unknown, instanceUrl: string, kind: LocatorKind): Result<number> {
  const { mode, value } = readLocator(locator);
  const text = mode === 'url' ? idFromUrl(value, instanceUrl, kind) : { ok: true as const, value };
  if (!text.ok) return text;
  const id = parseId(text.value);
  if (id !== undefined) return { ok: true, value: id };
  return inputFailure(
    text.value === ''
      ? `No ${kind.thing} is given in '${kind.parameter}'`
      : `'${kind.parameter}' holds "${text.value}", which is not the id of a ${kind.thing}`,
    `An id is a whole number, e.g. 4711. It stands in the address of its page, e.g. ${instanceUrl}${kind.examplePath}`,
  );
}
