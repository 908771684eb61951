import { Component, awscdk } from 'projen';
import { addScriptTask } from './script-task';

/** `npm run bench`: compares the library with its peers and writes docs/benchmarks.md. */
export class Benchmark extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);

    const bench = addScriptTask(project, 'bench', {
      description: 'Compares the library with its peers, writes docs/benchmarks.md; --short: only checks the counted figures; --accept: makes them the baseline',
      after: [project.bundler.bundleTask.name, project.compileTask.name],
      script: 'benchmark/main.ts',
      receiveArgs: true,
      tsconfig: 'benchmark/tsconfig.json',
      env: { CDK_VALIDATION: 'false' },
    });
    project.setScript('bench', `projen ${bench.name}`);
  }
}
