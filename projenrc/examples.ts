import { Component, awscdk } from 'projen';
import { ExampleCdkJson } from './example-cdk-json';
import { addScriptTask } from './script-task';

/** The examples, and a script that follows the README. */
export class Examples extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);

    new ExampleCdkJson(project);

    addScriptTask(project, 'new-user', {
      description: 'Follows the README in an empty folder, with the packed tarball: writes an app, type checks, synthesizes and deploys it to local AWS',
      after: [project.bundler.bundleTask.name, project.compileTask.name, 'package:js'],
      script: 'tools/new-user/walk.ts',
    });

    // examples import the library by its name, which only examples/tsconfig.json resolves
    project.eslint?.addOverride({ files: ['examples/**'], rules: { 'import/no-unresolved': 'off' } });
  }
}
