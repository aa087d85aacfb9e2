import { readFileSync } from 'node:fs';
import js from '@eslint/js';
import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import { defineConfig, globalIgnores } from 'eslint/config';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

const communityNodes = n8nCommunityNodesPlugin.configs.recommended;
const shipped = ['nodes/**/*.ts', 'credentials/**/*.ts'];
const commonJs = { sourceType: 'commonjs' };

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

  // What n8n's verification lints: the sources, package.json, and the JavaScript of the tarball.
  {
    files: [...shipped, 'package.json', 'dist/**/*.js', 'index.js'],
    extends: [communityNodes],
    plugins: { 'n8n-nodes-base': n8nNodesBase },
    linterOptions: { noInlineConfig: true },
    rules: { 'no-console': 'error' },
  },
  {
    files: ['package.json'],
    languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
    rules: n8nNodesBase.configs.community.rules,
  },
  {
    files: ['credentials/**/*.ts'],
    rules: {
      ...n8nNodesBase.configs.credentials.rules,
      // Off in verification too: the first is for n8n's own nodes, the second has a better twin.
      'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
      'n8n-nodes-base/cred-class-field-type-options-password-missing': 'off',
    },
  },
  {
    files: ['nodes/**/*.ts'],
    rules: {
      ...n8nNodesBase.configs.nodes.rules,
      // Off in verification too: NodeConnectionTypes and upper limits are right today.
      'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
      'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
      'n8n-nodes-base/node-param-type-options-max-value-present': 'off',
    },
  },
  { files: ['dist/**/*.js', 'index.js'], languageOptions: commonJs },

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
      ...commonJs,
      globals: { require: 'readonly', module: 'writable', exports: 'writable', process: 'readonly' },
    },
  },
);
