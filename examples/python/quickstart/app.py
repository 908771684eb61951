from aws_cdk import App, CfnOutput, Stack
from cdk_personalize_dataset_export import Dataset, DatasetExportJob, IngestionMode

app = App()
stack = Stack(app, "Quickstart")

dataset = Dataset.from_dataset_arn(stack, "Interactions", stack.format_arn(
    service="personalize",
    resource="dataset",
    resource_name="movies/INTERACTIONS",
))
job = DatasetExportJob(stack, "Export", dataset=dataset, ingestion_mode=IngestionMode.ALL)

CfnOutput(stack, "DatasetExportJobArn", value=job.dataset_export_job_arn)
CfnOutput(stack, "OutputUri", value=job.output_uri)

app.synth()
