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
    const lint = project.addTask('verify:lint', {
      description: 'Lints, and fixes nothing',
      exec: `eslint --ext .ts,.tsx --no-error-on-unmatched-pattern ${LINTED}`,
      env: { ESLINT_USE_FLAT_CONFIG: 'false', NODE_NO_WARNINGS: '1' },
    });
    const compiled = project.addTask('verify:compile', { description: 'Type checks, bundles, compiles and packs' });
    compiled.spawn(project.tasks.tryFind('lambda:typecheck')!);
    compiled.spawn(bundleTask);
    compiled.spawn(project.compileTask);
    compiled.spawn(rosetta);
    compiled.exec('tsc --project test/tsconfig.json');
    compiled.exec('tsc --project examples/tsconfig.json');
    compiled.spawn(project.tasks.tryFind('package:js')!);
    verify.execArgs(['sh', '-c', beside(`projen ${lint.name}`, `projen ${compiled.name}`)]);
    // without a number, Jest leaves a core to itself, which has nothing to do
    verify.exec('jest --ci --coverage=false --maxWorkers=2');
    verify.spawn(new SlowTests(project).task);
    project.setScript('test', 'projen verify');

    const demo = addScriptTask(project, 'demo', {
      description: 'Deploys examples/query to local AWS: an export, a question to it, an export that fails, and cdk destroy',
      after: [],
      script: 'tools/demo/query.ts',
      receiveArgs: true,
    });
    addScriptTask(project, 'demo:nightly-backup', {
      description: 'Deploys examples/nightly-backup to local AWS and shows two scheduled runs',
      after: [],
      script: 'tools/demo/nightly-backup.ts',
      receiveArgs: true,
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

/** A shell command that runs two at a time: the output of the first follows that of the second, and the failure of either is one. */
function beside(first: string, second: string): string {
  return `log=$(mktemp); ${first} > "$log" 2>&1 & ${second}; second=$?; wait $!; first=$?; cat "$log"; rm "$log"; [ $first = 0 ] && [ $second = 0 ]`;
}
