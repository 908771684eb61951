import { Stack, aws_iam as iam, aws_sqs as sqs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { differ, quoted } from '../environments';
import { PolicyAdditions } from '../policies/policy-additions';

const SEND = ['sqs:SendMessage'];
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html */
const USE_KEY = ['kms:Decrypt', 'kms:GenerateDataKey'];

/** Lambda sends to standard queues of its Region: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
export function queueProblem(queue: sqs.IQueue, { region }: Stack): string | undefined {
  if (isFifo(queue)) { return `deadLetterQueue must be a standard queue, got the FIFO queue ${quoted(queue.queueArn, queue)}: Lambda sends to no FIFO queue`; }
  return differ(queue.env.region, region) ? `deadLetterQueue must be in the Region of the stack, ${region}, got ${quoted(queue.queueArn, queue)}` : undefined;
}

/** What Lambda does with a function's role. */
export function queueStatements({ queueArn, encryptionMasterKey }: sqs.IQueue): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({ actions: SEND, resources: [queueArn] }),
    ...encryptionMasterKey === undefined ? [] : [new iam.PolicyStatement({ actions: USE_KEY, resources: [encryptionMasterKey.keyArn] })],
  ];
}

/** In another account, the roles' policies are not enough. These statements name no role, so they can be added before the first deployment. */
export function allowFromOtherAccount(scope: Construct, queue: sqs.IQueue): void {
  const { account } = Stack.of(scope);
  const additions = new PolicyAdditions(scope, { otherwise: 'Lambda refuses the functions' });
  const principals = [new iam.AccountPrincipal(account)];
  const statement = (actions: string[], resource: string) => new iam.PolicyStatement({ actions, resources: [resource], principals });
  if (differ(queue.env.account, account)) { additions.toQueue(queue, statement(SEND, queue.queueArn)); }
  const key = queue.encryptionMasterKey;
  if (key && differ(key.env.account, account)) { additions.toKey(key, statement(USE_KEY, '*')); }
}

/** By its name, too: the CDK does not know it of a queue whose ARN contains tokens. */
function isFifo({ fifo, queueArn }: sqs.IQueue): boolean {
  return fifo || queueArn.endsWith('.fifo');
}
