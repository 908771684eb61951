import { Component, awscdk } from 'projen';
import { addScriptTask } from './script-task';

/** The tasks that keep the public API compatible; see docs/releases.md. */
export class Compatibility extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);

    // without --error-on=all, jsii-diff accepts breaking changes of an experimental API
    project.tasks.tryFind('compat')!.reset(
      `jsii-diff npm:${project.name} --keys --ignore-file .compatignore --error-on=all`,
    );

    addScriptTask(project, 'api:accept', {
      description: 'Makes the current API the one that test/package/api.test.ts compares with: after a release, or before the first one',
      after: [project.compileTask.name],
      script: 'tools/api/accept.ts',
    });
  }
}
