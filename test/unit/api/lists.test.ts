import { searchList } from '../../../nodes/ProcessMaker/api/lists';
import type { Connection } from '../../../nodes/ProcessMaker/transport/connection';
import * as pagination from '../../../nodes/ProcessMaker/transport/pagination';

jest.mock('../../../nodes/ProcessMaker/transport/pagination', () => ({
  ...jest.requireActual<object>('../../../nodes/ProcessMaker/transport/pagination'),
  readListWithTotal: jest.fn(),
  readList: jest.fn(),
}));

let reads = 0;
const entry = (id: number, name: string) => ({
  id,
  get name() {
    reads += 1;
    return name;
  },
});

/** A sorted list whose pages have left out some entries. */
async function search(paged: Array<[number, string]>, all: Array<[number, string]>) {
  reads = 0;
  const entries = paged.map(([id, name]) => entry(id, name));
  jest.mocked(pagination.readListWithTotal).mockResolvedValue({ entries, total: all.length });
  jest.mocked(pagination.readList).mockResolvedValue(all.map(([id, name]) => entry(id, name)));
  const order = { field: 'name', direction: 'asc' } as const;
  return (await searchList({} as Connection, { path: '1.0/requests' }, order)).map(({ id }) => id);
}

test('puts what the pages of a sorted list have left out behind the last entry with the same value', async () => {
  const found = await search(
    [
      [1, 'a'],
      [5, 'b'],
      [6, 'a'],
      [3, 'c'],
    ],
    [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
      [4, 'z'],
      [5, 'b'],
      [6, 'a'],
      [7, 'a'],
      [8, 'y'],
      [9, 'z'],
      [10, 'b'],
    ],
  );
  expect(found).toEqual([1, 5, 2, 10, 6, 7, 3, 4, 9, 8]);
});

test('looks at each entry a few times only, however many were left out', async () => {
  const all = Array.from({ length: 2000 }, (_, id): [number, string] => [id + 1, `name ${id}`]);
  expect(await search(all.slice(0, 100), all)).toHaveLength(2000);
  expect(reads).toBeLessThan(5 * 2000);
});
