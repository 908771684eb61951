import { checkEntity, checkManagedPolicy, checkName } from './checks';
import { checkPolicyDocument } from './policy-documents';
import { ACCOUNT, NotSupportedError, ServiceError, found } from '../../core';

const AWS_MANAGED_ARN = /^arn:[^:]+:iam::aws:policy\//;
/** The AWS managed policies that local AWS knows, by what follows `policy/` in their ARNs. */
const AWS_MANAGED: Readonly<Record<string, object>> = {
  'service-role/AWSLambdaBasicExecutionRole': {
    Version: '2012-10-17',
    Statement: [{
      Effect: 'Allow',
      Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: '*',
    }],
  },
};

/** The account's managed policies by ARN, and a few of AWS's. */
export class ManagedPolicies {
  private readonly byArn = new Map<string, object>();

  public create(policyName: string, document: object): string {
    checkName('policyName', policyName);
    const arn = `arn:aws:iam::${ACCOUNT}:policy/${policyName}`;
    if (this.byArn.has(arn)) {
      throw new ServiceError('EntityAlreadyExists', `A policy called ${policyName} already exists. Duplicate names are not allowed.`, 409);
    }
    checkPolicyDocument(document);
    checkManagedPolicy(document);
    checkEntity('iamManagedPolicies', 'PoliciesPerAccount', this.byArn.size + 1);
    this.byArn.set(arn, document);
    return arn;
  }

  public update(arn: string, document: object): void {
    this.get(arn);
    checkPolicyDocument(document);
    checkManagedPolicy(document);
    this.byArn.set(arn, document);
  }

  public delete(arn: string): void {
    this.get(arn);
    this.byArn.delete(arn);
  }

  public get(arn: string): object {
    return AWS_MANAGED_ARN.test(arn)
      ? found(AWS_MANAGED[arn.replace(AWS_MANAGED_ARN, '')], () => new NotSupportedError(`the AWS managed policy ${arn}`))
      : found(this.byArn.get(arn), () => new ServiceError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`, 404));
  }
}
