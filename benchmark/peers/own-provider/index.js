// As in tutorials, with the SDK of the Lambda runtime.
const { PersonalizeClient, CreateDatasetExportJobCommand, DescribeDatasetExportJobCommand } = require('@aws-sdk/client-personalize');

const personalize = new PersonalizeClient({});

exports.onEvent = async (event) => {
  if (event.RequestType !== 'Create') {
    return { PhysicalResourceId: event.PhysicalResourceId };
  }
  const { ServiceToken, ...request } = event.ResourceProperties;
  const { datasetExportJobArn } = await personalize.send(new CreateDatasetExportJobCommand(request));
  return { PhysicalResourceId: datasetExportJobArn };
};

exports.isComplete = async (event) => {
  if (event.RequestType === 'Delete') {
    return { IsComplete: true };
  }
  const { datasetExportJob } = await personalize.send(new DescribeDatasetExportJobCommand({ datasetExportJobArn: event.PhysicalResourceId }));
  if (datasetExportJob.status === 'CREATE FAILED') {
    throw new Error(datasetExportJob.failureReason);
  }
  return { IsComplete: datasetExportJob.status === 'ACTIVE' };
};
