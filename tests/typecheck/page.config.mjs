// The page's own modules: names that nobody defines, dead code, loose comparisons, text taken for HTML. No type check:
// DOM types would ask for a cast at every element.

import js from '@eslint/js';

const BROWSER = [
  'EventSource', 'FormData', 'Option', 'URL', 'URLSearchParams', 'clearInterval', 'clearTimeout', 'confirm', 'document', 'fetch',
  'history', 'location', 'navigator', 'queueMicrotask', 'setInterval', 'setTimeout', 'window',
];
const VENDORED = ['jspreadsheet'];

export default [
  {
    files: ['*.js'],
    languageOptions: {
      ecmaVersion: 2023,
      sourceType: 'module',
      globals: Object.fromEntries([...BROWSER, ...VENDORED].map((name) => [name, 'readonly'])),
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...js.configs.recommended.rules,
      'max-depth': ['error', 3],
      'max-len': ['error', { code: 150, ignoreStrings: true, ignoreTemplateLiterals: true }],
      'max-lines-per-function': ['error', 50],
      'max-params': ['error', 5],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({ property, message: 'What people wrote is text.' })),
      ],
      'no-shadow': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
    },
  },
];
