import { NotSupportedError } from '../../core';

/** The AWS managed policies that local AWS knows, by what follows `policy/` in their ARNs. */
const AWS_MANAGED: Record<string, object> = {
  'service-role/AWSLambdaBasicExecutionRole': {
    Version: '2012-10-17',
    Statement: [{
      Effect: 'Allow',
      Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: '*',
    }],
  },
};

export function isAwsManaged(policyArn: string): boolean {
  return /^arn:[^:]+:iam::aws:policy\//.test(policyArn);
}

/** The content of an AWS managed policy; one whose content is not known here would only be guessed at. */
export function awsManagedPolicy(policyArn: string): object {
  const policy = AWS_MANAGED[policyArn.replace(/^arn:[^:]+:iam::aws:policy\//, '')];
  if (!policy) {
    throw new NotSupportedError(`the AWS managed policy ${policyArn}`);
  }
  return policy;
}
