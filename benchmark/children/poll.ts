import * as fs from 'fs';

/** Arguments: the handler's module, the number of polls. Prints the time of each call of isComplete. */
const [, , handler, times] = process.argv as [string, string, string, string];

const JOB = 'arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/job';
const event = {
  RequestType: 'Create',
  RequestId: 'request',
  StackId: 'stack',
  LogicalResourceId: 'Export',
  PhysicalResourceId: JOB,
  ResourceProperties: {
    DatasetArn: 'arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS',
    RoleArn: 'arn:aws:iam::111122223333:role/Exports',
    BucketName: 'exports',
    TimeoutSeconds: '3300',
  },
  Plan: { kind: 'export', jobName: 'job', startedAt: Date.now(), created: true },
};

async function main(): Promise<void> {
  const { isComplete } = module.require(handler) as { isComplete: (event: object) => Promise<{ IsComplete: boolean }> };
  // the handler logs there
  process.stdout.write = () => true;
  const polls: { cpuMs: number; wallMs: number }[] = [];
  for (let poll = 0; poll < Number(times); poll++) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    const { IsComplete } = await isComplete(event);
    const wallMs = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    if (IsComplete) { throw new Error('the job must be in progress'); }
    polls.push({ cpuMs: (user + system) / 1000, wallMs });
  }
  fs.writeSync(1, `\n${JSON.stringify(polls)}\n`);
  process.exit();
}

void main();
