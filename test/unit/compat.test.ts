import { readOutcome } from '../compat/outcome';
import { features, n8nHas } from '../support/features';

const test = (title: string, status = 'passed') => ({ fullName: `a group ${title}`, title, status });
const file = (name: string, tests: ReturnType<typeof test>[], status = 'passed') => ({
  name: `/checkout/test/workflow/${name}.test.ts`,
  status,
  assertionResults: tests,
});
const outcomeOf = (...testResults: ReturnType<typeof file>[]) => readOutcome({ testResults }, '/checkout');

it('finds every feature in the n8n of package.json, so that npm test skips nothing', () => {
  expect(features.filter((feature) => !n8nHas(feature))).toEqual([]);
});

it('counts a test that is skipped for what an n8n lacks, and says what was tested instead', () => {
  const outcome = outcomeOf(
    file('crash', [
      test('goes on (needs a resume token)', 'pending'),
      test('ends (needs a resume token)', 'pending'),
      test('sends nothing (without a resume token)'),
      test('works'),
    ]),
  );
  expect(outcome).toMatchObject({ passed: 2, failed: 0, skipped: 2 });
  expect(outcome.differs).toEqual(['it lacks a resume token: 2 tests are skipped; instead: sends nothing']);
});

it('takes a test that is skipped without a reason for failed', () => {
  expect(outcomeOf(file('crash', [test('works', 'pending')]))).toMatchObject({ failed: 1, skipped: 0 });
});

it('takes a test file that could not run for a failed test', () => {
  expect(outcomeOf(file('crash', [], 'failed'))).toMatchObject({ passed: 0, failed: 1 });
});

it('tells how the tests of each promise ended', () => {
  const { promises } = outcomeOf(file('crash', [test('a')]), file('output', [test('b')]));
  expect(Object.values(promises).filter(({ passed }) => passed > 0)).toEqual([
    { passed: 1, failed: 0, skipped: 0 },
  ]);
});
