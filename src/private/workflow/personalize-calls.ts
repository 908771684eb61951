import { Duration, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks } from 'aws-cdk-lib';
import { Construct } from 'constructs';

export const NOT_FOUND = 'Personalize.ResourceNotFoundException';
export const INVALID_INPUT = 'Personalize.InvalidInputException';

type Operation = 'CreateDatasetExportJob' | 'DescribeDatasetExportJob' | 'ListDatasets';

/** A state that calls Personalize. */
export function callPersonalize(
  scope: Construct, id: string, operation: Operation, props: Omit<tasks.CallAwsServiceProps, 'service' | 'action' | 'iamAction'>,
): sfn.TaskStateBase {
  const action = `${operation[0]!.toLowerCase()}${operation.slice(1)}`;
  return new tasks.CallAwsService(scope, id, { service: 'personalize', action, iamAction: `personalize:${operation}`, ...props });
}

/** A state that describes the job. No path selects a part of the answer: Personalize requires none, and nothing catches a path without a match. */
export function describeJob(scope: Construct, id: string, jobArnPatterns: string[], jobArn: string, resultPath: string): sfn.TaskStateBase {
  return callPersonalize(scope, id, 'DescribeDatasetExportJob', {
    iamResources: jobArnPatterns, parameters: { DatasetExportJobArn: jobArn }, resultPath,
  });
}

/** @param answer the path of what the state that describes the job has got */
export function hasStatus(answer: string, status: string): sfn.Condition {
  const path = `${answer}.DatasetExportJob.Status`;
  return sfn.Condition.and(sfn.Condition.isPresent(path), sfn.Condition.stringEquals(path, status));
}

/**
 * Retries throttling, service failures and network failures.
 *
 * Step Functions gives names only to the errors in the service's model, and Personalize's does not contain throttling. So this retries
 * whatever no retrier before it matches.
 */
export function transientRetry(maxAttempts: number): sfn.RetryProps {
  return {
    errors: [sfn.Errors.TASKS_FAILED],
    interval: Duration.seconds(2),
    backoffRate: 2,
    maxDelay: Duration.minutes(1),
    maxAttempts,
    jitterStrategy: sfn.JitterType.FULL,
  };
}
