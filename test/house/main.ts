import { parseArgs } from 'node:util';
import { ENFORCED, exceeded, LIMITS } from './limits';
import { figuresOf, measure } from './measure';
import { report, reportStart } from './report';

/** Measures the house. With `--start` also names what one start runs. Ends with a line of JSON. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { start: { type: 'boolean' } } });
  const house = await measure();
  const figures = figuresOf(house);
  report(house, figures);
  if (values.start) reportStart(house);
  const above = exceeded(figures);
  for (const name of above) console.log(`✗ ${name} is ${figures[name]}, and may be ${LIMITS[name]}`);
  if (above.length && !ENFORCED) console.log('The limits are not enforced yet.');
  process.exitCode = ENFORCED && above.length ? 1 : 0;
  console.log(JSON.stringify(figures));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
