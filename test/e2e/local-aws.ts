import { PROFILES, type ProfileName } from '../../local-aws/profile';
import { LocalAwsProcess } from '../../tools/local-deployment/local-aws-process';

/** Set by jest's projects, see projenrc/slow-tests.ts; the environment variable of the same name takes precedence. */
declare const LOCAL_AWS_PROFILE: string;

/** Local AWS in the profile of this run. */
export async function startLocalAws(speed: number): Promise<LocalAwsProcess> {
  const profile = process.env.LOCAL_AWS_PROFILE ?? LOCAL_AWS_PROFILE;
  if (!Object.hasOwn(PROFILES, profile)) { throw new Error(`LOCAL_AWS_PROFILE must be one of ${Object.keys(PROFILES).join(', ')}, not ${profile}`); }
  return LocalAwsProcess.start({ speed, profile: profile as ProfileName });
}
