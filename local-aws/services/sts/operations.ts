import * as client from '@aws-sdk/client-sts';
import type { Api } from '../../core';
import { QueryApi } from '../../protocols/query';

/** Who am I, and becoming somebody else. */
export const stsApi: Api = new QueryApi('sts', client, 'https://sts.amazonaws.com/doc/2011-06-15/', {
  GetCallerIdentity: async ({ request: { caller: { arn, account, accessKeyId } } }) => ({ Arn: arn, UserId: accessKeyId, Account: account }),

  AssumeRole: async ({ parameters, principal }, { iam }) => {
    const sessionName = parameters.required('RoleSessionName');
    const externalId = parameters.text('ExternalId');
    parameters.text('DurationSeconds');
    const roleArn = parameters.required('RoleArn');
    parameters.refuseOthers();
    const { accessKeyId, secretAccessKey, sessionToken, expiration, caller } = await iam.assumeRole({
      roleArn, sessionName, principal, ...externalId && { context: { 'sts:ExternalId': externalId } },
    });
    return {
      Credentials: { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken, Expiration: expiration },
      AssumedRoleUser: { Arn: caller.arn, AssumedRoleId: `${accessKeyId}:${sessionName}` },
    };
  },
});
