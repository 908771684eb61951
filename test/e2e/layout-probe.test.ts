import { PROFILES, type ProfileName } from '../../local-aws/profile';
import { layoutOf } from '../../tools/integ/probe/layout';
import { probe, type Probed } from '../../tools/integ/probe/probe';
import { RECORDS } from '../../tools/integ/probe/values';
import { CdkCli } from '../../tools/local-deployment/cdk-cli';
import { LocalAwsProcess } from '../../tools/local-deployment/local-aws-process';

const APP = ['--app', 'node --import tsx tools/integ/probe/app.ts'];

describe.each(Object.keys(PROFILES) as ProfileName[])('the layout probe, in the profile %s', profile => {
  let localAws: LocalAwsProcess;
  let probed: Probed;
  const { env } = process;
  beforeAll(async () => {
    localAws = await LocalAwsProcess.start({ speed: 300, profile });
    const cli = new CdkCli(localAws.ready);
    process.env = { ...env, ...localAws.ready.env };
    probed = await probe(async stack => {
      const { exitCode, output, outputs } = await cli.deploy([stack, '--exclusively', ...APP]);
      if (exitCode !== 0) { throw new Error(output); }
      return outputs;
    });
  });
  afterAll(async () => {
    process.env = env;
    await localAws.stop();
  });

  test('finds the settings of local AWS from what is in the bucket and in the answers', () => {
    expect(PROFILES[profile].personalize).toMatchObject(layoutOf(probed));
    expect(Object.keys(layoutOf(probed)).length).toBeGreaterThanOrEqual(10);
  });

  test('reports the bytes of each value, of bulk exports only', () => {
    const found = (mode: string) => new Set(probed[mode].objects.flatMap(({ records }) => Object.keys(records)));
    expect(found('BULK')).toEqual(new Set(Object.keys(RECORDS)));
    expect(found('ALL')).toEqual(found('BULK'));
    expect(found('PUT').size).toBe(0);
    expect(probed.BULK.described).toMatchObject({ status: 'ACTIVE', ingestionMode: 'BULK' });
  });
});
