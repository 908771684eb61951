import { Component, JsonFile, Task, awscdk } from 'projen';

const CONFIG = 'test/slow-tests.jest.json';

/**
 * The tests that `projen test` leaves out: deployments, and checks of the packed tarball. They run with the newest CDK, the feature flags of a new
 * app (test/cdk.ts) and the hostile profile of local AWS; some also run with the oldest CDK, without flags, and the plain profile.
 */
export class SlowTests extends Component {
  public readonly task: Task;

  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const { transform } = project.jest!.config;
    const common = { rootDir: '.', transform, clearMocks: true }; // relative to jest's working directory

    new JsonFile(project, CONFIG, {
      obj: {
        testTimeout: 900_000, // only for tests that hang: none depends on the speed of the machine
        projects: [
          {
            ...common,
            displayName: 'newest CDK',
            globals: { LOCAL_AWS_PROFILE: 'hostile' },
            moduleNameMapper: { '^aws-cdk-lib(/.*)?$': 'aws-cdk-lib-newest$1' },
            testMatch: ['<rootDir>/test/e2e/*.test.ts', '<rootDir>/test/package/*.test.ts', '<rootDir>/test/src/acknowledge.test.ts'],
          },
          {
            ...common,
            displayName: 'oldest CDK',
            globals: { LOCAL_AWS_PROFILE: 'plain' },
            testMatch: ['<rootDir>/test/e2e/stacks.test.ts'],
          },
        ],
      },
    });

    this.task = project.addTask('test:slow', {
      description: 'Deploys to local AWS with the real CDK CLI, and checks the packed tarball (after `projen package`)',
      exec: `jest --ci --config ${CONFIG} --maxWorkers=3 --maxConcurrency=3`,
      receiveArgs: true,
    });
    project.addTask('test:slow:plain', {
      description: 'The deployments with the newest CDK in the plain profile of local AWS; test:slow has the hostile one',
      exec: `jest --ci --config ${CONFIG} --maxWorkers=3 --maxConcurrency=3 --selectProjects "newest CDK" --testPathPatterns test/e2e`,
      env: { LOCAL_AWS_PROFILE: 'plain' },
      receiveArgs: true,
    });
  }
}
