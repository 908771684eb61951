import * as client from '@aws-sdk/client-cloudwatch-logs';
import { ACCOUNT, type Api } from '../../core';
import { JsonApi } from '../../protocols/json';

export const logsApi: Api = new JsonApi('logs', client, {
  /** The CDK CLI calls it after a failed deployment. */
  FilterLogEvents: async ({ parameters, authorize }, { logs, region }) => {
    const { logGroupName, startTime = 0, endTime = Infinity } = parameters as { logGroupName: string; startTime?: number; endTime?: number };
    await authorize(`arn:aws:logs:${region}:${ACCOUNT}:log-group:${logGroupName}`);
    // a function that has not written anything may have no log group yet: that is no reason to fail
    const events = logs.hasLogGroup(logGroupName) ? logs.events(logGroupName) : [];
    return {
      events: events.filter(({ time }) => time >= startTime && time <= endTime).map(({ stream, time, line }, index) => ({
        eventId: String(index), logStreamName: stream, timestamp: Math.floor(time), ingestionTime: Math.floor(time), message: line,
      })),
    };
  },
});
