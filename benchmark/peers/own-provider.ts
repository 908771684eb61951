import * as path from 'path';
import { CustomResource, Stack, aws_iam as iam, aws_lambda as lambda, custom_resources as cr } from 'aws-cdk-lib';
import { PeerDestination } from './destination';
import type { Peer } from './peer';

/**
 * A hand-written Provider with onEvent and isComplete, as tutorials show it: everything once per job. All
 * settings are the CDK's defaults: a poll every 5 seconds, for half an hour at most.
 */
export const ownProviderPeer: Peer = {
  id: 'own-provider',
  title: 'hand-written Provider',
  define(stack: Stack, datasetArns: readonly string[]): void {
    const destination = new PeerDestination(stack, 'Exports');
    datasetArns.forEach((datasetArn, index) => {
      const jobName = `${stack.stackName}-export-${index}`;
      const handler = (name: string, initialPolicy: iam.PolicyStatement[]) => new lambda.Function(stack, `${name}${index}`, {
        runtime: lambda.Runtime.NODEJS_22_X,
        handler: `index.${name}`,
        code: lambda.Code.fromAsset(path.join(__dirname, 'own-provider')),
        initialPolicy,
      });
      const provider = new cr.Provider(stack, `Provider${index}`, {
        onEventHandler: handler('onEvent', destination.startStatements(datasetArn, jobName)),
        isCompleteHandler: handler('isComplete', [
          new iam.PolicyStatement({ actions: ['personalize:DescribeDatasetExportJob'], resources: [destination.jobArn(jobName)] }),
        ]),
      });
      const job = new CustomResource(stack, `Export${index}`, {
        serviceToken: provider.serviceToken,
        resourceType: 'Custom::PersonalizeExport',
        properties: destination.request(datasetArn, jobName),
      });
      job.node.addDependency(destination);
    });
  },
};
