import * as client from '@aws-sdk/client-ssm';
import { ACCOUNT, ServiceError, found, type Api } from '../../core';
import { JsonApi } from '../../protocols/json';

export const ssmApi: Api = new JsonApi('ssm', client, {
  GetParameter: async ({ parameters, authorize }, { ssm, region, clock }) => {
    const name = String(parameters.Name);
    const arn = `arn:aws:ssm:${region}:${ACCOUNT}:parameter/${name.replace(/^\//, '')}`;
    await authorize(arn);
    const value = found(ssm.parameter(name), () => new ServiceError('ParameterNotFound', ''));
    return { Parameter: { Name: name, Type: 'String', Value: value, Version: 1, ARN: arn, DataType: 'text', LastModifiedDate: clock.origin / 1000 } };
  },
});
