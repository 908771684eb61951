import { Component, awscdk } from 'projen';
import { addScriptTask } from './script-task';

/** tools/integ, for a real AWS account. Without integ-runner, which cannot read what the newest aws-cdk-lib synthesizes and brings its own CLI. */
export class IntegrationTests extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    addScriptTask(project, 'integ', {
      description: 'Deploys tools/integ/app.ts to the AWS account of the environment, checks its assertions and destroys the stacks',
      after: [project.bundler.bundleTask.name],
      script: 'tools/integ/run.ts',
      receiveArgs: true,
    });
  }
}
