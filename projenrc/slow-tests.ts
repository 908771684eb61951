import { Component, JsonFile, Task, awscdk } from 'projen';

const CONFIG = 'test/slow-tests.jest.json';

/**
 * What the quick tests of `projen test` leave out: deployments, and what needs the packed tarball. They run with the newest CDK, and
 * test/cdk.ts gives them the feature flags of a new app; some run with the oldest one, without flags, too.
 */
export class SlowTests extends Component {
  public readonly task: Task;

  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const { transform } = project.jest!.config;
    const common = { rootDir: '.', transform, clearMocks: true }; // jest resolves it from where it runs

    new JsonFile(project, CONFIG, {
      obj: {
        projects: [
          {
            ...common,
            displayName: 'newest CDK',
            moduleNameMapper: { '^aws-cdk-lib(/.*)?$': 'aws-cdk-lib-newest$1' },
            testMatch: ['<rootDir>/test/e2e/*.test.ts', '<rootDir>/test/package/*.test.ts'],
          },
          {
            ...common,
            displayName: 'oldest CDK',
            testMatch: ['<rootDir>/test/e2e/stacks.test.ts'],
          },
        ],
      },
    });

    this.task = project.addTask('test:slow', {
      description: 'Deployments to local AWS by the real CDK CLI, and checks of the packed tarball (after `projen package`)',
      exec: `jest --ci --config ${CONFIG} --maxWorkers=2 --maxConcurrency=3`,
      receiveArgs: true,
    });
  }
}
