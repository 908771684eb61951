import { Stack, custom_resources as cr } from 'aws-cdk-lib';
import { PeerDestination } from './destination';
import type { Peer } from './peer';

/** AwsCustomResource, one call for each job: the shortest way. It neither waits for the job nor retries when there are too many, and does not report failures. */
export const awsCustomResourcePeer: Peer = {
  id: 'aws-custom-resource',
  title: 'AwsCustomResource',
  define(stack: Stack, datasetArns: readonly string[]): void {
    const destination = new PeerDestination(stack, 'Exports');
    datasetArns.forEach((datasetArn, index) => {
      const jobName = `${stack.stackName}-export-${index}`;
      const job = new cr.AwsCustomResource(stack, `Export${index}`, {
        resourceType: 'Custom::PersonalizeExport',
        installLatestAwsSdk: false, // otherwise each deployment installs a package
        onCreate: {
          service: 'Personalize',
          action: 'createDatasetExportJob',
          parameters: destination.request(datasetArn, jobName),
          physicalResourceId: cr.PhysicalResourceId.fromResponse('datasetExportJobArn'),
        },
        policy: cr.AwsCustomResourcePolicy.fromStatements(destination.startStatements(datasetArn, jobName)),
      });
      job.node.addDependency(destination);
    });
  },
};
