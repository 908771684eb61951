using Amazon.CDK;
using CdkPersonalizeDatasetExport;

var app = new App();
var stack = new Stack(app, "Quickstart");

var dataset = Dataset.FromDatasetArn(stack, "Interactions", stack.FormatArn(new ArnComponents
{
    Service = "personalize",
    Resource = "dataset",
    ResourceName = "movies/INTERACTIONS",
}));
var job = new DatasetExportJob(stack, "Export", new DatasetExportJobProps
{
    Dataset = dataset,
    IngestionMode = IngestionMode.ALL,
});

new CfnOutput(stack, "DatasetExportJobArn", new CfnOutputProps { Value = job.DatasetExportJobArn });
new CfnOutput(stack, "OutputUri", new CfnOutputProps { Value = job.OutputUri });

app.Synth();
