import { Stack, aws_iam as iam, aws_sqs as sqs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { differ, quoted } from './environments';
import { PolicyAdditions } from './policies/policy-additions';

const SEND = ['sqs:SendMessage'];
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html */
const USE_KEY = ['kms:Decrypt', 'kms:GenerateDataKey'];

/** Lambda sends to standard queues of its Region: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
export function functionsQueueProblem(queue: sqs.IQueue, { region }: Stack): string | undefined {
  return fifoProblem(queue, 'Lambda')
    ?? (differ(queue.env.region, region) ? `deadLetterQueue must be in the Region of the stack, ${region}, got ${quoted(queue.queueArn, queue)}` : undefined);
}

/** By its name, too: the CDK does not know it of a queue whose ARN contains tokens. */
export function fifoProblem(queue: sqs.IQueue, sender: string): string | undefined {
  const { fifo, queueArn } = queue;
  return fifo || queueArn.endsWith('.fifo')
    ? `deadLetterQueue must be a standard queue, got the FIFO queue ${quoted(queueArn, queue)}: ${sender} sends to no FIFO queue` : undefined;
}

/** What a service does with the role that it sends to the queue with. */
export function queueStatements(queue: sqs.IQueue): iam.PolicyStatement[] {
  return [new iam.PolicyStatement({ actions: SEND, resources: [queue.queueArn] }), ...queueKeyStatements(queue)];
}

/** The part of it about the queue's key. */
export function queueKeyStatements({ encryptionMasterKey }: sqs.IQueue): iam.PolicyStatement[] {
  return encryptionMasterKey === undefined ? [] : [new iam.PolicyStatement({ actions: USE_KEY, resources: [encryptionMasterKey.keyArn] })];
}

/**
 * In another account, the roles' policies are not enough. These statements name no role, so they can be added before the first deployment.
 *
 * @param otherwise what happens without them
 */
export function allowFromOtherAccount(scope: Construct, queue: sqs.IQueue, otherwise: string): void {
  const { account } = Stack.of(scope);
  const additions = new PolicyAdditions(scope, { otherwise });
  const principals = [new iam.AccountPrincipal(account)];
  const statement = (actions: string[], resource: string) => new iam.PolicyStatement({ actions, resources: [resource], principals });
  if (differ(queue.env.account, account)) { additions.toQueue(queue, statement(SEND, queue.queueArn)); }
  const key = queue.encryptionMasterKey;
  if (key && differ(key.env.account, account)) { additions.toKey(key, statement(USE_KEY, '*')); }
}
