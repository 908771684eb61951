import {
  ACCOUNT, NotSupportedError, ServiceError, type ApiRequest, type ApiResponse, type Clock, type Iam, type Logs, type Service,
} from '../../core';
import { jsonError, jsonOperation, jsonParameters, jsonResponse } from '../../protocols/json';
import { principalOf } from '../iam/principal';

interface LogLine {
  readonly stream: string;
  readonly time: number;
  readonly line: string;
}

/** Log groups and their lines. */
export class LogStore implements Logs {
  private readonly groups = new Map<string, { retentionInDays?: number; lines: LogLine[] }>();

  constructor(private readonly clock: Clock) {}

  public createLogGroup(name: string, retentionInDays?: number): void {
    if (this.groups.has(name)) {
      throw new ServiceError('ResourceAlreadyExistsException', 'The specified log group already exists');
    }
    this.groups.set(name, { retentionInDays, lines: [] });
  }

  public updateLogGroup(name: string, retentionInDays?: number): void {
    this.get(name).retentionInDays = retentionInDays;
  }

  public deleteLogGroup(name: string): void {
    this.get(name);
    this.groups.delete(name);
  }

  public hasLogGroup(name: string): boolean {
    return this.groups.has(name);
  }

  public append(logGroup: string, stream: string, line: string): void {
    this.get(logGroup).lines.push({ stream, time: this.clock.now(), line });
  }

  public lines(logGroup: string): string[] {
    return this.events(logGroup).map(({ line }) => line);
  }

  public events(logGroup: string): readonly LogLine[] {
    return this.get(logGroup).lines;
  }

  private get(name: string): { retentionInDays?: number; lines: LogLine[] } {
    const group = this.groups.get(name);
    if (!group) {
      throw new ServiceError('ResourceNotFoundException', `The specified log group does not exist: ${name}`);
    }
    return group;
  }
}

/** What the CDK CLI asks after a failed deployment. */
export class LogsService implements Service {
  public readonly signingName = 'logs';

  constructor(private readonly store: LogStore, private readonly iam: Iam) {}

  public operation(request: ApiRequest): string {
    return jsonOperation(request);
  }

  public async handle(operation: string, request: ApiRequest): Promise<ApiResponse> {
    if (operation !== 'FilterLogEvents') {
      throw new NotSupportedError(`logs ${operation}`);
    }
    const { logGroupName, startTime = 0, endTime = Infinity } = jsonParameters(request) as Record<string, never>;
    await this.iam.authorize({
      principal: principalOf(request.caller),
      action: 'logs:FilterLogEvents',
      resource: `arn:aws:logs:${request.region}:${ACCOUNT}:log-group:${logGroupName}`,
    });
    // a group that nothing was written to may not exist yet; nobody is to wait for it
    const events = this.store.hasLogGroup(logGroupName) ? this.store.events(logGroupName) : [];
    return jsonResponse({
      events: events.filter(({ time }) => time >= startTime && time <= endTime).map(({ stream, time, line }, index) => ({
        eventId: String(index), logStreamName: stream, timestamp: Math.floor(time), ingestionTime: Math.floor(time), message: line,
      })),
    });
  }

  public error(error: ServiceError, requestId: string): ApiResponse {
    return jsonError(error, requestId);
  }
}
