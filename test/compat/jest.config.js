const { resolve } = require('node:path');
const base = require('../../jest.config.js');

/** What n8n requires as a CommonJS module though it is none: Node 20 can do that, Jest cannot. */
const ES_MODULES = ['p-retry', 'is-network-error', 'p-queue', 'p-timeout', 'eventemitter3'];
const inEsModules = `/node_modules/(${ES_MODULES.join('|')})/`;

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  rootDir: resolve(__dirname, '../..'),
  roots: ['<rootDir>/test/workflow'],
  // Several versions may run beside each other.
  testTimeout: 90_000,
  resolver: '<rootDir>/test/compat/resolver.js',
  transform: {
    ...base.transform,
    [`${inEsModules}.*\\.js$`]: [
      'ts-jest',
      {
        tsconfig: { allowJs: true, module: 'commonjs', isolatedModules: true, target: 'es2022' },
        diagnostics: false,
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!.*/node_modules/|(${ES_MODULES.join('|')})/)`],
  // An older n8n keeps a timer of its own.
  forceExit: true,
  // All that fails, once, at the end.
  reporters: [['summary', { summaryThreshold: 0 }]],
};
