import { asText, isObject, parseId } from '../guards';
import { normalizeInstanceUrl } from '../transport/instanceUrl';
import { inputError } from '../transport/processMakerError';

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

/**
 * The id in the address of a page of the same instance: 12 of another instance is something else.
 *
 * @throws ProcessMakerError for any other text
 */
export function idFromUrl(url: string, instanceUrl: string, kind: LocatorKind): string {
  const { parameter, thing, urlPattern, examplePath } = kind;
  const id = new RegExp(`^${urlPattern}$`).exec(url)?.[1];
  if (id === undefined) {
    throw inputError(
      `'${parameter}' holds "${url}", which is not the address of a ${thing}`,
      `Paste the address of its page, e.g. ${instanceUrl}${examplePath}`,
    );
  }
  const urlInstance = normalizeInstanceUrl(url);
  if (urlInstance === instanceUrl) return id;
  throw inputError(
    `'${parameter}' points to ${urlInstance}, but the credential to ${instanceUrl}`,
    'Paste an address of the same instance, or choose the credential of the other one.',
  );
}

/**
 * The id that a locator gives by list, id or URL. Nothing is sent.
 *
 * @throws ProcessMakerError for what is no id
 */
export function readId(locator: unknown, instanceUrl: string, kind: LocatorKind): number {
  const { mode, value } = readLocator(locator);
  const text = mode === 'url' ? idFromUrl(value, instanceUrl, kind) : value;
  const id = parseId(text);
  if (id !== undefined) return id;
  throw inputError(
    text === ''
      ? `No ${kind.thing} is given in '${kind.parameter}'`
      : `'${kind.parameter}' holds "${text}", which is not the id of a ${kind.thing}`,
    `An id is a whole number, e.g. 4711. It stands in the address of its page, e.g. ${instanceUrl}${kind.examplePath}`,
  );
}
