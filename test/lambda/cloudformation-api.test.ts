import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { answer, CLIENT, cutOff, errorOf, fakeAws, noAnswer, reset, type Respond } from './fake-server';
import { cloudFormationApi } from '../../lambda/cloudformation-api';
import { errorText, failureKind } from '../../lambda/failures';
import { LOGICAL_ID, PREVIOUS_ID, STACK_ID } from '../../tools/simulation/events';

// The SDK's real client against a server on this machine.

const server = fakeAws();
let client: CloudFormationClient;
beforeEach(() => { client = new CloudFormationClient(CLIENT); });
afterEach(() => { client.destroy(); });

const api = () => cloudFormationApi(client);
const xml = (body: string) => answer(200, body, 'text/xml');
const stacks = (status: string) => xml(`<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <DescribeStacksResult><Stacks><member>
    <StackId>${STACK_ID}</StackId>
    <StackStatusReason>a text with StackStatus in it</StackStatusReason>
    <StackStatus>${status}</StackStatus>
    <LastUpdatedTime>2026-11-25T10:00:00Z</LastUpdatedTime>
  </member></Stacks></DescribeStacksResult></DescribeStacksResponse>`);
const errorResponse = (status: number, code: string, message: string) => answer(status, `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`, 'text/xml');
const parameters = () => server.received.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

type Event = [logicalId: string, physicalId: string, status: string, time?: string];
const ofStack = (status: string, time?: string): Event => ['Shop', STACK_ID, status, time];
/** A page of the stack's events, newest first. */
const page = (events: Event[], next?: string) => xml(`<DescribeStackEventsResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <DescribeStackEventsResult><StackEvents>${events.map(([logicalId, physicalId, status, time = '2026-11-25T10:00:00Z']) => `<member>
    <StackId>${STACK_ID}</StackId><EventId>1</EventId><StackName>Shop</StackName><LogicalResourceId>${logicalId}</LogicalResourceId>
    <PhysicalResourceId>${physicalId}</PhysicalResourceId><ResourceStatus>${status}</ResourceStatus><Timestamp>${time}</Timestamp></member>`).join('')}
  </StackEvents>${next === undefined ? '' : `<NextToken>${next}</NextToken>`}</DescribeStackEventsResult></DescribeStackEventsResponse>`);

describe('stackState', () => {
  it('asks for the one stack', async () => {
    server.respond = stacks('UPDATE_ROLLBACK_IN_PROGRESS');

    expect(await api().stackState(STACK_ID)).toEqual({ status: 'UPDATE_ROLLBACK_IN_PROGRESS', updatedAt: Date.parse('2026-11-25T10:00:00Z') });
    expect(parameters()).toEqual([{ Action: 'DescribeStacks', Version: '2010-05-15', StackName: STACK_ID }]);
  });

  it.each([
    [400, 'Throttling', 'Rate exceeded', 'transient'],
    [403, 'AccessDenied', 'User: x is not authorized to perform: cloudformation:DescribeStacks', 'settling'],
    [400, 'ValidationError', 'Stack with id x does not exist', 'terminal'],
    [500, 'InternalFailure', 'oh no', 'transient'],
  ])('fails with the name and the words of the service: HTTP %d %s', async (status, code, message, kind) => {
    server.respond = errorResponse(status, code, message);

    const error = await errorOf(api().stackState(STACK_ID));

    expect(errorText(error)).toBe(`${code}: ${message}`);
    expect(failureKind(error)).toBe(kind);
  });

  it.each<[string, Respond]>([
    ['a page of HTML with HTTP 503', answer(503, '<html></html>', 'text/html')],
    ['HTTP 500 without a body', answer(500, '')],
    ['an answer without a stack', xml('<DescribeStacksResponse/>')],
    ['a connection that breaks', reset],
    ['a connection that breaks in the middle of a good answer', cutOff],
    ['no answer in time', noAnswer],
  ])('fails on %s: transient', async (_, respond) => {
    server.respond = respond;

    expect(failureKind(await errorOf(api().stackState(STACK_ID)))).toBe('transient');
  });
});

describe('lastStablePhysicalId', () => {
  const OTHER: Event = ['Other', 'other', 'UPDATE_COMPLETE'];
  const before: Event[] = [[LOGICAL_ID, 'an older id', 'UPDATE_IN_PROGRESS'], ofStack('UPDATE_IN_PROGRESS')];
  const rollback: Event[] = [
    [LOGICAL_ID, 'the new id', 'UPDATE_IN_PROGRESS'], ofStack('UPDATE_ROLLBACK_IN_PROGRESS'), OTHER,
    [LOGICAL_ID, 'the new id', 'UPDATE_COMPLETE'], [LOGICAL_ID, PREVIOUS_ID, 'UPDATE_IN_PROGRESS'], ofStack('UPDATE_IN_PROGRESS'),
  ];

  it.each(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE'])(
    'is the one that the resource had at %s', async stable => {
      server.respond = page([...rollback, ofStack(stable), ...before]);

      expect(await api().lastStablePhysicalId(STACK_ID, LOGICAL_ID)).toBe(PREVIOUS_ID);
      expect(parameters()).toEqual([{ Action: 'DescribeStackEvents', Version: '2010-05-15', StackName: STACK_ID }]);
    });

  it.each(['UPDATE_FAILED', 'CREATE_FAILED', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'])('goes on past %s', async status => {
    const first: Event[] = [[LOGICAL_ID, 'the id of a failed update', 'UPDATE_FAILED'], ofStack('UPDATE_IN_PROGRESS'), ofStack(status)];
    server.respond = page([...first, ...rollback, ofStack('UPDATE_COMPLETE'), ...before]);

    expect(await api().lastStablePhysicalId(STACK_ID, LOGICAL_ID)).toBe(PREVIOUS_ID);
  });

  it('does not take a resource of another kind for the stack', async () => {
    server.respond = page([...rollback, ['Nested', 'nested', 'UPDATE_COMPLETE'], ofStack('CREATE_COMPLETE'), ...before]);

    expect(await api().lastStablePhysicalId(STACK_ID, LOGICAL_ID)).toBe(PREVIOUS_ID);
  });

  it('reads no further than it must', async () => {
    const pages = [page(rollback.slice(0, 3), 'two'), page([...rollback.slice(3), ofStack('UPDATE_COMPLETE')], 'three')];
    server.respond = (...args) => pages.shift()!(...args);

    expect(await api().lastStablePhysicalId(STACK_ID, LOGICAL_ID)).toBe(PREVIOUS_ID);
    expect(parameters().map(({ NextToken }) => NextToken)).toEqual([undefined, 'two']);
  });

  it('gives up on a stack whose events do not end', async () => {
    server.respond = page([OTHER], 'more');

    expect(await api().lastStablePhysicalId(STACK_ID, LOGICAL_ID)).toBeUndefined();
    expect(server.received.length).toBeLessThan(100);
  });

  it('fails in the words of the service', async () => {
    server.respond = errorResponse(403, 'AccessDenied', 'not authorized to perform: cloudformation:DescribeStackEvents');

    expect(failureKind(await errorOf(api().lastStablePhysicalId(STACK_ID, LOGICAL_ID)))).toBe('settling');
  });
});

describe('operationStartedAt', () => {
  it('is the time of the stack\'s own newest start', async () => {
    server.respond = page([
      [LOGICAL_ID, PREVIOUS_ID, 'UPDATE_IN_PROGRESS', '2026-11-25T12:00:05Z'], ofStack('UPDATE_IN_PROGRESS', '2026-11-25T12:00:00Z'),
      ofStack('CREATE_COMPLETE', '2026-11-25T11:00:00Z'), ofStack('CREATE_IN_PROGRESS'),
    ]);

    expect(await api().operationStartedAt(STACK_ID)).toBe(Date.parse('2026-11-25T12:00:00Z'));
  });

  it('is not known of a stack without events', async () => {
    server.respond = page([]);

    expect(await api().operationStartedAt(STACK_ID)).toBeUndefined();
  });
});

describe('hasFailed', () => {
  const failed: Event = [LOGICAL_ID, PREVIOUS_ID, 'UPDATE_FAILED'];

  it.each<[string, boolean, Event[]]>([
    ['the current operation', true, [[LOGICAL_ID, PREVIOUS_ID, 'UPDATE_IN_PROGRESS'], failed, ofStack('UPDATE_IN_PROGRESS')]],
    ['an earlier operation', false, [ofStack('UPDATE_IN_PROGRESS'), failed, ofStack('UPDATE_IN_PROGRESS')]],
    ['an operation that another resource failed', false, [['Other', 'other', 'UPDATE_FAILED']]],
  ])('looks for an update that failed: in %s, %s', async (_, expected, events) => {
    server.respond = page(events);

    expect(await api().hasFailed(STACK_ID, LOGICAL_ID)).toBe(expected);
  });
});
