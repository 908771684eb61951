import { CfnParameter, Duration, Errors, Stack, Token, aws_scheduler as scheduler } from 'aws-cdk-lib';
import {
  DatasetExportFragment, DatasetExportJob, DatasetExportProvider, DatasetExportSchedule, DatasetExportScheduleProps, DatasetExportWorkflow,
  DatasetExportWorkflowProps, ExportDestination, IngestionMode,
} from '../../../src';
import { DATASET_ARN, concreteStack, importedDataset, jobIn, newDataset } from '../../stacks';

const ingestionMode = IngestionMode.ALL;
const GROUP_ARN = 'arn:aws:personalize:eu-west-1:111122223333:dataset-group/movies';
const { days, hours, millis, minutes, seconds } = Duration;

const workflowIn = (stack: Stack, props: DatasetExportWorkflowProps = {}) => (
  new DatasetExportWorkflow(stack, 'Backup', { datasets: [importedDataset(stack)], ingestionMode, ...props }));
const scheduleIn = (stack: Stack, props: Partial<DatasetExportScheduleProps>) => (
  new DatasetExportSchedule(stack, 'Nightly', { workflow: workflowIn(stack), schedule: scheduler.ScheduleExpression.expression('rate(1 day)'), ...props }));

interface DurationProp {
  readonly prop: string;
  readonly construct: string;
  readonly use: (stack: Stack, value: any) => unknown;
  readonly unit: 'seconds' | 'days';
  readonly accepted: Duration[];
  readonly refused: Duration[];
  readonly token: 'accepted' | 'refused';
}

const DURATIONS: DurationProp[] = [
  {
    prop: 'timeout',
    construct: 'job',
    use: (stack, timeout) => jobIn(stack, { timeout }),
    unit: 'seconds',
    accepted: [minutes(1), seconds(90), minutes(55), hours(12)],
    refused: [seconds(0), seconds(59), millis(60_500), seconds(43_201)],
    token: 'accepted',
  },
  {
    prop: 'pollInterval',
    construct: 'provider',
    use: (stack, pollInterval) => new DatasetExportProvider(stack, 'Provider', { pollInterval }),
    unit: 'seconds',
    accepted: [seconds(1), seconds(7), minutes(2)],
    refused: [seconds(0), millis(1500), seconds(121)],
    token: 'refused',
  },
  {
    prop: 'pollInterval',
    construct: 'fragment',
    unit: 'seconds',
    use: (stack, pollInterval) => new DatasetExportFragment(stack, 'Export', { datasetArn: DATASET_ARN, ingestionMode, pollInterval }),
    accepted: [seconds(1), days(2)],
    refused: [seconds(0), millis(1500)],
    token: 'accepted',
  },
  {
    prop: 'pollInterval',
    construct: 'workflow',
    use: (stack, pollInterval) => workflowIn(stack, { pollInterval }),
    unit: 'seconds',
    accepted: [seconds(1), days(1)],
    refused: [seconds(0), millis(1500), seconds(86_401)],
    token: 'refused',
  },
  {
    prop: 'timeout',
    construct: 'workflow',
    use: (stack, timeout) => workflowIn(stack, { timeout }),
    unit: 'seconds',
    accepted: [minutes(1), days(365)],
    refused: [seconds(59), days(366)],
    token: 'refused',
  },
  {
    prop: 'maxEventAge',
    construct: 'schedule',
    use: (stack, maxEventAge) => scheduleIn(stack, { maxEventAge }),
    unit: 'seconds',
    accepted: [minutes(1), hours(24)],
    refused: [seconds(59), millis(60_500), seconds(86_401)],
    token: 'refused',
  },
  {
    prop: 'expiration',
    construct: 'destination',
    use: (stack, expiration) => new ExportDestination(stack, 'Exports', { expiration }),
    unit: 'days',
    accepted: [days(1), hours(48)],
    refused: [days(0), hours(12), hours(36)],
    token: 'accepted',
  },
];

describe.each(DURATIONS)('the $prop of a $construct', ({ prop, use, unit, accepted, refused, token }) => {
  test.each([undefined, ...accepted])('may be %s', value => {
    expect(() => use(concreteStack(), value)).not.toThrow();
  });

  test.each(refused)('fails at synthesis when it is %s', value => {
    expect(() => use(concreteStack(), value)).toThrow(new RegExp(`^${prop} must be .* whole ${unit}, got ${value.toHumanString()}$`));
  });

  test(`is ${token} when it is a token`, () => {
    const stack = concreteStack();
    const define = () => use(stack, Duration[unit](new CfnParameter(stack, 'Parameter', { type: 'Number' }).valueAsNumber));
    if (token === 'accepted') { expect(define).not.toThrow(); } else { expect(define).toThrow(new RegExp(`^${prop} must not be a token: `)); }
  });

  // JavaScript has no compiler that would refuse these
  test.each([[600, '600', '600'], [0, '0', '0'], ['10m', '"10m"', '<number>'], [{}, '[object Object]', '<number>']])('fails at synthesis with the fix when it is %j', (value, got, count) => {
    expect(() => use(concreteStack(), value)).toThrow(`${prop} must be a Duration, got ${got}: write Duration.${unit}(${count})`);
  });
});

describe.each<[string, string, number, number, (stack: Stack, value: number) => unknown]>([
  ['maxConcurrency', 'provider', 1, 1000, (stack, maxConcurrency) => new DatasetExportProvider(stack, 'Provider', { maxConcurrency })],
  ['maxConcurrency', 'workflow', 1, 1000, (stack, maxConcurrency) => workflowIn(stack, { maxConcurrency })],
  ['retryAttempts', 'schedule', 0, 185, (stack, retryAttempts) => scheduleIn(stack, { retryAttempts })],
])('the %s of a %s', (prop, _, min, max, use) => {
  test.each([min, max])('may be %d', value => {
    expect(() => use(concreteStack(), value)).not.toThrow();
  });

  test.each([min - 1, max + 1, 1.5, NaN, Token.asNumber({ Ref: 'Parameter' })])('fails at synthesis when it is %d', value => {
    expect(() => use(concreteStack(), value)).toThrow(new RegExp(`^${prop} must be .* ${min} to ${max} .*got `));
  });
});

describe('an ARN instead of a resource', () => {
  test.each<[string, string, string, (stack: Stack) => unknown]>([
    ['dataset', 'Dataset', DATASET_ARN, stack => new DatasetExportJob(stack, 'Export', { dataset: DATASET_ARN as any, ingestionMode })],
    ['datasets', 'Dataset', DATASET_ARN, stack => workflowIn(stack, { datasets: [importedDataset(stack), DATASET_ARN as any] })],
    ['datasetGroups', 'DatasetGroup', GROUP_ARN, stack => workflowIn(stack, { datasetGroups: [GROUP_ARN as any] })],
  ])('fails at synthesis with the fix: %s', (prop, kind, arn, define) => {
    expect(() => define(concreteStack()))
      .toThrow(`${prop} must be made by new Cfn${kind}() or ${kind}.from${kind}Arn(), got "${arn}": write ${kind}.from${kind}Arn(this, '${kind}', "${arn}")`);
  });

  test.each([[undefined, 'undefined'], [null, 'null'], [7, '7']])('or %s', (dataset, got) => {
    expect(() => new DatasetExportJob(concreteStack(), 'Export', { dataset: dataset as any, ingestionMode })).toThrow(`got ${got}: write Dataset.fromDatasetArn(`);
  });

  test('or another construct', () => {
    const stack = concreteStack();
    const other = new ExportDestination(stack, 'Exports');
    expect(() => new DatasetExportJob(stack, 'Export', { dataset: other as any, ingestionMode })).toThrow('got Movies/Exports: write Dataset.fromDatasetArn(');
    expect(() => workflowIn(stack, { datasetGroups: [newDataset(stack) as any] })).toThrow('got Movies/NewDataset [AWS::Personalize::Dataset]: write');
  });
});

test('an error is a validation error that names the construct', () => {
  const error = (() => {
    try {
      return jobIn(concreteStack(), { jobName: 'no spaces' });
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(Errors.isValidationError(error)).toBe(true);
  expect(error).toMatchObject({ constructPath: 'Movies/Export' });
});
