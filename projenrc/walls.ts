import { Component, awscdk, javascript } from 'projen';

/** Further folders of TypeScript: type checked with the tests, and each with a tsconfig.json for the linter. */
const FOLDERS = ['benchmark', 'local-aws', 'tools'];

const NOT_SHIPPED = [...FOLDERS, 'examples', 'projenrc'].map(folder => `./${folder}`);

/** What may import what. */
export class Walls extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);

    for (const folder of FOLDERS) {
      new javascript.TypescriptConfig(project, {
        fileName: `${folder}/tsconfig.json`,
        extends: javascript.TypescriptConfigExtends.fromPaths(['../test/tsconfig.json']),
        include: ['**/*.ts'],
        exclude: ['node_modules'],
      });
      project.tsconfigDev.addInclude(`../${folder}/**/*.ts`);
      project.npmignore?.exclude(`/${folder}/`);
    }

    project.eslint?.addRules({
      'import/no-cycle': ['error'],
      'import/no-restricted-paths': ['error', {
        zones: [
          { target: './src', from: ['./lambda', ...NOT_SHIPPED], message: 'src/ is what a CDK app sees.' },
          { target: './src/contract', from: './src', except: ['./contract'], message: 'The contract is bundled into the handler.' },
          { target: './lambda', from: './src', except: ['./contract'], message: 'The handler and the constructs share only src/contract/.' },
          { target: './lambda', from: NOT_SHIPPED, message: 'The handler ships.' },
          { target: './local-aws', from: ['./src', './lambda', './tools', './benchmark', './examples'], message: 'Local AWS does not know the library.' },
          { target: './tools', from: './benchmark', message: 'The benchmark is built on the tools.' },
          { target: ['./src', './lambda', ...NOT_SHIPPED], from: './test', message: 'Nobody imports test/.' },
        ],
      }],
      // one style everywhere
      '@typescript-eslint/explicit-member-accessibility': ['error', { accessibility: 'explicit', overrides: { constructors: 'no-public' } }],
      '@stylistic/arrow-parens': ['error', 'as-needed'],
      'curly': ['error', 'all'],
    });
    project.eslint?.addOverride({
      files: ['lambda/**', 'src/contract/**'],
      rules: { 'no-restricted-imports': ['error', { patterns: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'] }] }, // bundled into the handler
    });
  }
}
