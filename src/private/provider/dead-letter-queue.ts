import { Stack, Token, aws_sqs as sqs } from 'aws-cdk-lib';
import { differ } from '../environments';

/** Lambda sends to standard queues of its Region: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
export function queueProblem(queue: sqs.IQueue, { region }: Stack): string | undefined {
  if (isFifo(queue)) { return `deadLetterQueue must be a standard queue, got the FIFO queue ${nameOf(queue)}: Lambda sends to no FIFO queue`; }
  return differ(queue.env.region, region) ? `deadLetterQueue must be in the Region of the stack, ${region}, got ${nameOf(queue)}` : undefined;
}

/** By its name, too: the CDK does not know it of a queue whose ARN contains tokens. */
function isFifo({ fifo, queueArn }: sqs.IQueue): boolean {
  return fifo || queueArn.endsWith('.fifo');
}

function nameOf({ queueArn, node }: sqs.IQueue): string {
  return JSON.stringify(Token.isUnresolved(queueArn) ? node.path : queueArn);
}
