import { Component, awscdk } from 'projen';
import { addScriptTask } from './script-task';
import { SlowTests } from './slow-tests';

const LINTED = 'src lambda local-aws tools test benchmark examples projenrc .projenrc.ts';

/** `npm test` checks everything and changes nothing: unlike `projen build`, it rewrites no generated files, and the linter fixes nothing. */
export class Verification extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const { bundleTask } = project.bundler;

    // README snippets must compile; the translations (.jsii.tabl.json) ship in the package for the other languages
    const rosetta = project.addTask('rosetta', {
      description: 'Compiles the snippets in the README and the docstrings',
      exec: 'jsii-rosetta extract --strict',
    });
    project.postCompileTask.spawn(rosetta);

    const verify = project.addTask('verify', { description: 'Runs all checks and tests; changes no file of the repository' });
    verify.spawn(project.tasks.tryFind('lambda:typecheck')!);
    verify.spawn(bundleTask);
    verify.spawn(project.compileTask);
    verify.spawn(rosetta);
    verify.exec('tsc --project test/tsconfig.json');
    verify.exec('tsc --project examples/tsconfig.json');
    verify.exec('jest --ci --coverage=false');
    verify.exec(`eslint --ext .ts,.tsx --no-error-on-unmatched-pattern ${LINTED}`, { env: { ESLINT_USE_FLAT_CONFIG: 'false', NODE_NO_WARNINGS: '1' } });
    verify.spawn(project.tasks.tryFind('package:js')!);
    verify.spawn(new SlowTests(project).task);
    project.setScript('test', 'projen verify');

    const demo = addScriptTask(project, 'demo', {
      description: 'Deploys examples/quickstart to local AWS: an export that succeeds, one that fails, and cdk destroy',
      after: [bundleTask.name],
      script: 'tools/demo/quickstart.ts',
      receiveArgs: true,
    });
    addScriptTask(project, 'demo:nightly-backup', {
      description: 'Deploys examples/nightly-backup to local AWS and prints the reports of two scheduled runs',
      after: [bundleTask.name],
      script: 'tools/demo/nightly-backup.ts',
    });
    addScriptTask(project, 'mutate', {
      description: 'Breaks copies of the library in small ways, and fails if a breakage is noticed by no test; --list, --only <id or part of a path>, --jobs <number>',
      after: [],
      script: 'tools/mutations/main.ts',
      receiveArgs: true,
    });
    const localAws = project.addTask('local-aws', {
      description: 'Starts local AWS for your own app and prints the environment variables to export',
      exec: 'node --import tsx local-aws/main.ts --exports',
      receiveArgs: true,
      env: { NODE_NO_WARNINGS: '1' },
    });
    project.setScript('demo', `projen ${demo.name}`);
    project.setScript('local-aws', `projen ${localAws.name}`);
  }
}
