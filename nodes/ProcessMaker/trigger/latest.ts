import { inputError } from '../transport/processMakerError';
import { addDetails, type Details } from './details';
import type { Watch } from './filters';
import type { NewEvent } from './readNewEvents';
import { readRows, readServerTime, type Reading } from './rows';

/**
 * A sample for a manual test: the latest event of the chosen types, among the newest 100 rows of each.
 *
 * @throws ProcessMakerError when there is none
 */
export async function latestEvent(
  reading: Reading,
  { eventTypes }: Watch,
  details: Details,
): Promise<NewEvent> {
  const events: NewEvent[] = [];
  let isEverything = true;
  for (const type of eventTypes) {
    // What becomes due later is no event yet; all else that can be seen has happened.
    const to = type.column === 'due' ? await readServerTime(reading) : undefined;
    const { rows, total } = await readRows(reading, type, { from: 0, after: 0, to }, 'desc');
    isEverything &&= total <= rows.length;
    for (const row of rows) {
      const occurrence = type.occurrence(row);
      if (occurrence) events.push({ ...occurrence, type, row });
    }
  }
  events.sort((one, other) => other.time - one.time || other.row.id - one.row.id);
  // Only the details tell which of them are ignored.
  const candidates = details.ignoresN8n ? events : events.slice(0, 1);
  const [latest] = await addDetails(reading.connection, candidates, details);
  if (latest) return latest;
  const names = eventTypes.map(({ name }) => `'${name}'`).join(', ');
  throw inputError(
    isEverything
      ? `There is no event of the kind ${names} in ProcessMaker yet that could serve as a sample`
      : `Among the latest events of the kind ${names} in ProcessMaker is none that could serve as a sample`,
    "Make one happen in ProcessMaker, or loosen 'Process Names or IDs' and 'Filters'. What the user of the access token may not see is not found.",
  );
}
