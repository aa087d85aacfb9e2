import { isSameName } from '../../../../nodes/ProcessMaker/api/files/files';

it.each([
  ['my-file.pdf', 'my file.pdf'],
  ['a-1-b.txt', 'a#1/b.txt'],
  ['Größe.txt', 'Gro\u0308ße.txt'],
  ['世界.txt', '世界.txt'],
  ['Größe--x--1.pdf', 'Größe -x- 1.pdf'],
])('recognizes %j as the name under which ProcessMaker stores %j', (stored, sent) => {
  expect(isSameName(stored, sent)).toBe(true);
});

it.each([
  ['a.txt', 'b.txt'],
  ['a.txt', 'a.pdf'],
  ['世界.txt', '世.txt'],
  ['A.txt', 'a.txt'],
])('does not take the stored file %j for the file %j', (stored, sent) => {
  expect(isSameName(stored, sent)).toBe(false);
});
