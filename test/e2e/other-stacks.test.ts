import { CfnOutput, Duration, Stack, aws_iam as iam, aws_ssm as ssm } from 'aws-cdk-lib';
import { exportIn, Fixture } from './fixture';
import { DatasetExportJobProps, DatasetExportProvider, ExportDestination, ExportTrigger } from '../../src';
import type { CliResult } from '../../tools/local-deployment/cdk-cli';

let fixture: Fixture;
beforeAll(async () => { fixture = await Fixture.start(1000); });
afterAll(() => fixture.stop());

describe('a stack that uses another stack\'s export', () => {
  test.each<[string, string, Partial<DatasetExportJobProps>]>([
    ['Strong', 'strong', {}], ['Weak', 'weak', {}], ['StrongLong', 'strong', { timeout: Duration.hours(2) }],
  ])('%s: follows each export', async (name, references, props) => {
    for (const month of ['2026-10', '2026-11']) {
      const { exitCode, output, outputs } = await fixture.deploy(name, producer => {
        const job = exportIn(producer, { ...props, trigger: ExportTrigger.token(month) });
        const consumer = new Stack(producer.node.root as Stack, `${name}Reader`);
        consumer.node.setContext('@aws-cdk/core:defaultCrossStackReferences', references);
        new CfnOutput(consumer, 'Uri', { value: job.outputUri });
        new ssm.StringParameter(consumer, 'Path', { stringValue: `${job.outputUri}*.csv` });
      }, ['--all']);
      expect(exitCode === 0 ? '' : output).toBe('');
      expect(outputs[`${name}Reader`].Uri).toBe(outputs[name].ExportUri);
    }
    expect(await fixture.statusesOf(name)).toEqual(['ACTIVE', 'ACTIVE']);
  });
});

test('stacks of the same kind that share roles keep their permissions, whatever happens to the others', async () => {
  const services: Record<string, string> = { handlers: 'lambda', framework: 'lambda', exports: 'personalize' };
  const sharing = (month: string) => (stack: Stack) => {
    const role = (name: string) => iam.Role.fromRoleArn(stack, name, `arn:aws:iam::${stack.account}:role/shared-${name}`);
    const provider = new DatasetExportProvider(stack, 'Provider', { role: role('handlers'), frameworkRole: role('framework') });
    exportIn(stack, { provider, destination: new ExportDestination(stack, 'Exports', { role: role('exports') }), trigger: ExportTrigger.token(month) });
  };
  const succeeded = async (result: Promise<CliResult>) => {
    const { exitCode, output } = await result;
    expect(exitCode === 0 ? '' : output).toBe('');
  };
  await succeeded(fixture.deploy('Roles', stack => {
    for (const [name, service] of Object.entries(services)) {
      new iam.Role(stack, name, { roleName: `shared-${name}`, assumedBy: new iam.ServicePrincipal(`${service}.amazonaws.com`) });
    }
  }));
  await succeeded(fixture.deploy('SharedA', sharing('2026-10')));
  await succeeded(fixture.deploy('SharedB', sharing('2026-10')));
  await succeeded(fixture.deploy('SharedA', sharing('2026-11')));
  await succeeded(fixture.destroy('SharedB', sharing('2026-10')));
  await succeeded(fixture.deploy('SharedA', sharing('2026-12')));
  expect(await fixture.statusesOf('SharedA')).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE']);
});
