import { inputFailure, type Result } from '../transport/failure';
import { asText } from '../guards';

/** A text of PMQL, in its quotes. */
const TEXTS = /"(?:\\.|[^"\\])*"/gs;

/**
 * A condition in PMQL that the user wrote. Nothing is sent.
 *
 * @param parameter the display name of the filter that gives it
 * @returns undefined when there is none; a failure for what would void the other filters, or find nothing whatever the
 * data holds
 */
export function readOwnPmql(pmql: unknown, parameter = 'PMQL'): Result<string | undefined> {
  const own = asText(pmql).trim();
  if (own === '') return { ok: true, value: undefined };
  if (!hasPairs(own.replace(TEXTS, ''))) {
    return inputFailure(
      `'${parameter}' has a bracket or a quote without its counterpart`,
      'Check the brackets and quotes of the condition. Texts stand in double quotes.',
    );
  }
  // ProcessMaker takes the backslash for a part of the text.
  const escaped = own.match(TEXTS)?.find((text) => /\\["\\]/.test(text));
  if (escaped !== undefined) {
    return inputFailure(
      `'${parameter}' looks for ${escaped}, and ProcessMaker cannot search for quotes or backslashes`,
      'Look for a part of the text without them, e.g. with LIKE and %.',
    );
  }
  return { ok: true, value: own };
}

/** Otherwise a condition could end the brackets that are put around it. */
function hasPairs(bare: string): boolean {
  let depth = 0;
  for (const character of bare) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (depth < 0) return false;
  }
  return depth === 0 && !bare.includes('"');
}
