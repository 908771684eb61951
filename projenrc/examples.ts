import { Component, awscdk } from 'projen';
import { ExampleCdkJson } from './example-cdk-json';
import { addScriptTask } from './script-task';

/** The examples, and the README's steps as a script. */
export class Examples extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);

    new ExampleCdkJson(project);

    addScriptTask(project, 'new-user', {
      description: 'From the README alone, in an empty folder, with the packed tarball: an app is written, type checked, synthesized and deployed to local AWS',
      after: [project.bundler.bundleTask.name, project.compileTask.name, 'package:js'],
      script: 'tools/new-user.ts',
    });

    // examples import the library by its name, which is resolved by examples/tsconfig.json alone
    project.eslint?.addOverride({ files: ['examples/**'], rules: { 'import/no-unresolved': 'off' } });
  }
}
