import fc from 'fast-check';

import { screenFields } from '../../../../nodes/ProcessMaker/api/forms/screenFields';

const input = (name: unknown, more: object = {}) => ({
  component: 'FormInput',
  config: { name, label: 'Label', dataFormat: 'string', ...more },
});
const read = (...items: unknown[]) => screenFields([{ items }]);
const field = (item: unknown) => read(item).fields[0];

describe('screenFields', () => {
  test.each([
    ['string', { type: 'string' }],
    ['int', { type: 'number' }],
    ['float', { type: 'number' }],
    ['currency', { type: 'number' }],
    ['percentage', { type: 'number' }],
    ['boolean', { type: 'boolean' }],
    ['date', { type: 'dateTime', dateOnly: true }],
    ['datetime', { type: 'dateTime' }],
    ['array', { type: 'array' }],
    ['object', { type: 'object' }],
    ['password', { type: 'string' }],
    [undefined, { type: 'string' }],
  ])('reads the type of a field with the data format %s', (dataFormat, type) => {
    expect(field(input('a', { dataFormat }))).toEqual({
      path: 'a',
      label: 'Label',
      required: false,
      ...type,
    });
  });

  test.each([
    [[{ value: 'required', content: 'Required' }], true],
    [[{ value: 'min:3' }, { value: 'required' }], true],
    ['required|min:3', true],
    ['min:3', false],
    [[{ value: 'required_if:other,1' }], false],
    ['required_unless:other,1', false],
    [[], false],
    [null, false],
  ])('reads from the validation rules %j whether a field is required: %s', (validation, required) => {
    expect(field(input('a', { validation }))?.required).toBe(required);
  });

  test('requires no field that a condition may hide', () => {
    const validation = 'required';
    const { fields } = read(
      input('a', { validation, conditionalHide: 'kind == "x"' }),
      {
        component: 'FormMultiColumn',
        config: { conditionalHide: 'kind == "x"' },
        items: [[input('b', { validation })], [input('c', { validation })]],
      },
      input('d', { validation, conditionalHide: '' }),
    );
    expect(fields.map(({ path, required }) => [path, required])).toEqual([
      ['a', false],
      ['b', false],
      ['c', false],
      ['d', true],
    ]);
  });

  test('reads the choices of a select list', () => {
    const list = (options: object) => field({ component: 'FormSelectList', config: { name: 'a', options } });
    const optionsList = [
      { value: 'r', content: 'Red' },
      { value: 5, content: null },
      { content: 'No value' },
    ];
    expect(list({ dataSource: 'provideData', optionsList })).toMatchObject({
      type: 'options',
      options: [
        { name: 'Red', value: 'r' },
        { name: '5', value: 5 },
      ],
    });
    expect(list({ dataSource: 'dataObject', optionsList })).toMatchObject({ type: 'string' });
    expect(list({ dataSource: 'provideData', optionsList: [] })).toMatchObject({ type: 'string' });
    expect(list({ dataSource: 'provideData', optionsList, allowMultiSelect: true })).toMatchObject({
      type: 'array',
    });
    expect(list({ dataSource: 'dataObject', valueTypeReturned: 'object' })).toMatchObject({ type: 'object' });
  });

  test('reads what can be chosen in a list of several values, and nothing where it is not known', () => {
    const choices = (options: object) =>
      read({ component: 'FormSelectList', config: { name: 'a', options }, items: [] }).fields[0]?.choices;
    const optionsList = [{ value: 'r', content: 'Red' }, { value: 5 }, { content: 'None' }];
    const several = { dataSource: 'provideData', optionsList, allowMultiSelect: true };
    expect(choices(several)).toEqual([
      { name: 'Red', value: 'r' },
      { name: '5', value: 5 },
    ]);
    expect(choices({ ...several, valueTypeReturned: 'object' })).toEqual([]);
    expect(choices({ ...several, dataSource: 'dataObject' })).toEqual([]);
  });

  test('reads what a list of rows holds: columns, and nothing where they are not known', () => {
    const holds = (component: string, config: object, items: unknown[] = []) =>
      read({ component, config: { name: 'a', ...config }, items }).fields[0]?.holds;
    const optionsList = [{ value: 'r', content: 'Red' }, { value: 5 }, { content: 'None' }];
    expect(holds('FormLoop', {}, [input('from'), [input('to')]])).toEqual(['from', 'to']);
    const fields = { dataSource: 'provideData', optionsList };
    expect(holds('FormRecordList', { fields })).toEqual(['r', '5']);
    expect(holds('FormRecordList', { fields: null })).toEqual([]);
  });

  test('reads a checkbox as an optional boolean with its initial value', () => {
    const checkbox = (config: object) =>
      field({ component: 'FormCheckbox', config: { name: 'a', ...config } });
    expect(checkbox({ validation: 'required' })).toEqual({
      path: 'a',
      label: 'a',
      required: false,
      type: 'boolean',
    });
    expect(checkbox({ initiallyChecked: true })).toMatchObject({ initially: true });
  });

  test('reads loops and record lists as lists, without the fields inside them', () => {
    const pages = [
      {
        items: [
          {
            component: 'FormLoop',
            config: { name: 'loop_1', settings: { varname: 'trips' } },
            items: [input('from')],
          },
          { component: 'FormRecordList', config: { name: 'receipts', form: '1' } },
        ],
      },
      { items: [input('shop')] },
      { items: [input('total')] },
    ];
    const { fields, others } = screenFields(pages);
    expect(fields.map(({ path, type }) => [path, type])).toEqual([
      ['trips', 'array'],
      ['receipts', 'array'],
      ['total', 'string'],
    ]);
    expect(others).toEqual(['loop_1', 'from', 'shop']);
  });

  test('lists nested screens and files, and leaves out controls that hold no data', () => {
    const found = read(
      { component: 'FormNestedScreen', config: { screen: 33 } },
      { component: 'FormButton', config: { name: 'send', event: 'submit' } },
      { component: 'FileUpload', config: { name: 'scan' } },
      { component: 'FormHtmlViewer', config: { name: null, content: '<b>Hi</b>' } },
    );
    expect(found).toEqual({
      fields: [],
      files: [{ path: 'scan', label: 'scan' }],
      others: ['send', 'scan'],
      nested: [33],
    });
  });

  test('keeps nested field names once each, and leaves out names that are not a path', () => {
    const names = ['customer.name', 'customer.name', 'lines[0].price', 'a..b', '__proto__.x', '', null, 7];
    const { fields } = read(...names.map((name) => input(name)));
    expect(fields.map(({ path }) => path)).toEqual(['customer.name', 'lines[0].price', '7']);
  });

  test('reads any JSON as a screen without throwing', () => {
    const component = fc.constantFrom(
      'FormInput',
      'FormLoop',
      'FormSelectList',
      'FormRecordList',
      'FormNestedScreen',
    );
    const item = fc.record(
      { component, config: fc.jsonValue(), items: fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.array(fc.record({ items: fc.array(item) }))), (pages) => {
        for (const { path } of screenFields(pages).fields) expect(path).not.toBe('');
      }),
    );
  });
});
