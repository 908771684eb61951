import { Component, awscdk } from 'projen';

/**
 * test/integ.*.ts, for a real AWS account. Not by integ-runner: it cannot read what the newest aws-cdk-lib synthesizes, and brings
 * a CLI of its own.
 */
export class IntegrationTests extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    project.addTask('integ', {
      description: 'Deploys test/integ.*.ts to the AWS account of the environment, checks the assertions, and destroys the stacks',
      steps: [
        { spawn: project.bundler.bundleTask.name },
        { exec: 'node --import tsx test/integ/run.ts', receiveArgs: true },
      ],
      env: { TSX_TSCONFIG_PATH: 'test/tsconfig.json', NODE_NO_WARNINGS: '1' },
    });
  }
}
