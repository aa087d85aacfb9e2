import { asPhpValue, toStoredJson, visibleData } from '../../processmaker/data/normalise';
import { sanitiseStartData, sanitiseTaskData } from '../../processmaker/data/sanitise';
import { readBody } from '../../processmaker/http/body';

const read = (text: string, type = 'application/json') => readBody(Buffer.from(text), type);

describe('data on its way into a start', () => {
  test.each([
    ['  padded\n', 'padded'],
    ['', null],
    ['   ', null],
    ['<b>bold</b><script>alert(1)</script>', 'boldalert(1)'],
    ['{{ foo }}', ' foo '],
    ['a & b < c', 'a & b < c'],
    ['<!-- note -->x<?php echo 1 ?>', 'x'],
    [0, 0],
    [false, false],
    [null, null],
  ])('%j becomes %j', (sent, kept) => {
    expect(sanitiseStartData({ value: sent })).toEqual({ value: kept });
  });

  test('of what is nested in a field, texts are trimmed and empty ones become null, and markup stays', () => {
    const nested = { tags: '<b>x</b>', list: ['{{ y }}', ' <i>z</i> ', ''] };
    expect(sanitiseStartData({ nested })).toEqual({
      nested: { tags: '<b>x</b>', list: ['{{ y }}', '<i>z</i>', null] },
    });
  });

  test('of a task, only markup is removed', () => {
    expect(sanitiseTaskData({ pad: '  x ', empty: '', html: '<i>y</i>', nested: ['<b>z</b>'] })).toEqual({
      pad: '  x ',
      empty: '',
      html: 'y',
      nested: ['z'],
    });
  });
});

describe('bodies', () => {
  test('an empty object and one with the keys 0, 1… become lists', () => {
    expect(asPhpValue({ a: {}, b: { 0: 'x', 1: 'y' }, c: { 1: 'x' } })).toEqual({
      a: [],
      b: ['x', 'y'],
      c: { 1: 'x' },
    });
  });

  test('JSON needs its content type and has to be valid', async () => {
    expect(await read('{"a":1}')).toEqual({ a: 1 });
    expect(await read('{"a":1}', '')).toEqual({});
    expect(await read('{a')).toEqual({});
    expect(await read('null')).toEqual({});
  });

  test('lists and single values become numbered data', async () => {
    expect(visibleData(await read('[{"a":1},{"b":2}]'))).toEqual([{ a: 1 }, { b: 2 }]);
    expect(visibleData(await read('"hello"'))).toEqual(['hello']);
  });

  test('forms may nest', async () => {
    const type = 'application/x-www-form-urlencoded';
    expect(await read('orderId=F-1&n[x]=1&n[y]=2&l[]=a&l[]=b', type)).toEqual({
      orderId: 'F-1',
      n: { x: '1', y: '2' },
      l: ['a', 'b'],
    });
  });

  test('files of a multipart body are no data', async () => {
    const part = (head: string, value: string) =>
      `--X\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
    const body = `${part('name="orderId"', 'M-1')}${part('name="f"; filename="a.txt"', 'hi')}--X--\r\n`;
    expect(await read(body, 'multipart/form-data; boundary=X')).toEqual({ orderId: 'M-1' });
  });
});

test('keys are kept by length, hidden ones are not shown', () => {
  expect(toStoredJson({ bbb: 1, a: { cc: 1, b: 2 } })).toBe('{"a":{"b":2,"cc":1},"bbb":1}');
  expect(visibleData({ _user: 1, a: 1 })).toEqual({ a: 1 });
  expect(visibleData({ _user: 1 })).toEqual([]);
});
