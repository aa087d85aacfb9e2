import { readFileSync } from 'node:fs';
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import newestRules from './test/verify/newest-rules.mjs';

const house = JSON.parse(readFileSync(new URL('test/house/house.json', import.meta.url), 'utf8'));

/** Forbids imports in some files of the house by a pattern of what is imported. */
function forbidImports(files, regex, message) {
  const severity = house.enforced ? 'error' : 'off';
  return { files, rules: { 'no-restricted-imports': [severity, { patterns: [{ regex, message }] }] } };
}

/** A layer is a folder or a file of nodes/ProcessMaker; it imports nothing of the levels above its own. */
function layerRules() {
  const root = 'nodes/ProcessMaker';
  return house.levels.slice(1).flatMap((layers, index) => {
    const above = house.levels.slice(0, index + 1).flat();
    const upward = (way) => `^${way}(${above.join('|')})(/|$)`;
    const message = `This layer (${layers.join(', ')}) must not import from a layer above it.`;
    return [
      forbidImports(
        layers.map((layer) => `${root}/${layer}.ts`),
        upward('\\./'),
        message,
      ),
      forbidImports(
        layers.map((layer) => `${root}/${layer}/**/*.ts`),
        upward('(\\.\\./)+'),
        message,
      ),
    ];
  });
}

export default defineConfig(
  globalIgnores(['**/node_modules', 'coverage', '.demo', 'docs']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },

  ...newestRules,

  // Our own rules.
  {
    files: ['**/*.ts'],
    extends: [js.configs.recommended, tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: 'test/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    // Limits that ordinary code does not come near. Blank lines and comments are free, so that nobody saves them.
    files: ['nodes/**/*.ts', 'credentials/**/*.ts'],
    rules: {
      complexity: ['error', 25],
      'max-depth': ['error', 4],
      'max-params': ['error', 6],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
    },
  },
  ...layerRules(),
  forbidImports(
    ['credentials/**/*.ts'],
    '/nodes/ProcessMaker/(?!transport/)',
    'A credential may only import from transport.',
  ),
  {
    files: ['*.js'],
    extends: [js.configs.recommended],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { require: 'readonly', module: 'writable', exports: 'writable', process: 'readonly' },
    },
  },
);
