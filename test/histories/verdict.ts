import type { IDataObject } from 'n8n-workflow';
import { KEY_FIELD } from '../../nodes/ProcessMaker/api/requests/hiddenKey';
import { asText } from '../../nodes/ProcessMaker/guards';
import { isLost, PROVES_NOTHING_DONE } from './faults';
import type { Effect } from './model/processmaker';
import type { Operation, Thing } from './operations';
import type { Plan } from './plan';
import type { Repeat } from './repeats';
import type { Report } from './report';
import type { SentCall } from './wire';

/** What is wrong with the end of a history. */
export type Wrong = 'doubled' | 'lost' | 'falselyReported' | 'endless';

export interface Finding {
  wrong: Wrong;
  text: string;
}

/** An outcome `unknown`, and why it was one. */
export interface Unknown {
  /** Undefined where another history with the same answers ends otherwise. */
  needless?: string;
  text: string;
}

export interface Verdict {
  findings: Finding[];
  unknowns: Unknown[];
  /** What goes wrong in one of the cases in which the documents say that it can. */
  documented: string[];
}

/** What really happened. */
export interface Truth {
  effects: Effect[];
  calls: SentCall[];
  /** When n8n had told all. */
  endedAt: number;
}

const NOTHING_DONE = 'every response says that nothing was done';
/** The node takes no item for new as long as it cannot look up what was started before. */
const REFUSED_BEFORE = 'refused before, and the repeat could not look';
/** How many of all `unknown`s may be needless, by their cause; none where nothing is said. */
export const BARS: Record<string, number> = { [REFUSED_BEFORE]: 0.01 };

const LATE_AFTER_CRASH = 'after a crash, carried out only after the window';

/** The longest pause between two looks. */
const LOOK_EVERY_MS = 5000;
/** How long the node looks for what ProcessMaker is not at work on any more. */
const ENDED_WINDOW_MS = 3000;

/** Compares what n8n has told with what really happened. */
export function judge(
  plan: Plan,
  operation: Operation,
  repeat: Repeat,
  { things, reports }: { things: Thing[]; reports: Report[] },
  truth: Truth,
): Verdict {
  const verdict: Verdict = { findings: [], unknowns: [], documented: [] };
  const groups = new Map<string, Array<{ thing: Thing; report: Report }>>();
  for (const [index, thing] of things.entries()) {
    const report = reports[index];
    if (!report) continue;
    const key = operation.isStart ? thing.number : String(thing.target);
    groups.set(key, [...(groups.get(key) ?? []), { thing, report }]);
  }
  for (const members of groups.values()) judgeGroup(plan, operation, repeat, members, truth, verdict);
  return verdict;
}

interface Member {
  thing: Thing;
  report: Report;
}

function judgeGroup(
  plan: Plan,
  operation: Operation,
  repeat: Repeat,
  members: Member[],
  truth: Truth,
  { findings, unknowns, documented }: Verdict,
): void {
  const [{ thing } = { thing: undefined }] = members;
  if (!thing) return;
  const all = truth.effects.filter((effect) => isOf(operation, thing, effect));
  const own = all.filter(({ sender }) => sender.startsWith('n8n-'));
  const name = operation.isStart ? thing.number : `${operation.effect} of ${thing.target}`;
  const find = (wrong: Wrong, text: string) => findings.push({ wrong, text: `${name}: ${text}` });

  const most = mostOf(operation, repeat, Math.max(members.length, plan.identical ? plan.items : 1));
  if (operation.harm && own.length > most) {
    const known = documentedDouble(plan, operation, repeat, own);
    if (known) documented.push(known);
    else find('doubled', `carried out ${own.length} times, and was meant ${most} times`);
  }

  const told: number[] = [];
  const unknown = members.filter(({ report }) => report.said === 'unknown').length;
  const named = new Set(members.map(({ report }) => report.requestId));
  for (const { report } of members) {
    const { said, requestId } = report;
    const mine = own.filter((effect) => isBy(report, effect));
    switch (said) {
      case 'missing':
        find('lost', 'no item of the output tells of it');
        break;
      case 'silent': {
        const last = truth.calls.at(-1)?.sender;
        const known = isForgotten(operation, repeat) ? mine.filter(({ sender }) => sender === last) : mine;
        const missed = unnamed(report, known).filter(({ target }) => !named.has(target));
        // The next repeat would find it.
        const late = missed.filter((effect) => repeat.forgets && isLate(operation, repeat, effect));
        if (late.length > 0) documented.push(LATE_AFTER_CRASH);
        if (missed.length - late.length > unknown)
          find('lost', 'carried out, and the error does not name it');
        break;
      }
      case 'done':
      case 'started':
        if (all.length === 0 && !isFulfilled(plan, operation)) find('lost', 'told as done, and was not');
        else if (operation.brings && own.length === 0)
          find('falselyReported', 'told as done, and was done by another user');
        else if (operation.isStart && requestId !== undefined) {
          if (!all.some(({ target }) => target === requestId)) {
            if (isLeftCopy(plan)) documented.push('a copy of a Request that somebody has deleted since');
            else find('falselyReported', `Request ${requestId} is another one`);
          }
          if (!operation.hasKey && told.includes(requestId) && repeat.executions === 1) {
            find('lost', `Request ${requestId} is told of twice`);
          }
          told.push(requestId);
        }
        break;
      case 'notDone':
        if (mine.length > 0 && report.others.length === 0)
          find('falselyReported', 'told as not done, and was');
        break;
      case 'partlyDone':
        break;
      case 'unknown':
        unknowns.push({
          text: `${name}: ${report.text}`,
          ...needlessness(
            plan,
            operation,
            repeat,
            { thing, report, same: members.length },
            narrowed(report, truth, named),
          ),
        });
        break;
    }
  }
}

const actsOf = ({ faults }: Plan) => faults.flatMap(({ fault: { other } }) => other?.act ?? []);

const isFulfilled = (plan: Plan, { fulfilledBy = [] }: Operation): boolean =>
  actsOf(plan).some((act) => fulfilledBy.includes(act));

/** Whether all that is left of a start can be a copy of its data, with its key. */
const isLeftCopy = (plan: Plan): boolean =>
  plan.world.copies === 'sameProcess' && actsOf(plan).includes('deletes the Request');

/** Whether ProcessMaker carried it out only when the node did not look for it any more. */
function isLate({ windowMs, crashWindowMs = windowMs }: Operation, { forgets }: Repeat, effect: Effect) {
  return effect.at - effect.sentAt > (forgets ? crashWindowMs : windowMs);
}

/** Where the documents say that the node cannot prevent it. */
function documentedDouble(
  plan: Plan,
  operation: Operation,
  repeat: Repeat,
  effects: Effect[],
): string | undefined {
  const { world, faults } = plan;
  const areBehind = faults.some(({ fault }) => fault.listLag);
  if (repeat.forgets && effects.some((effect) => isLate(operation, repeat, effect))) return LATE_AFTER_CRASH;
  if (repeat.forgets && !operation.canBeSeen) return 'after a crash, what cannot be seen';
  // Nothing tells it from a script that was not tried again.
  if (repeat.forgets && operation.effect === 'retry' && !world.heals)
    return 'after a crash, a script that fails again';
  if ((repeat.forgets || operation.hasKey) && actsOf(plan).includes('deletes the Request'))
    return 'a Request that somebody has deleted since';
  if (repeat.executions > 1 && isUnseen(effects))
    return 'by another execution, which could not see the first one yet';
  // With a key, the iterations of a loop find each other in a list as executions do.
  if ((repeat.executions > 1 || operation.hasKey) && areBehind)
    return 'by another execution or iteration, while lists are behind';
  return undefined;
}

/** Whether each was sent before the one that was carried out before it could be seen. */
function isUnseen(effects: Effect[]): boolean {
  const inOrder = [...effects].sort((one, other) => one.at - other.at);
  return inOrder.every(({ visibleAt }, index) => {
    const next = inOrder[index + 1];
    return !next || next.sentAt < visibleAt;
  });
}

/** Of what was done before a crash, only a start can be known, by its key. */
const isForgotten = ({ isStart }: Operation, { forgets }: Repeat): boolean =>
  forgets === 'record and key' || (forgets === 'record' && !isStart);

/** How often it may be carried out. */
function mostOf(operation: Operation, repeat: Repeat, items: number): number {
  if (operation.hasKey) return repeat.atOnce ? items : 1;
  if (operation.isStart) return repeat.atOnce ? items : items * repeat.executions;
  return repeat.executions;
}

function isOf(operation: Operation, thing: Thing, { kind, number, target }: Effect): boolean {
  return kind === operation.effect && (operation.isStart ? number === thing.number : target === thing.target);
}

function isBy({ since = 0, sender }: Report, effect: Effect): boolean {
  return effect.sentAt >= since && (sender === undefined || effect.sender === sender);
}

const unnamed = ({ text }: Report, effects: Effect[]): Effect[] =>
  effects.filter(({ target }) => !new RegExp(`\\b${target}\\b`).test(text));

function callsFor(operation: Operation, { number, target, json }: Thing, calls: SentCall[]): SentCall[] {
  const ids = [target, json.id, json.fileId].filter((id) => id !== undefined);
  return calls.filter(({ isChange, path, body }) => {
    if (!isChange) return false;
    if (operation.isStart) return (body as { number?: string }).number === number;
    return ids.some((id) => path.split('/').includes(asText(id)));
  });
}

/** As a message names it: in a search, or behind one of several items. */
const HIDDEN_KEY = /["(]([^"(\s]+\.[0-9a-f]{16}[^")\s]*)[")]/g;

const keysIn = (text: string): string[] => [...text.matchAll(HIDDEN_KEY)].map(([, key = '']) => key);

/** What is about the starts that the message names by their keys: other items may be the same, and have other calls. */
function narrowed({ text }: Report, truth: Truth, named: Set<number | undefined>): Truth {
  const keys = keysIn(text);
  if (keys.length === 0) return truth;
  const isOther = (other: unknown) => typeof other === 'string' && !keys.some((key) => other.startsWith(key));
  return {
    ...truth,
    effects: truth.effects.filter((effect) => !isOther(effect.key) && !named.has(effect.target)),
    calls: truth.calls.filter(
      ({ isChange, body }) => !isChange || !isOther((body as IDataObject)[KEY_FIELD]),
    ),
  };
}

/** `unknown` is right where another history with the same answers ends otherwise, as far as could have been asked. */
function needlessness(
  plan: Plan,
  operation: Operation,
  repeat: Repeat,
  { thing, report, same }: Member & { same: number },
  { effects, calls, endedAt }: Truth,
): { needless?: string } {
  const sent = callsFor(operation, thing, calls);
  const couldBe = sent.filter(mayBeDone);
  // What was edited may be another start, as the message says.
  if (plan.edit !== 'none') return {};
  const lastSent = Math.max(...sent.map(({ endedAt: end = 0 }) => end));
  // Who gets no answer cannot know it.
  const isUnread = calls.some(
    ({ isChange, at, fault }) => (!isChange && at >= lastSent && isLost(fault)) || fault?.listLag,
  );
  if (couldBe.length === 0 && !isForgotten(operation, repeat))
    return { needless: isUnread ? REFUSED_BEFORE : NOTHING_DONE };
  if (!operation.canBeSeen) return {};
  // What others do may hide it.
  if (actsOf(plan).length > 0) return {};
  if (isForgotten(operation, repeat)) return {};
  const made = effects.filter(
    (effect) => isOf(operation, thing, effect) && effect.sender.startsWith('n8n-') && isBy(report, effect),
  );
  if (isUnread) return {};
  // With its own 500, ProcessMaker has ended its work, and is looked at for a shorter time.
  const unanswered = couldBe.filter((call) => !isToldAsDone(call));
  const isEnded = unanswered.length > 0 && unanswered.every(({ fault }) => fault?.sees === 'own 500');
  const end = lastSent + (isEnded ? ENDED_WINDOW_MS : operation.windowMs);
  // Whoever is stopped may not look until the end.
  const until = repeat.interrupts ? Math.min(endedAt - LOOK_EVERY_MS, end) : end;
  const seen = made.filter(({ visibleAt }) => visibleAt <= until);
  // Of items that are the same, nobody could say whose it is that is missing.
  const isOne = keysIn(report.text).length === 1 || (operation.hasKey && !repeat.atOnce);
  return seen.length >= (isOne ? 1 : same) ? { needless: 'it could be seen within the window' } : {};
}

/** The `unknown` of an item is about other calls than those whose response said that they went well. */
function isToldAsDone({ fault, status = 0, isAnswered }: SentCall): boolean {
  return isAnswered === true && !isLost(fault) && status >= 200 && status < 400;
}

function mayBeDone({ fault, status, isAnswered }: SentCall): boolean {
  if (!isAnswered) return true;
  if (fault && isLost(fault)) return !PROVES_NOTHING_DONE.has(fault.sees);
  return status === undefined || status < 400;
}
