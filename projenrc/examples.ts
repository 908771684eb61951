import { Component, awscdk } from 'projen';

/** The examples, and the README's steps as a script. */
export class Examples extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);

    project.addTask('new-user', {
      description: 'From the README alone, in an empty folder, with the packed tarball: an app is written, type checked, synthesized and deployed to local AWS',
      steps: [
        { spawn: project.bundler.bundleTask.name },
        { spawn: project.compileTask.name },
        { spawn: 'package:js' },
        { exec: 'node --import tsx test/e2e/new-user.ts' },
      ],
      env: { TSX_TSCONFIG_PATH: 'test/tsconfig.json', NODE_NO_WARNINGS: '1' },
    });

    // examples import the library by its name, which is resolved by examples/tsconfig.json alone
    project.eslint?.addOverride({ files: ['examples/**'], rules: { 'import/no-unresolved': 'off' } });
  }
}
