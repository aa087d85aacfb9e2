/** What can go wrong in a run, by name. */
export const FAULTS = [
  'ids visible out of order',
  'changes within one second',
  'changes visible 120 s late',
  'visible during a poll',
  'more than three pages between two polls',
  'a poll fails half-way',
  'a poll ends early since calls fail',
  'a script is tried again during a poll',
  'the attempts of a retry by hand go on during a poll',
  'a script has healed',
  'polls overlap',
  'n8n restarted',
  'n8n restarted during a poll',
  'switched off and on',
  'switched on from now',
  'changes during the first poll',
  'a first poll of a minute or more',
  "n8n's durable scheduler",
  "server's clock off by an hour or more",
  "time zone of the token's user",
  "a gateway's Date minutes ahead",
  "n8n's own clock set",
  'a slow server',
  'a poll ends since its time is over',
] as const;

export type Fault = (typeof FAULTS)[number];
