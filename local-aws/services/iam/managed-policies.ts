import { checkEntity, checkManagedPolicy, checkName } from './checks';
import { checkPolicyDocument } from './policy-documents';
import { ACCOUNT, NotSupportedError, ServiceError, found, type Clock } from '../../core';
import { Eventual } from '../../eventual';

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
  private readonly byArn = new Map<string, Eventual<object>>();

  /** @param seconds until a change takes effect */
  constructor(private readonly clock: Clock, private readonly seconds: number) {}

  public create(policyName: string, document: object): string {
    checkName('policyName', policyName);
    const arn = `arn:aws:iam::${ACCOUNT}:policy/${policyName}`;
    if (this.byArn.has(arn)) {
      throw new ServiceError('EntityAlreadyExists', `A policy called ${policyName} already exists. Duplicate names are not allowed.`, 409);
    }
    checkPolicyDocument(document, 'identity');
    checkManagedPolicy(document);
    checkEntity('iamManagedPolicies', 'PoliciesPerAccount', this.byArn.size + 1);
    const policy = new Eventual<object>(this.clock, this.seconds);
    policy.set(document);
    this.byArn.set(arn, policy);
    return arn;
  }

  public update(arn: string, document: object): void {
    this.get(arn);
    checkPolicyDocument(document, 'identity');
    checkManagedPolicy(document);
    this.byArn.get(arn)!.set(document);
  }

  public delete(arn: string): void {
    this.get(arn);
    this.byArn.delete(arn);
  }

  public get(arn: string): object {
    return AWS_MANAGED_ARN.test(arn)
      ? found(AWS_MANAGED[arn.replace(AWS_MANAGED_ARN, '')], () => new NotSupportedError(`the AWS managed policy ${arn}`))
      : found(this.byArn.get(arn)?.latest, () => new ServiceError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`, 404));
  }

  /** Nothing if it has not taken effect yet. */
  public inEffect(arn: string): object[] {
    const policy = AWS_MANAGED_ARN.test(arn) ? this.get(arn) : this.byArn.get(arn)?.inEffect;
    return policy ? [policy] : [];
  }
}
