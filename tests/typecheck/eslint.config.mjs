// What the type check does not see in apps_script/: dead code, shadowed names, loose comparisons, functions too long to see
// whole. Names that are not defined are the type check's: all files share one scope, which ESLint looks at one by one.

import js from '@eslint/js';

const SHARED = { ecmaVersion: 2020, sourceType: 'script' };

const RULES = {
  ...js.configs.recommended.rules,
  'no-undef': 'off', // see above
  'no-unused-vars': ['error', { vars: 'local', caughtErrors: 'none' }], // a function's callers are in other files, or at Google
  'consistent-return': 'error',
  'max-depth': ['error', 3],
  'max-len': ['error', { code: 120, ignoreUrls: true }],
  'max-lines-per-function': ['error', 45],
  'max-params': ['error', 4],
  'no-eval': 'error',
  'no-implied-eval': 'error',
  'no-param-reassign': 'error',
  'no-restricted-properties': [
    'error',
    ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({ property, message: 'Cell text is text.' })),
  ],
  'no-shadow': 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  eqeqeq: 'error',
};

/** The script inside a page, on the lines where it stands. */
const page = {
  meta: { name: 'page', version: '1' },
  preprocess(text, name) {
    const found = /<script>([^]*?)<\/script>/.exec(text);
    if (!found) return [];
    const before = text.slice(0, found.index).replace(/[^\n]/g, '');
    return [{ text: before + found[1], filename: name.replace(/.*\//, '') + '.js' }];
  },
  postprocess: (messages) => messages.flat(),
};

export default [
  { files: ['**/*.js'], languageOptions: SHARED, linterOptions: { reportUnusedDisableDirectives: 'error' }, rules: RULES },
  { files: ['**/*.html'], plugins: { page: { processors: { page } } }, processor: 'page/page' },
  {
    files: ['**/*.html/*.js'],
    languageOptions: {
      ...SHARED,
      globals: { document: 'readonly', google: 'readonly', Option: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly' },
    },
    rules: { ...RULES, 'no-undef': 'error', 'no-unused-vars': 'error' },
  },
];
