import { Duration, Stack, aws_iam as iam, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks, custom_resources as cr } from 'aws-cdk-lib';
import { PeerDestination } from './destination';
import type { Peer } from './peer';

/**
 * A state machine by hand for each job (create, wait, describe, choose), started by an AwsCustomResource. The deployment does not
 * wait for it; only the execution tells how the export ended.
 */
export const stepFunctionsPeer: Peer = {
  id: 'step-functions',
  title: 'Step Functions by hand',
  define(stack: Stack, datasetArns: readonly string[]): void {
    const destination = new PeerDestination(stack, 'Exports');
    datasetArns.forEach((datasetArn, index) => {
      const jobName = `${stack.stackName}-export-${index}`;
      const { jobOutput: { s3DataDestination }, ...request } = destination.request(datasetArn, jobName);
      const [, passRole] = destination.startStatements(datasetArn, jobName);
      const create = new tasks.CallAwsService(stack, `Create${index}`, {
        service: 'personalize',
        action: 'createDatasetExportJob',
        parameters: {
          JobName: request.jobName,
          DatasetArn: request.datasetArn,
          IngestionMode: request.ingestionMode,
          RoleArn: request.roleArn,
          JobOutput: { S3DataDestination: { Path: s3DataDestination.path, KmsKeyArn: s3DataDestination.kmsKeyArn } },
        },
        iamResources: [datasetArn, destination.jobArn(jobName)],
        additionalIamStatements: [passRole!],
      });
      const describe = new tasks.CallAwsService(stack, `Describe${index}`, {
        service: 'personalize',
        action: 'describeDatasetExportJob',
        parameters: { DatasetExportJobArn: destination.jobArn(jobName) },
        iamResources: [destination.jobArn(jobName)],
      });
      const wait = new sfn.Wait(stack, `Wait${index}`, { time: sfn.WaitTime.duration(Duration.seconds(30)) });
      const status = '$.DatasetExportJob.Status';
      const machine = new sfn.StateMachine(stack, `Machine${index}`, {
        definitionBody: sfn.DefinitionBody.fromChainable(create.next(wait).next(describe).next(new sfn.Choice(stack, `Done${index}?`)
          .when(sfn.Condition.stringEquals(status, 'ACTIVE'), new sfn.Succeed(stack, `Active${index}`))
          .when(sfn.Condition.stringEquals(status, 'CREATE FAILED'), new sfn.Fail(stack, `Failed${index}`))
          .otherwise(wait))),
      });
      const start = new cr.AwsCustomResource(stack, `Export${index}`, {
        resourceType: 'Custom::PersonalizeExport',
        installLatestAwsSdk: false,
        onCreate: {
          service: 'StepFunctions',
          action: 'startExecution',
          parameters: { stateMachineArn: machine.stateMachineArn },
          physicalResourceId: cr.PhysicalResourceId.fromResponse('executionArn'),
        },
        policy: cr.AwsCustomResourcePolicy.fromStatements([
          new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [machine.stateMachineArn] }),
        ]),
      });
      start.node.addDependency(destination, machine);
    });
  },
};
