import { Component, JsonPatch, awscdk, github } from 'projen';

/** The Node versions that all tests must pass with: the oldest supported one, and those that AWS Lambda and jsii support. */
const NODE_VERSIONS = ['20', '22', '24'];

/** Actions that projen refers to by tag. A tag can be moved to other code, a commit cannot. */
const PINNED = {
  'actions/setup-node': '820762786026740c76f36085b0efc47a31fe5020', // v7.0.0
  'actions/setup-java': 'dd06d9cba3e5552c54d9f8ea23572deb30010f7c', // v6.0.0
  'actions/setup-python': '5fda3b95a4ea91299a34e894583c3862153e4b97', // v7.0.0
  'actions/setup-dotnet': 'a98b56852c35b8e3190ac28c8c2271da59106c68', // v6.0.0
  'actions/setup-go': 'b7ad1dad31e06c5925ef5d2fc7ad053ef454303e', // v7.0.0
};

const READ_CODE = { contents: github.workflows.JobPermission.READ };

/** What the workflows run, and with which permissions; see test/package/workflows.test.ts. */
export class Workflows extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary, private readonly hub = project.github!) {
    super(project);
    for (const [action, commit] of Object.entries(PINNED)) {
      hub.actions.set(action, `${action}@${commit}`);
    }

    const compatibility = hub.addWorkflow('compatibility');
    compatibility.on({ pullRequest: {}, workflowDispatch: {} });
    compatibility.addJob('node', {
      name: 'Node ${{ matrix.node }}',
      runsOn: ['ubuntu-latest'],
      timeoutMinutes: 45,
      permissions: READ_CODE,
      strategy: { failFast: false, matrix: { domain: { node: NODE_VERSIONS } } },
      steps: [...setup('${{ matrix.node }}'), { name: 'Test', run: 'npm test' }],
    });
    compatibility.addJob('plain', {
      name: 'Deployments to local AWS in the plain profile',
      runsOn: ['ubuntu-latest'],
      timeoutMinutes: 45,
      permissions: READ_CODE,
      steps: [...setup('22'), { name: 'Bundle', run: 'npx projen bundle' }, { name: 'Deploy', run: 'npx projen test:slow:plain' }],
    });
    compatibility.addJob('released-api', {
      name: 'API of the last release',
      runsOn: ['ubuntu-latest'],
      timeoutMinutes: 15,
      permissions: READ_CODE,
      steps: [...setup('22'), { name: 'Compile', run: 'npx projen compile' }, { name: 'Compare', run: 'npx projen compat' }],
    });
  }

  /** Only now does the release workflow exist. */
  public preSynthesize(): void {
    for (const workflow of this.hub.workflows) {
      workflow.file!.patch(JsonPatch.add('/permissions', {})); // jobs that name no permissions have none
    }
    // these jobs only read: builds do not change pull requests, and release_github creates the tag
    this.override('build', 'jobs.build.permissions', { contents: 'read' });
    this.override('release', 'jobs.release.permissions', { contents: 'read' });
    this.override('pull-request-lint', 'jobs.validate.permissions', { 'pull-requests': 'read' });
  }

  private override(workflow: string, path: string, value: unknown): void {
    this.hub.tryFindWorkflow(workflow)!.file!.addOverride(path, value);
  }
}

function setup(node: string): github.workflows.Step[] {
  return [
    { ...github.WorkflowSteps.checkout(), with: { 'persist-credentials': false } },
    { name: 'Setup Node.js', uses: 'actions/setup-node', with: { 'node-version': node, 'package-manager-cache': false } },
    { name: 'Install dependencies', run: 'npm ci' },
  ];
}
