import { Component, awscdk } from 'projen';
import { addScriptTask } from './script-task';

/**
 * tools/integ/integ.*.ts, for a real AWS account. Not by integ-runner: it cannot read what the newest aws-cdk-lib synthesizes, and brings
 * a CLI of its own.
 */
export class IntegrationTests extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    addScriptTask(project, 'integ', {
      description: 'Deploys tools/integ/integ.*.ts to the AWS account of the environment, checks the assertions, and destroys the stacks',
      after: [project.bundler.bundleTask.name],
      script: 'tools/integ/run.ts',
      receiveArgs: true,
    });
  }
}
