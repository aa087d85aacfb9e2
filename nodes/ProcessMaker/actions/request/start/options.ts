import type { IExecuteFunctions } from 'n8n-workflow';

import { inputFailure, type Result } from '../../../transport/failure';
import { asText } from '../../../guards';

export const DEFAULT_WINDOW_SECONDS = 60;
/** An hour. A timer of more than 24 days would end at once. */
const MAX_SECONDS = 3600;

export interface StartOptions {
  timeoutSeconds: number;
  simplify: boolean;
  includeData: boolean;
  returnErroredRequests: boolean;
  /** The user's own key, in place of the hidden one. */
  idempotencyKey: string | undefined;
  onExisting: 'return' | 'raise' | 'startAgain';
  hiddenKey: boolean;
  windowSeconds: number;
  startAgainWhenNotFound: boolean;
  writeFileId: boolean;
}

/** Items mostly have the same options. In a run of very many they then share one object. */
export function shareOptions(options: StartOptions, previous: StartOptions | undefined): StartOptions {
  const names = Object.keys(options) as Array<keyof StartOptions>;
  return previous && names.every((name) => options[name] === previous[name]) ? previous : options;
}

/** The options of one item, each checked. Nothing is sent. */
export function readOptions(context: IExecuteFunctions, itemIndex: number): Result<StartOptions> {
  const options = context.getNodeParameter('options', itemIndex, {});
  const timeoutSeconds = Number(options.timeout ?? 120);
  if (!(timeoutSeconds > 0 && timeoutSeconds <= MAX_SECONDS)) {
    return inputFailure(
      `The option 'Timeout' is not a number above 0 and up to ${MAX_SECONDS}`,
      'Enter a number of seconds, e.g. 120.',
    );
  }
  const windowSeconds = Number(options.recoveryWindow ?? DEFAULT_WINDOW_SECONDS);
  if (!(windowSeconds >= 0 && windowSeconds <= MAX_SECONDS)) {
    return inputFailure(
      `The option 'Recovery Window' is not a number from 0 to ${MAX_SECONDS}`,
      'Enter a number of seconds, e.g. 60.',
    );
  }
  const idempotencyKey = 'idempotencyKey' in options ? readKey(options.idempotencyKey) : undefined;
  if (idempotencyKey === '') {
    return inputFailure(
      "The option 'Idempotency Key' is empty, or a number that is not exact",
      'Give a text or a whole number that is different for each start, such as an order number, or take the option out.',
    );
  }
  const onExisting = options.onExistingRequest ?? 'return';
  if (onExisting !== 'return' && onExisting !== 'raise' && onExisting !== 'startAgain') {
    return inputFailure(
      "The option 'If a Request With the Key Exists' has none of its values",
      'Choose one from its list.',
    );
  }
  return {
    ok: true,
    value: {
      timeoutSeconds,
      windowSeconds,
      idempotencyKey,
      onExisting,
      hiddenKey: options.hiddenKey !== false,
      startAgainWhenNotFound: options.startAgainWhenNotFound === true,
      simplify: options.simplify !== false,
      includeData: options.includeData === true,
      returnErroredRequests: options.returnErroredRequests === true,
      writeFileId: options.writeFileId === true,
    },
  };
}

/** A key as text; empty when it is none, or a number of which many share the text. */
function readKey(key: unknown): string {
  if (typeof key === 'number' && !Number.isSafeInteger(key)) return '';
  return asText(key);
}
