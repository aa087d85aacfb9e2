import { findCircles, reachOf } from '../house/graph';
import { isOutside, isUpward, layerOf } from '../house/layers';
import { exceeded, LAST_RELEASE, LIMITS } from '../house/limits';
import { parseSource } from '../house/source';
import { graphOf } from '../house/tree';

const NODE = 'nodes/ProcessMaker';

const graph = (imports: Record<string, string[]>) => new Map(Object.entries(imports));

describe('findCircles', () => {
  it('finds no circle where two imports lead to the same file', () => {
    expect(findCircles(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).toEqual([]);
  });

  it('reports each group of files that import each other as a circle of its own', () => {
    const circles = findCircles(
      graph({ z: ['a'], a: ['b'], b: ['c'], c: ['a', 'b', 'd'], d: ['e'], e: ['d'], f: ['d'] }),
    );
    expect(circles).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
  });

  it('finds a circle in a file that imports itself', () => {
    expect(findCircles(graph({ a: ['a'] }))).toEqual([['a']]);
  });
});

describe('reachOf', () => {
  it('follows imports through other files and stops in a circle', () => {
    const files = reachOf(graph({ a: ['b'], b: ['c'], c: ['a'], d: ['a'] }), 'a');
    expect([...files]).toEqual(['a', 'b', 'c']);
  });
});

describe('layerOf', () => {
  it.each([
    [`${NODE}/ProcessMaker.node.ts`, 'ProcessMaker.node'],
    [`${NODE}/guards.ts`, 'guards'],
    [`${NODE}/api/requests/search.ts`, 'api'],
    ['credentials/ProcessMakerApi.credentials.ts', 'credentials'],
    [`${NODE}/helpers/pmql.ts`, undefined],
    [`${NODE}/other.ts`, undefined],
    ['nodes/api/requests.ts', undefined],
  ])('finds that %s lies in the layer %s', (path, layer) => {
    expect(layerOf(path)).toBe(layer);
  });
});

describe('isUpward', () => {
  const credential = 'credentials/ProcessMakerApi.credentials.ts';

  it.each([
    ['actions/router.ts', 'execution/runItems.ts'],
    ['actions/router.ts', 'guards.ts'],
    ['methods/listSearch/tasks.ts', 'actions/task/get.operation.ts'],
    ['waiting/poll.ts', 'callback/url.ts'],
    ['ProcessMaker.node.ts', 'methods/listSearch/index.ts'],
  ])('lets %s import %s', (from, to) => {
    expect(isUpward(`${NODE}/${from}`, `${NODE}/${to}`)).toBe(false);
  });

  it.each([
    ['execution/runItems.ts', 'actions/router.ts'],
    ['guards.ts', 'transport/request.ts'],
    ['transport/request.ts', 'api/requests/search.ts'],
    ['actions/router.ts', 'ProcessMaker.node.ts'],
  ])('does not let %s import %s', (from, to) => {
    expect(isUpward(`${NODE}/${from}`, `${NODE}/${to}`)).toBe(true);
  });

  it('lets a credential import transport alone, and no file import a credential', () => {
    expect(isUpward(credential, `${NODE}/transport/instanceUrl.ts`)).toBe(false);
    expect(isUpward(credential, `${NODE}/guards.ts`)).toBe(true);
    expect(isUpward(`${NODE}/ProcessMaker.node.ts`, credential)).toBe(true);
  });

  it('reports no upward import by a file outside the house', () => {
    expect(isUpward(`${NODE}/helpers/pmql.ts`, `${NODE}/actions/router.ts`)).toBe(false);
  });
});

describe('isOutside', () => {
  it.each([`${NODE}/api/tasks/types.ts`, `${NODE}/ProcessMaker.node.json`, `${NODE}/__schema__/v1/a.json`])(
    'counts %s as part of the house',
    (path) => expect(isOutside(path)).toBe(false),
  );

  it.each([`${NODE}/helpers/pmql.ts`, `${NODE}/other.ts`, `${NODE}/api/notes.md`, 'credentials/other.json'])(
    'counts %s as outside the house',
    (path) => expect(isOutside(path)).toBe(true),
  );
});

describe('parseSource', () => {
  it('finds every form of import, those of types too', () => {
    const text = `
      import a from './a';
      import { type B } from './b';
      import type { C } from './c';
      import './d';
      export * from './e';
      export type { F } from './f';
      import g = require('./g');
      const h = () => import('./h');
      let i: import('./i').I;
      // import './none';
    `;
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
    expect(parseSource('file.ts', text).imports).toEqual(names.map((name) => `./${name}`));
  });

  it('names functions and counts their lines without the comment above', () => {
    const text = [
      '/** Comment. */',
      'function one() {',
      '  return 1;',
      '}',
      'const two = () => 2;',
      'class Three {',
      '  constructor() {}',
      '  get four() {',
      '    return [4].map((x) => x);',
      '  }',
      '}',
      '',
    ].join('\n');
    const { lines, functions } = parseSource('file.ts', text);
    expect(lines).toBe(11);
    expect(functions).toEqual([
      { name: 'one', lines: 3 },
      { name: 'two', lines: 1 },
      { name: 'constructor', lines: 1 },
      { name: 'four', lines: 3 },
      { name: '(anonymous)', lines: 1 },
    ]);
  });
});

describe('graphOf', () => {
  it('resolves imported files and folders, and leaves out packages', () => {
    const sources = [
      parseSource('a/one.ts', `import './two'; import '../b'; import './two'; import 'n8n-workflow';\n`),
      parseSource('a/two.ts', ''),
      parseSource('b/index.ts', `export * from '../a/two';\n`),
    ];
    expect(Object.fromEntries(graphOf(sources))).toEqual({
      'a/one.ts': ['a/two.ts', 'b/index.ts'],
      'a/two.ts': [],
      'b/index.ts': ['a/two.ts'],
    });
  });
});

describe('exceeded', () => {
  it('names the figures that exceed their limit, and none that equals it', () => {
    expect(exceeded({ ...LAST_RELEASE, ...LIMITS })).toEqual([]);
    expect(exceeded({ ...LAST_RELEASE, reach: LIMITS.reach + 1, circles: 1 })).toEqual(['circles', 'reach']);
  });

  it('lets sizes grow', () => {
    const sizes = { lines: 1e6, files: 1e4, longestFile: 1e4, longestFunction: 1e3, startFunctions: 1e3 };
    expect(exceeded({ ...LAST_RELEASE, ...sizes })).toEqual([]);
  });
});
