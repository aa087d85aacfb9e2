import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Job, Message } from './part';
import { Plan } from './plan';
import type { Verdict } from './play';

/** What all cases came to. */
export interface Played {
  verdicts: Verdict[];
  /** The most that a process has taken beyond what it had at the start, in MiB. */
  memory: number;
  /** The cases during which it took so much. */
  memoryTakers: number[];
  /** What was thrown while nobody listened. */
  strays: string[];
  /** What protects the node, and was not missed when it was taken away. */
  notFoundOut: string[];
}

const PROCESSES = 2;
/** The garbage of more cases would be counted as memory that the node takes. */
const CASES_OF_PROCESS = 200;
const LANES = 4;
const NOTABLE_MIB = 20;
/** A process that is silent for so long hangs, and is killed. */
const SILENT_MS = 60_000;

/** Plays cases in processes of their own. A case that ends its process is found, and the others are played again. */
export async function playAll(seed: number, numbers: number[], isWeakened: boolean): Promise<Played> {
  const played: Played = { verdicts: [], memory: 0, memoryTakers: [], strays: [], notFoundOut: [] };
  const count = Math.max(PROCESSES, Math.ceil(numbers.length / CASES_OF_PROCESS));
  const share = (one: number) => numbers.filter((_, index) => index % count === one);
  const jobs = Array.from({ length: count }, (_, one): Job => ({
    seed,
    numbers: share(one),
    lanes: LANES,
    isWeakened: isWeakened && one === 0,
  }));
  const work = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      if (job.numbers.length > 0) jobs.push(...(await playJob(job, played)));
    }
  };
  await Promise.all(Array.from({ length: PROCESSES }, work));
  return played;
}

/** @returns what is to be played again, since the process has ended too early */
async function playJob(job: Job, played: Played): Promise<Job[]> {
  const { numbers, seed } = job;
  const child = fork(path.resolve(__dirname, 'part.ts'), [JSON.stringify(job)]);
  const open = new Set(numbers);
  const underWay = new Set<number>();
  let timer = setTimeout(() => child.kill('SIGKILL'), SILENT_MS);
  child.on('message', (message: Message) => {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill('SIGKILL'), SILENT_MS);
    switch (message.type) {
      case 'begun':
        underWay.add(message.number);
        break;
      case 'ended':
        played.verdicts.push(message.verdict);
        open.delete(message.verdict.number);
        underWay.delete(message.verdict.number);
        break;
      case 'alive':
        // A little more is what a process takes when it goes on for long.
        if (message.memory > played.memory + NOTABLE_MIB) played.memoryTakers = [...underWay];
        played.memory = Math.max(played.memory, message.memory);
        break;
      case 'notFoundOut':
        played.notFoundOut.push(message.name);
        break;
      case 'stray':
        played.strays.push(`While ${[...underWay].join(', ')} were played: ${message.text}`);
    }
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  if (code === 0 && open.size === 0) return [];
  const suspects = [...underWay];
  if (suspects.length === 0) throw new Error(`A part has ended with code ${code}.`);
  for (const number of suspects) open.delete(number);
  const rest: Job = { ...job, numbers: [...open] };
  if (suspects.length > 1)
    return [...suspects.map((one) => ({ seed, numbers: [one], lanes: 1, isWeakened: false })), rest];
  played.verdicts.push(...suspects.map((number) => dead(seed, number)));
  return [rest];
}

/** The verdict on a case that has ended n8n's process, or let it hang. */
function dead(seed: number, number: number): Verdict {
  const { subject, fault } = new Plan(seed).caseOf(number);
  return {
    number,
    operation: subject.name,
    fault: fault.name,
    isHit: true,
    endless: ['it has ended the process, or let it hang'],
    leaks: [],
    falseStarts: [],
    secretsShown: [],
    others: [],
  };
}
