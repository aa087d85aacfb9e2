/** What the package promises, and the tests in `test/workflow` that hold it to that. */
export const PROMISES = {
  'Retry On Fail, and the Retry button after an item or another node failed, make no change twice': [
    'retry',
    'retry-button',
    'later-attempt',
    'repeats',
    'inline-tool',
  ],
  'The Retry button after a crash of n8n finds what was started': ['crash', 'crash-in-loop'],
  'An Idempotency Key covers starts by other executions': ['idempotency-key', 'any-key', 'duplicates'],
  'Failed items arrive at the error output': ['continue-on-fail', 'one-bad-id'],
  'Waiting for a Request or a Task gives each item its own': ['wait/finish', 'wait/task', 'wait/wait-for'],
  'Waits for a call of the process outlive restarts of n8n': ['wait/callback', 'wait/signature'],
  'A workflow sleeps until its Request has ended, and only ProcessMaker wakes it': [
    'wait/sleeping',
    'wait/wake',
  ],
  'A person decides in ProcessMaker, in a workflow or before a tool of an agent runs': [
    'request/send-and-wait',
    'request/human-review',
  ],
  'The trigger misses no event and gives none twice': ['trigger/events', 'trigger/state', 'trigger/backlog'],
  'A poll ends in the time that n8n allows': ['trigger/budget'],
  'AI agents can call the node as a tool': ['ai-tool', 'inline-tool'],
  'OAuth2 renews its token, and repeats no change for it': ['oauth2'],
} as const;

/** What a new n8n could break without a word: the identity of a retry, and where failed items go. */
export const CANARY = [
  'Retry On Fail, and the Retry button after an item or another node failed, make no change twice',
  'The Retry button after a crash of n8n finds what was started',
  'Failed items arrive at the error output',
] as const satisfies Array<keyof typeof PROMISES>;

/** The path of a test file of a promise. */
export const testFile = (name: string): string => `test/workflow/${name}.test.ts`;
