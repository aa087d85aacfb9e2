import { inputFailure, type Result } from '../transport/failure';
import { addDetails, type Details } from './details';
import type { Watch } from './filters';
import { readNewest, readServerTime, type Reading } from './rows';
import type { NewEvent } from './walk';

/** Of the newest Requests or Tasks, so many are looked at. */
const NEWEST = 20;

/** The latest event of the chosen kinds that has really happened, as a sample for a manual test. */
export async function latestEvent(
  reading: Reading,
  { kinds }: Watch,
  details: Details,
): Promise<Result<NewEvent>> {
  const time = await readServerTime(reading);
  if (!time.ok) return time;
  const events: NewEvent[] = [];
  for (const kind of kinds) {
    const rows = await readNewest(reading, kind, NEWEST);
    if (!rows.ok) return rows;
    for (const row of rows.value) {
      const occurrence = kind.occurrence(row);
      if (occurrence) events.push({ ...occurrence, kind, row });
    }
  }
  const detailed = await addDetails(reading.connection, events, details);
  if (!detailed.ok) return detailed;
  const [latest] = detailed.value.sort((one, other) => other.time - one.time || other.row.id - one.row.id);
  if (latest) return { ok: true, value: latest };
  const names = kinds.map(({ name }) => `'${name}'`).join(', ');
  return inputFailure(
    `There is no event of the kind ${names} in ProcessMaker yet that could serve as a sample`,
    "Make one happen in ProcessMaker, or loosen 'Process Names or IDs' and 'Filters'. What the user of the access token may not see is not found.",
  );
}
