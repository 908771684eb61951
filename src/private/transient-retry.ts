import { Duration, aws_stepfunctions as sfn } from 'aws-cdk-lib';

/**
 * Throttling, failures of the service and of the network. Step Functions names only the errors that the service's model
 * names, and throttling is not among them for Personalize: so it is everything else.
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
