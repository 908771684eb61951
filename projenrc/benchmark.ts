import { Component, awscdk, javascript } from 'projen';
import { addScriptTask } from './script-task';

/** `npm run bench`: measures the library against its peers and writes docs/benchmarks.md. Nothing of it ships. */
export class Benchmark extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);

    new javascript.TypescriptConfig(project, {
      fileName: 'benchmark/tsconfig.json',
      extends: javascript.TypescriptConfigExtends.fromPaths(['../test/tsconfig.json']),
      include: ['**/*.ts'],
      exclude: ['node_modules'],
    });
    // editors and the linter find the files by the configuration beside them, `tsc` by the tests'
    project.tsconfigDev.addInclude('../benchmark/**/*.ts');

    const bench = addScriptTask(project, 'bench', {
      description: 'Measures the library against its peers, writes docs/benchmarks.md; --short: only what is counted; --accept: makes that the baseline',
      after: [project.bundler.bundleTask.name, project.compileTask.name],
      script: 'benchmark/main.ts',
      receiveArgs: true,
      tsconfig: 'benchmark/tsconfig.json',
      env: { CDK_VALIDATION: 'false' },
    });
    project.setScript('bench', `projen ${bench.name}`);

    project.npmignore?.exclude('/benchmark/');
  }
}
