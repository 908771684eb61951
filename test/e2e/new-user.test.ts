import { version } from 'aws-cdk-lib/package.json';
import { walkAsNewUser, type NewUserWalk } from '../../tools/new-user/walk';

describe('from the README alone, in an empty folder, with the packed tarball beside the newest aws-cdk-lib', () => {
  const steps: string[] = [];
  let walk: NewUserWalk;
  beforeAll(async () => { walk = await walkAsNewUser(text => steps.push(text)); });

  test('an app is written, type checked, synthesized, deployed and destroyed', () => {
    const commands = steps.join('\n').match(/npm install|\btsc\b|npx cdk \w+/g);
    expect(commands).toEqual(['npm install', 'tsc', 'npx cdk synth', 'npx cdk deploy', 'npx cdk destroy']);
    expect(walk.cdkVersion).toBe(version);
  });

  test('the records of the dataset are in the bucket, also after cdk destroy', () => {
    const { dataset, exported, afterwards } = walk.records;
    expect(dataset).toHaveLength(50);
    expect([...exported].sort()).toEqual([...dataset].sort());
    expect(afterwards).toEqual(exported);
  });

  test('the deployment creates what the template says', () => {
    const types = walk.resourceTypes.filter(type => type !== 'AWS::CDK::Metadata');
    expect(types.length).toBeGreaterThan(0);
    const done = /CREATE_COMPLETE\s+\|\s+(AWS::(?!CloudFormation::Stack|CDK::Metadata)\S+|Custom::\S+)\s+\|\s+(\S+)/g;
    const created = new Set([...walk.deployed.matchAll(done)].map(([, type, id]) => `${type} ${id}`));
    expect(created.size).toBe(types.length);
  });
});
