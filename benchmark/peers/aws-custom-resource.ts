import { Stack, custom_resources as cr } from 'aws-cdk-lib';
import { PeerDestination } from './destination';
import type { Peer } from './peer';

/**
 * AwsCustomResource, one call for each job: the shortest there is. It starts the job and does not wait for it, does not learn that
 * it failed, and is not able to try again when there are too many jobs at a time.
 */
export const awsCustomResourcePeer: Peer = {
  id: 'aws-custom-resource',
  title: 'AwsCustomResource',
  define(stack: Stack, datasetArns: readonly string[]): void {
    const destination = new PeerDestination(stack, 'Exports');
    datasetArns.forEach((datasetArn, index) => {
      const jobName = `${stack.stackName}-export-${index}`;
      const job = new cr.AwsCustomResource(stack, `Export${index}`, {
        resourceType: 'Custom::PersonalizeExport',
        installLatestAwsSdk: false, // it would add the installation of a package to each deployment
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
