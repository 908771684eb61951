import { execFileSync, spawn } from 'child_process';
import * as path from 'path';
import { createInterface } from 'readline';

const MAIN = path.join(__dirname, '..', '..', 'local-aws', 'main.ts');

test('what local AWS prints makes a shell talk to it, and not to the AWS account of a profile', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, '--watch-stdin', '--exports', '--region', 'eu-west-1']);
  try {
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (line.startsWith('# Then')) { break; }
    }
    const environment = execFileSync('sh', ['-c', `${lines.join('\n')}\nenv`], {
      encoding: 'utf8', env: { PATH: process.env.PATH, AWS_PROFILE: 'mine', AWS_SESSION_TOKEN: 'mine', AWS_REGION: 'us-west-2' },
    });
    const variables = Object.fromEntries(environment.split('\n').filter(line => /^(AWS|CDK)_/.test(line)).map(line => line.split('=')));
    expect(variables).toEqual({
      AWS_ENDPOINT_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      AWS_ACCESS_KEY_ID: 'LOCALAWSDEPLOYER',
      AWS_SECRET_ACCESS_KEY: 'local-aws',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      CDK_DEFAULT_ACCOUNT: '111122223333',
      CDK_DEFAULT_REGION: 'eu-west-1',
    });
    expect(await (await fetch(`${variables.AWS_ENDPOINT_URL}/_local-aws/calls`)).json()).toEqual([]);
  } finally {
    const ended = new Promise(resolve => child.once('exit', resolve));
    child.stdin.end();
    await ended;
  }
});
