import { Component, awscdk } from 'projen';
import { addScriptTask } from './script-task';

/** `npm run bench`: measures the library against its peers and writes docs/benchmarks.md. Nothing of it ships. */
export class Benchmark extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);

    const bench = addScriptTask(project, 'bench', {
      description: 'Measures the library against its peers, writes docs/benchmarks.md; --short: only what is counted; --accept: makes that the baseline',
      after: [project.bundler.bundleTask.name, project.compileTask.name],
      script: 'benchmark/main.ts',
      receiveArgs: true,
      tsconfig: 'benchmark/tsconfig.json',
      env: { CDK_VALIDATION: 'false' },
    });
    project.setScript('bench', `projen ${bench.name}`);
  }
}
