import { version } from 'aws-cdk-lib/package.json';
import { walkAsNewUser, type NewUserWalk } from '../../tools/new-user/walk';

describe('the README\'s app, in an empty folder with the packed tarball, is type checked, synthesized, deployed and destroyed', () => {
  let walk: NewUserWalk;
  beforeAll(async () => { walk = await walkAsNewUser(); });

  test('with the newest aws-cdk-lib', () => {
    expect(walk.cdkVersion).toBe(version);
  });

  test('and the records of the dataset are in the bucket, also after cdk destroy', () => {
    const { dataset, exported, afterwards } = walk.records;
    expect(dataset).toHaveLength(50);
    expect([...exported].sort()).toEqual([...dataset].sort());
    expect(afterwards).toEqual(exported);
  });

  test('and creates what the template says', () => {
    const types = walk.resourceTypes.filter(type => type !== 'AWS::CDK::Metadata');
    const done = /CREATE_COMPLETE\s+\|\s+(AWS::(?!CloudFormation::Stack|CDK::Metadata)\S+|Custom::\S+)\s+\|\s+(\S+)/g;
    const created = new Set([...walk.deployed.matchAll(done)].map(([, type, id]) => `${type} ${id}`));
    expect(created.size).toBe(types.length);
  });
});
