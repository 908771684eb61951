import { Component, awscdk } from 'projen';
import { addScriptTask } from './script-task';

/** The tasks that keep the public API what users build on; see docs/releases.md. */
export class Compatibility extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);

    // without --error-on=all, jsii-diff lets every break of an experimental API pass
    project.tasks.tryFind('compat')!.reset(
      `jsii-diff npm:${project.name} --keys --ignore-file .compatignore --error-on=all`,
    );

    addScriptTask(project, 'api:accept', {
      description: 'Makes the API of now the one that test/package/api.test.ts compares with: after a release, or before the first one',
      after: [project.compileTask.name],
      script: 'tools/api/accept.ts',
    });
  }
}
