import { CfnOutput, Duration, Stack, aws_ssm as ssm } from 'aws-cdk-lib';
import { exportIn, Fixture } from './fixture';
import { DatasetExportJobProps, ExportTrigger } from '../../src';

describe('a stack that uses another stack\'s export', () => {
  let fixture: Fixture;

  beforeAll(async () => { fixture = await Fixture.start(1000); });
  afterAll(() => fixture.stop());

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
