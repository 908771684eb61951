using Amazon.CDK;
using Amazon.CDK.AWS.IAM;
using CdkPersonalizeDatasetExport;
using Constructs;

var app = new App();
new SharedDestination(app, "SharedDestination");
app.Synth();

class SharedDestination : Stack
{
    public SharedDestination(Construct scope, string id) : base(scope, id)
    {
        // one bucket, key and role for all exports
        var destination = new ExportDestination(this, "Exports", new ExportDestinationProps
        {
            Prefix = "personalize/",
            Expiration = Duration.Days(90),
        });
        var analyst = new Role(this, "Analyst", new RoleProps { AssumedBy = new AccountRootPrincipal() });

        foreach (var type in new[] { "INTERACTIONS", "ITEMS", "USERS" })
        {
            var dataset = Dataset.FromDatasetArn(this, $"{type}-Dataset", FormatArn(new ArnComponents
            {
                Service = "personalize",
                Resource = "dataset",
                ResourceName = $"movies/{type}",
            }));
            var job = new DatasetExportJob(this, $"{type}-Export", new DatasetExportJobProps
            {
                Dataset = dataset,
                Destination = destination,
                IngestionMode = IngestionMode.ALL,
            });
            job.Grants.Read(analyst);
        }

        new CfnOutput(this, "BucketName", new CfnOutputProps { Value = destination.Bucket.BucketName });
    }
}
