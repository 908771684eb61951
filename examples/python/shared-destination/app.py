from aws_cdk import App, CfnOutput, Duration, Stack, aws_iam as iam
from cdk_personalize_dataset_export import Dataset, DatasetExportJob, ExportDestination, IngestionMode
from constructs import Construct


class SharedDestination(Stack):
    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)

        # one bucket, key and role for all exports
        destination = ExportDestination(
            self, "Exports",
            prefix="personalize/",
            expiration=Duration.days(90),
        )
        analyst = iam.Role(self, "Analyst", assumed_by=iam.AccountRootPrincipal())

        for dataset_type in ["INTERACTIONS", "ITEMS", "USERS"]:
            dataset = Dataset.from_dataset_arn(self, f"{dataset_type}-Dataset", self.format_arn(
                service="personalize",
                resource="dataset",
                resource_name=f"movies/{dataset_type}",
            ))
            job = DatasetExportJob(
                self, f"{dataset_type}-Export",
                dataset=dataset,
                destination=destination,
                ingestion_mode=IngestionMode.ALL,
            )
            job.grants.read(analyst)

        CfnOutput(self, "BucketName", value=destination.bucket.bucket_name)


app = App()
SharedDestination(app, "SharedDestination")
app.synth()
