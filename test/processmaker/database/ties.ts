import type { Instance } from '../instance';

/** The order of rows that are equal in every other respect: by their ids, unless it is known how they come. */
export function amongEquals({ equalRows }: Instance, idColumn: string, direction: string): string {
  const known = equalRows.map((id, index) => `WHEN ${id} THEN ${index} `).join('');
  const order = `${idColumn} ${direction}`;
  return known === '' ? order : `CASE ${idColumn} ${known}ELSE ${equalRows.length} END, ${order}`;
}
