import fc from 'fast-check';

import { toStoredText } from '../../../../../nodes/ProcessMaker/actions/request/sendAndWait/toolCall';

/** Characters that a person does not see, or takes for a blank, one or more of each kind. */
const UNSEEN: Record<string, string> = {
  'a control character': '\u0007',
  'a control character of C1': '\u0085',
  'a no-break space': '\u00A0',
  'a soft hyphen': '\u00AD',
  'a combining grapheme joiner': '\u034F',
  'an Arabic letter mark': '\u061C',
  'Hangul fillers of jamo': '\u115F\u1160',
  'an Ogham space': '\u1680',
  'Khmer inherent vowels': '\u17B4\u17B5',
  'Mongolian variation selectors': '\u180B\u180C\u180D\u180F',
  'a Mongolian vowel separator': '\u180E',
  'spaces of other widths': '\u2000\u2003\u2009\u200A',
  'a zero width space and joiners': '\u200B\u200C\u200D',
  'marks of direction': '\u200E\u200F',
  'a line separator and a paragraph separator': '\u2028\u2029',
  'overrides of direction': '\u202A\u202D\u202E\u2066\u2069',
  'a narrow no-break space': '\u202F',
  'a mathematical space': '\u205F',
  'a word joiner and invisible operators': '\u2060\u2062\u2064',
  'a blank of braille': '\u2800',
  'an ideographic space': '\u3000',
  'a Hangul filler': '\u3164\uFFA0',
  'variation selectors': '\uFE00\uFE0F',
  'further variation selectors': '\u{E0100}\u{E01EF}',
  'a byte order mark and annotations': '\uFEFF\uFFF9\uFFFB',
  'characters of private use, and those not assigned': '\uE000\u{F0000}\u0378\uFFFF',
  'tags and musical controls': '\u{E0001}\u{E0041}\u{1D173}',
};

const SHOWN = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]|(?! )\p{Zs}| {2}/u;

/** The keys and the texts of JSON, as they are written. */
const textsIn = (json: string) => json.match(/"(?:[^"\\]|\\.)*"/g) ?? [];

test.each(Object.entries(UNSEEN))('shows %s in keys and texts', (_, unseen) => {
  const value = { [`a${unseen}b`]: [`pay${unseen}5${unseen}`] };
  const text = toStoredText(value);
  for (const character of unseen) expect(text).not.toContain(character);
  expect(JSON.parse(text)).toEqual(value);
});

test('shows each of many blanks but the first', () => {
  const value = { note: `a${' '.repeat(20_000)}b`, 'two  blanks': 'one blank here' };
  const text = toStoredText(value);
  expect(text).toContain('"one blank here"');
  expect(textsIn(text).join('')).not.toMatch(/ {2}/);
  expect(JSON.parse(text)).toEqual(value);
});

test('leaves what a person reads as it is', () => {
  const value = { text: 'Größe 漢字 €1 "x" é', list: [1, true, null] };
  expect(toStoredText(value)).toBe(JSON.stringify(value, null, 2));
});

test('hides nothing of any JSON, and is parsed to exactly that JSON', () => {
  const odd = fc.constantFrom(' ', '  ', '\\', '"', '<', '{{', '}}', ...Object.values(UNSEEN).join(''));
  const text = fc.array(fc.oneof(odd, fc.string({ unit: 'binary' })), { maxLength: 8 });
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      text.map((parts) => parts.join('')),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
      fc.constantFrom(true, false, null),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(
        text.map((parts) => parts.join('')),
        tie('tree'),
        { maxKeys: 4 },
      ),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const stored = toStoredText(value);
      expect(JSON.stringify(JSON.parse(stored))).toBe(JSON.stringify(value));
      for (const one of textsIn(stored)) expect(one).not.toMatch(SHOWN);
      expect(stored).not.toMatch(/<|\{\{|\}\}/);
    }),
    { numRuns: 2000 },
  );
});
