import { startRequest } from '../../../api/requests/changes';
import { findByKeys, KEY_FIELD } from '../../../api/requests/hiddenKey';
import type { ApiRequest } from '../../../api/requests/requests';
import type { AttemptRecord } from '../../../execution/attemptRecord';
import { done, makeChange, NOT_SEEN, type Seen, SharedLook } from '../../../execution/change';
import type { Slot } from '../../../execution/concurrency';
import type { ItemRun } from '../../../execution/itemOperation';
import { explained, type ProcessMakerError } from '../../../transport/processMakerError';
import type { StartWait } from './afterStart';
import { digestOf, itemKey, roundPrefix } from './keys';
import { includesData } from './knownStarts';
import type { TargetedStart } from './readStart';
import { howToSearch } from './startErrors';

/** ProcessMaker is done with a call to which it has answered itself; its row is there soon, or never. */
const WINDOW_AFTER_OWN_ANSWER_MS = 1000;
const MAX_SENDS_AFTER_OWN_ANSWER = 2;
const MAX_SENDS = 5;

/** Sends the starts of a run, each exactly once. */
export class StartSender {
  private readonly look: SharedLook<ApiRequest>;

  /** @param starts all those of the run */
  constructor(
    private readonly run: ItemRun,
    private readonly record: AttemptRecord,
    private readonly wait: StartWait | undefined,
    starts: TargetedStart[],
  ) {
    const { connection } = run;
    const includeData = includesData(starts);
    this.look = new SharedLook(connection, async (prefixes) => {
      const found = await findByKeys(connection, { prefixes, includeData });
      // The first of several: another process may have been given the data, and the key with it.
      return new Map(found.toReversed().map(({ key, request }) => [key, request]));
    });
  }

  /**
   * Starts the Request of an item.
   *
   * @param userKey the user's own key for it, where it has one
   * @throws ProcessMakerError
   */
  async send(start: TargetedStart, userKey: string | undefined, slot: Slot): Promise<ApiRequest> {
    const { index, data, options, target } = start;
    const text = JSON.stringify(data);
    const key = userKey ?? (options.hiddenKey ? this.hiddenKeyOf(start, text) : undefined);
    // The mark comes first: if n8n ends here, the item counts as sent.
    this.record.markSent(index, key);
    const keyField = key === undefined ? undefined : { name: KEY_FIELD, value: key };
    const body = withField(withField(text, this.wait?.takeField()), keyField);
    const { includeData, timeoutSeconds } = options;
    const sends = { answered: 0, unanswered: 0 };
    try {
      const request = await makeChange(this.run.connection, {
        send: async () =>
          await startRequest(this.run.connection, { target, body, includeData, timeoutSeconds }),
        ...(key !== undefined && {
          look: async (error) => await slot.whileWaiting(() => this.lookFor(start, key, error, sends)),
        }),
      });
      this.record.markStarted(index, request.id);
      return request;
    } catch (error) {
      throw explained(error, ({ delivery, description }) => {
        if (delivery === 'notProcessed') this.record.markNotStarted(index);
        else if (key !== undefined) return { description: `${description} ${howToSearch(key)}` };
        return undefined;
      });
    }
  }

  private hiddenKeyOf({ index, files, target }: TargetedStart, text: string): string {
    const { run, round } = this.record;
    return itemKey(roundPrefix(run, round), index, digestOf(target, text, files));
  }

  /** Looks for a start whose response was lost. Where it is not found, it may be sent again when the option says so. */
  private async lookFor(
    { options }: TargetedStart,
    key: string,
    error: ProcessMakerError,
    sends: { answered: number; unanswered: number },
  ): Promise<Seen<ApiRequest>> {
    // ProcessMaker itself has answered, with a 500 of its own: it is not at work on the call any more.
    const hasAnswered = error.kind === 'serverError';
    const windowMs = hasAnswered ? WINDOW_AFTER_OWN_ANSWER_MS : options.windowSeconds * 1000;
    const found = await this.look.find(key, windowMs);
    if (found === 'unread') return NOT_SEEN;
    if (found !== 'missing') return done(found);
    if (options.startAgainWhenNotFound && this.maySend()) {
      const isAllowed = hasAnswered
        ? ++sends.answered < MAX_SENDS_AFTER_OWN_ANSWER
        : ++sends.unanswered < MAX_SENDS;
      if (isAllowed) return { state: 'notSeen', sendAgain: true };
    }
    if (!hasAnswered) {
      const description = `${error.description} No Request was found by the end of the 'Recovery Window'.`;
      return { state: 'notSeen', error: error.with({ description }) };
    }
    return {
      state: 'notDone',
      error: error.with({
        description:
          "No Request was started. Often the id in 'Start Event' is that of another element, such as a task.",
        delivery: 'notProcessed',
      }),
    };
  }

  private maySend(): boolean {
    return !this.run.results.mustStop && this.run.connection.canceled?.aborted !== true;
  }
}

/** Adds a field to the JSON text of an object that has none of its name. */
function withField(body: string, field: { name: string; value: string } | undefined): string {
  if (!field) return body;
  const text = `"${field.name}":${JSON.stringify(field.value)}`;
  return body === '{}' ? `{${text}}` : `${body.slice(0, -1)},${text}}`;
}
