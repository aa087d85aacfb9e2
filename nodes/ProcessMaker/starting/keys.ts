import { createHash } from 'node:crypto';

import type { StartTarget } from '../api/processes/processes';
import { shortHash } from '../execution/attemptStorage';
import type { InputFile } from '../fields/inputFiles';
import { asText } from '../guards';

// A hidden key is `run.round.item.digest`; a user's own key becomes `u.<text>.generation.run.round`.

/** Room for a prefix and a generation below the 255 characters that ProcessMaker compares. */
const MAX_ENCODED = 180;

/** A hidden key: of which run and iteration, which item, and a digest of all that makes it the same start. */
export function itemKey(run: string, round: number, itemIndex: number, digest: string): string {
  return `${run}.${round}.${itemIndex}.${digest}`;
}

/** The start of every hidden key of a run, or of one of its iterations. */
export function keyPrefix(run: string, round?: number): string {
  return round === undefined ? `${run}.` : `${run}.${round}.`;
}

/** The parts of a hidden key, when it is one of this run. */
export function parseItemKey(key: string, run: string) {
  const prefix = keyPrefix(run);
  const parts = key.startsWith(prefix)
    ? /^(0|[1-9]\d*)\.(\d+)\.([0-9a-f]+)$/.exec(key.slice(prefix.length))
    : null;
  if (parts?.[3] === undefined) return undefined;
  return { round: Number(parts[1]), itemIndex: Number(parts[2]), digest: parts[3] };
}

/** What makes two starts the same: process, start event, the JSON text of the data, and the files. */
export function digestOf({ processId, startEventId }: StartTarget, body: string, files: InputFile[] = []) {
  const filesText = files.length === 0 ? '' : `\n${JSON.stringify(files)}`;
  return shortHash(`${processId}\n${startEventId}\n${body}${filesText}`);
}

/** A key together with the process it is for: the same Idempotency Key in another process is another key. */
export function inProcess(processId: unknown, key: string): string {
  return `${asText(processId)} ${key}`;
}

/** The start of every key that a user's own key leads to, whichever generation and run. */
export function userKeyPrefix(userKey: string): string {
  return `u.${encodeUserKey(userKey)}.`;
}

/** The prefix with which a user's key was made; its last three parts are its own. */
export function userKeyPrefixOf(key: string): string {
  return key.replace(/\d+\.\w+\.\d+$/, '');
}

/** The generation counts the starts allowed after ERROR or CANCELED; run and round show whether they are this one's. */
export function userKey(prefix: string, generation: number, run: string, round: number): string {
  return `${prefix}${generation}.${run}.${round}`;
}

/** The start of every key of the same generation, from whichever run. */
export function generationPrefixOf(key: string): string {
  return key.replace(/\w+\.\d+$/, '');
}

/** The parts of a user's key. */
export function parseUserKey(key: string, prefix: string) {
  const parts = key.startsWith(prefix) ? /^(\d+)\.(\w+)\.(\d+)$/.exec(key.slice(prefix.length)) : null;
  if (parts?.[2] === undefined) return undefined;
  return { generation: Number(parts[1]), run: parts[2], round: Number(parts[3]) };
}

/** What ProcessMaker changes or PMQL takes for a wildcard becomes hex of UTF-16 codes, so that halves of characters differ. */
function encodeUserKey(text: string): string {
  const encoded = text.replace(
    /[^a-z\d-]/gi,
    (unit) => `~${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return encoded.length <= MAX_ENCODED
    ? encoded
    : `~~${createHash('sha256').update(text, 'utf16le').digest('hex')}`;
}
