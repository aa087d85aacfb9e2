import path from 'node:path';

import { PROMISES, testFile } from './promises';

/** What Jest writes of a run, as far as it is read here. */
export interface JestReport {
  testResults: Array<{
    name: string;
    status: string;
    assertionResults: Array<{ fullName: string; title: string; status: string }>;
  }>;
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What the tests say of a version of n8n. */
export interface Outcome extends Counts {
  /** What the version lacks: how many tests cannot run for it, and what was tested instead. */
  differs: string[];
  /** For each promise, how the tests of it ended. */
  promises: Record<string, Counts>;
}

type Test = JestReport['testResults'][number]['assertionResults'][number];

const LACKING = / \((needs|without) ([^()]+)\)$/;
const INSTEAD = / \(without [^()]+\)$/;

/** Reads what Jest wrote. A file that could not run, and a test that was skipped without a reason, have failed. */
export function readOutcome({ testResults }: JestReport, root: string): Outcome {
  const files = new Map(
    testResults.map(({ name, status, assertionResults: tests }) => [
      path.relative(root, name).split(path.sep).join('/'),
      status === 'failed' && tests.length === 0 ? [{ fullName: name, title: name, status }] : tests,
    ]),
  );
  const promises = Object.entries(PROMISES).map(([promise, names]) => [
    promise,
    count(
      names.flatMap((name) => files.get(testFile(name)) ?? []).filter(({ title }) => !INSTEAD.test(title)),
    ),
  ]);
  const all = [...files.values()].flat();
  return {
    ...count(all),
    differs: differences(all),
    promises: Object.fromEntries(promises) as Outcome['promises'],
  };
}

function count(tests: Test[]): Counts {
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const skipped = tests.filter(({ status, title }) => status === 'pending' && LACKING.test(title)).length;
  return { passed, failed: tests.length - passed - skipped, skipped };
}

function differences(tests: Test[]): string[] {
  const lacking = tests
    .map(({ title }) => LACKING.exec(title)?.[2])
    .filter((feature) => feature !== undefined);
  return [...new Set(lacking)].sort().map((feature) => {
    const named = (how: string) => tests.filter(({ title }) => title.endsWith(` (${how} ${feature})`));
    const instead = named('without').map(({ title }) => title.replace(LACKING, ''));
    const absent = named('needs').length;
    const skipped = `it lacks ${feature}: ${absent} ${absent === 1 ? 'test is' : 'tests are'} skipped`;
    return instead.length ? `${skipped}; instead: ${instead.join('; ')}` : skipped;
  });
}
