/** A line of the built node that is changed, so that a history has to go wrong. */
export interface Sabotage {
  name: string;
  /** In dist/nodes/ProcessMaker, without its end. */
  file: string;
  from: string;
  to: string;
}

const CHANGE = 'execution/change';
const RECORD = 'execution/attemptRecord';
const STORAGE = 'execution/attemptStorage';
const COMPLETE = 'actions/task/complete/completeTask';
const CLASSIFY = 'transport/classifyResponse';
const NETWORK = 'transport/networkErrors';
const SEND = 'starting/sendStart';
const RECALL = 'starting/recall';
const KNOWN = 'starting/knownStarts';
const USER_KEYS = 'starting/userKeys';
const HIDDEN_KEYS = 'starting/hiddenKeys';
const MATCHING = 'starting/matching';
const CHANGED = 'actions/request/requestChange';

/** Each has to be found. */
export const SABOTAGES: Sabotage[] = [
  {
    name: 'a change without a response is sent again at once',
    file: CHANGE,
    from: "if (seen.state === 'notSeen' && seen.sendAgain)",
    to: "if (seen.state === 'notSeen')",
  },
  {
    name: 'what was not seen counts as not done',
    file: CHANGE,
    from: "mayBeDone = seen.state === 'notSeen';",
    to: 'mayBeDone = false;',
  },
  { name: 'a window is not waited for', file: CHANGE, from: 'time < end;', to: 'time < Math.min(end, 1);' },
  {
    name: 'nothing is looked for after a lost response',
    file: CHANGE,
    from: 'seen = await change.look(error)',
    to: 'seen = await Promise.resolve(exports.NOT_SEEN)',
  },
  {
    name: 'a look only at once',
    file: CHANGE,
    from: 'const SOON_MS = [0, 1000, 3000];',
    to: 'const SOON_MS = [0];',
  },
  {
    name: 'a lost connection counts as not processed',
    file: NETWORK,
    from: "'Run it again later.', 'unknown')",
    to: "'Run it again later.')",
  },
  {
    name: 'a timeout counts as not processed',
    file: NETWORK,
    from: "that sets how long to wait.\", 'unknown')",
    to: 'that sets how long to wait.")',
  },
  {
    name: 'every response counts as not processed',
    file: CLASSIFY,
    from: "delivery: isUnknown ? 'unknown' : 'notProcessed',",
    to: "delivery: 'notProcessed',",
  },
  {
    name: "a gateway's response is repeated",
    file: CLASSIFY,
    from: '...(canRetry && {',
    to: "...((canRetry || kind === 'gateway') && {",
  },
  {
    name: 'a change is repeated as a read is',
    file: 'transport/request',
    from: "if (method !== 'GET')",
    to: "if (method === '')",
  },
  {
    name: 'what an earlier attempt has sent is not known',
    file: RECORD,
    from: 'const wasSent = takeOut(this.earlier.sent, digest);',
    to: 'const wasSent = false;',
  },
  {
    name: 'what an earlier attempt has done is not known',
    file: RECORD,
    from: 'if (takeOut(this.earlier.done, digest))',
    to: 'if (false)',
  },
  {
    name: 'an unknown change is forgotten',
    file: RECORD,
    from: "error.delivery === 'notProcessed' && error.outcome !== 'partlyDone'",
    to: 'true',
  },
  {
    name: 'the mark of a start is not written',
    file: RECORD,
    from: 'stored.marks[itemIndex] = mark;',
    to: "if (typeof mark === 'number') stored.marks[itemIndex] = mark;",
  },
  {
    name: 'a repeat passes for a new iteration',
    file: STORAGE,
    from: 'latest?.runIndex === runIndex ? latest.stored : undefined;',
    to: 'undefined;',
  },
  {
    name: 'an iteration passes for a repeat of the one before',
    file: STORAGE,
    from: 'latest?.runIndex === runIndex ? latest.stored : undefined;',
    to: 'latest?.stored;',
  },
  {
    name: 'a crash is not noticed',
    file: STORAGE,
    from: "const isAfterCrash = execution.getMode() === 'retry' && shared.executionId !== executionId && !isRepeat;",
    to: 'const isAfterCrash = false;',
  },
  {
    name: 'each try of an inline call passes for a call of its own',
    file: STORAGE,
    from: 'const earlier = repeated ?? shared.unfinished[digest]?.[0];',
    to: 'const earlier = call ? undefined : repeated;',
  },
  {
    name: 'inline calls are known as iterations are, by their run index',
    file: STORAGE,
    from: 'const call = (0, parameters_1.argumentsOf)(execution);',
    to: 'const call = undefined;',
  },
  {
    name: 'the completion of a Task is sent again while the first is at work',
    file: COMPLETE,
    from: "if (mayBeDone === 'sent') {",
    to: 'if (false) {',
  },
  {
    name: 'a Task that another user has completed counts as completed',
    file: COMPLETE,
    from: 'if (await isOwn(seen))',
    to: 'if (true)',
  },
  {
    name: 'a Task that a cancel has closed counts as completed',
    file: 'actions/task/complete/closedTask',
    from: "if (request.status === 'CANCELED')",
    to: 'if (false)',
  },
  {
    name: 'a Request that a person has completed by hand counts as retried',
    file: 'actions/request/retry/retryOnce',
    from: "status === 'COMPLETED' && (0, requests_1.engineErrors)(request).length === 0",
    to: "status === 'COMPLETED'",
  },
  {
    name: 'the hidden key is not sent',
    file: SEND,
    from: '{ name: hiddenKey_1.KEY_FIELD, value: key }',
    to: 'undefined',
  },
  {
    name: 'a start that was not found is sent again',
    file: SEND,
    from: 'options.startAgainWhenNotFound &&',
    to: 'true &&',
  },
  {
    name: 'earlier starts are not looked for',
    file: RECALL,
    from: 'const keyed = canFind ? others : [];',
    to: 'const keyed = [];',
  },
  {
    name: 'a copy of a key counts as a start',
    file: 'starting/sameKey',
    from: 'else if (keys.has(key))',
    to: 'else if (false)',
  },
  {
    name: 'a start that waits is not waited for after a crash',
    file: RECALL,
    from: 'if (open.length === 0 || Date.now() >= lookUntil(open, openKeys, record, began))',
    to: 'if (true)',
  },
  {
    name: 'the keys of older runs count without a resume token',
    file: RECALL,
    from: 'const canFind = record.crash === undefined || record.identity.outlivesCrash;',
    to: 'const canFind = true;',
  },
  {
    name: 'a sent start that is not found is started',
    file: KNOWN,
    from: "else if (typeof mark === 'string' && !start.options.startAgainWhenNotFound)",
    to: 'else if (false)',
  },
  {
    name: 'Idempotency Keys are not looked for',
    file: USER_KEYS,
    from: 'if (known.isOpen(start))',
    to: 'if (false)',
  },
  {
    name: 'an Idempotency Key is looked for in all processes',
    file: USER_KEYS,
    from: '{ prefixes: starts.map(prefixOf), processId, includeStarter }',
    to: '{ prefixes: starts.map(prefixOf), includeStarter }',
  },
  {
    name: "another user's Request with the Idempotency Key counts",
    file: 'starting/sameKey',
    from: 'if (owners && !owners.has((0, requests_1.starterOf)(request)))',
    to: 'if (false)',
  },
  {
    name: "another user's Request with the hidden key counts when a response is lost",
    file: SEND,
    from: '(0, sameKey_1.ownerOnly)(await looks.tokenUser.find())',
    to: 'undefined',
  },
  {
    name: "another user's Request with the hidden key counts at a repeat",
    file: HIDDEN_KEYS,
    from: 'await known.ownersOf([...byKey.values()].flat())',
    to: 'undefined',
  },
  {
    name: 'the start of an item that has moved is not found',
    file: MATCHING,
    from: 'const start = byDigest.get(digest)?.shift();',
    to: 'const start = undefined;',
  },
  {
    name: 'a call that is made again after unknown passes for a new one',
    file: STORAGE,
    from: 'const earlier = repeated ?? shared.unfinished[digest]?.[0];',
    to: 'const earlier = repeated;',
  },
  {
    name: 'it is not kept which calls have ended unknown',
    file: STORAGE,
    from: "if (digest !== '')",
    to: 'if (false)',
  },
  {
    name: 'the Request of another item is returned',
    file: MATCHING,
    from: 'if (digests[itemIndex] !== digest || matched.has(itemIndex))',
    to: 'if (digests[itemIndex] === digest || matched.has(itemIndex))',
  },
  {
    name: 'any Request shows that its change was made',
    file: CHANGED,
    from: 'return isMade(request) ?',
    to: 'return request ?',
  },
  {
    name: 'a Request that is there counts as deleted',
    file: 'actions/request/delete.operation',
    from: 'return change_1.NOT_SEEN;',
    to: 'return (0, change_1.done)(undefined);',
  },
  {
    name: 'a file that is not there counts as uploaded',
    file: 'execution/uploads',
    from: 'return found?.isSame ?',
    to: 'return !found?.isSame ? (0, change_1.done)(1) : found?.isSame ?',
  },
  {
    name: 'a file that is there counts as deleted',
    file: 'actions/file/delete.operation',
    from: 'return files.some(({ id }) => id === fileId) ?',
    to: 'return !files.some(({ id }) => id === fileId) ?',
  },
  {
    name: 'a Task of another user counts as reassigned',
    file: 'actions/task/reassign.operation',
    from: 'if (task.user_id === userId)',
    to: 'if (task)',
  },
  {
    name: 'a retry is sent again by a repeat',
    file: 'actions/request/retry/retryOnce',
    from: 'if (before !== undefined) {',
    to: 'if (false) {',
  },
  {
    name: 'an event is triggered again by a repeat',
    file: 'actions/request/triggerEvent/event',
    from: 'if (sentAt[key] !== undefined) {',
    to: 'if (false) {',
  },
  {
    name: 'the pages of a search are read by their numbers',
    file: 'api/lists',
    from: 'behind: ({ id }) => ({',
    to: 'unused: ({ id }) => ({',
  },
  {
    name: 'an error is told as notDone, whatever it means',
    file: 'execution/runItems',
    from: "if (wasSent && error.delivery === 'unknown')",
    to: 'if (false)',
  },
  {
    name: 'the error of a stopped run does not name what is unknown beside it',
    file: 'execution/itemResults',
    from: "const unknown = others.filter(([, { outcome }]) => outcome === 'unknown');",
    to: 'const unknown = [];',
  },
];
