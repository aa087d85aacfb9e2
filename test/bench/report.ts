import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { format } from 'prettier';
import { MEMORY_ITEMS, type Memory } from './memory';
import { PHP, SMALL, TIGHT } from './settings';
import type { Results, Target } from './targets';
import { rateOf, type RealRow } from './real';
import type { Row } from './track';
import type { PollRow } from './trigger';

const FILE = path.resolve(__dirname, '../../docs/BENCHMARK.md');

/** Writes docs/BENCHMARK.md. */
export async function writeReport(results: Results, targets: Target[]): Promise<void> {
  writeFileSync(FILE, await format(page(results, targets), { parser: 'markdown', printWidth: 110 }));
}

/** The machine, without its name. */
export function machine(): { cores: number; memoryGigabytes: number; node: string; date: string } {
  return {
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    date: new Date().toISOString().slice(0, 10),
  };
}

function page({ php, small, tight, fast, cpu, memory, polls, real }: Results, targets: Target[]): string {
  const { cores, memoryGigabytes, node, date } = machine();
  return `# Benchmark

${date}, ${cores} cores, ${memoryGigabytes} GB of memory, Node ${node}. Written by \`npm run bench\`; server and n8n's engine share the machine, so compare within a table only.

${table(['Target', 'Wanted', 'Measured', ''], targets.map(targetCells))}

## How it is measured

The built node and n8n's own HTTP Request and Loop Over Items nodes run on n8n's execution engine, in one process; the server is another one. The tables show the largest run of each way, and each smaller one that lost a Request. _Started_ and _lost_ are counted on the server. _Connections_ is the most that were in use at one moment.

The PHP-like server is the ProcessMaker stand-in behind a front with a fixed number of workers, each busy for ${PHP.callMs} ms with every call. ${PHP.queue} calls may wait, and ${PHP.connections} connections may be open; what is more is reset. These limits are those of a real ProcessMaker 4.15.5 that was measured on 2 cores: with 1,500 calls at once it carried out 478 of them in 35 s and reset the others.

## A PHP-like server, ${PHP.workers} workers

It can do ${(PHP.workers * 1000) / PHP.callMs} starts in a second. _Workers busy_ is the share of the time.

${rows(php, PHP.workers)}

## The same with ${SMALL.workers} workers

${rows(small, SMALL.workers)}

## The same with ${TIGHT.workers} workers and a queue of ${TIGHT.queue}

${rows(tight, TIGHT.workers)}

It takes so long because an item whose call was reset is looked for until the Recovery Window ends, and only then started again.

## A server that responds at once

Here everything is the client's own work.

${rows(fast)}

## The node's own work

CPU for each item, with automatic mapping and without expressions: ${cpu.node.toFixed(2)} ms, of which n8n's request helper and the evaluation of the node's parameters are ${cpu.helperOnly.toFixed(2)} ms. The node's own part, the median difference of runs side by side, is **${cpu.own.toFixed(3)} ms**.

## Memory for ${MEMORY_ITEMS.toLocaleString('en')} items

On the fast server, with default options, each in a fresh process. _Process_ is the most that the process took from the machine, with garbage; _in use_ is the most that was left in the heap where garbage is collected every few seconds.

${memoryTable(memory)}

The first row stands for n8n's Code node, which needs a whole n8n. The garbage is that of n8n's request helper, about 10 KB for each call: no client of it can need less.

## The polls of the trigger

All seven types of events at once, on the stand-in. A poll reads what is new again for three minutes, since a server may show a row late. What it costs depends on what has changed, not on how many Requests there are.

${pollTable(polls)}
${realPart(real)}`;
}

function pollTable(polls: PollRow[]): string {
  return table(
    ['Requests', 'Poll', 'Calls', 'Milliseconds', 'KB', 'Events'],
    polls.map(({ requests, poll, calls, milliseconds, kilobytes, events }) => [
      inWords(requests),
      poll,
      ...[calls, Math.round(milliseconds), Math.round(kilobytes), events].map(inWords),
    ]),
  );
}

function realPart(real: RealRow[]): string {
  if (real.length === 0) return '';
  const cells = real.map((row) => [
    row.way,
    inWords(row.started),
    row.seconds.toFixed(1),
    rateOf(row).toFixed(1),
  ]);
  return `\n## A real ProcessMaker on the same machine\n\n${table(['', 'Started', 'Seconds', 'In a second'], cells)}\n`;
}

function memoryTable({ process, inUse }: Memory): string {
  const megabytes = (value: number) => `${value.toFixed(0)} MB`;
  return table(
    ['', 'Process', 'In use'],
    [
      ['A node that only returns items', megabytes(process.code), megabytes(inUse.code)],
      ["A node that only calls n8n's request helper", megabytes(process.helperOnly), ''],
      ['ProcessMaker node', megabytes(process.node), megabytes(inUse.node)],
    ],
  );
}

/** The largest run of each way, and any in which a Request was lost. */
function telling(list: Row[]): Row[] {
  const most = (way: string) => Math.max(...list.filter((row) => row.way === way).map(({ items }) => items));
  return list.filter(({ way, items, lost }) => lost > 0 || items === most(way));
}

function rows(all: Row[], workers?: number): string {
  const list = telling(all);
  const heads = ['', 'Items', 'Seconds', 'Started', 'Lost', 'Connections'];
  if (workers === undefined) return table(heads, list.map(rowCells));
  const busy = ({ busySeconds, seconds }: Row) =>
    `${((100 * busySeconds) / (seconds * workers)).toFixed(0)} %`;
  return table(
    [...heads, 'Workers busy'],
    list.map((row) => [...rowCells(row), busy(row)]),
  );
}

function rowCells({ way, items, seconds, started, lost, mostConnections }: Row): string[] {
  return [way, ...[items, Number(seconds.toFixed(1)), started, lost, mostConnections].map(inWords)];
}

function targetCells({ name, wanted, value, met }: Target): string[] {
  return [name, wanted, inWords(Number(value.toFixed(3))), met ? 'met' : '**missed**'];
}

const inWords = (value: number) => value.toLocaleString('en');

function table(heads: string[], cells: string[][]): string {
  return [heads, heads.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
