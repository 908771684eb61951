package com.example;

import io.github.cdkpersonalizedatasetexport.Dataset;
import io.github.cdkpersonalizedatasetexport.DatasetExportJob;
import io.github.cdkpersonalizedatasetexport.IngestionMode;
import software.amazon.awscdk.App;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.interfaces.personalize.IDatasetRef;

public class Quickstart {
    public static void main(final String[] args) {
        App app = new App();
        Stack stack = new Stack(app, "Quickstart");

        IDatasetRef dataset = Dataset.fromDatasetArn(stack, "Interactions", stack.formatArn(ArnComponents.builder()
            .service("personalize")
            .resource("dataset")
            .resourceName("movies/INTERACTIONS")
            .build()));
        DatasetExportJob job = DatasetExportJob.Builder.create(stack, "Export")
            .dataset(dataset)
            .ingestionMode(IngestionMode.ALL)
            .build();

        CfnOutput.Builder.create(stack, "DatasetExportJobArn").value(job.getDatasetExportJobArn()).build();
        CfnOutput.Builder.create(stack, "OutputUri").value(job.getOutputUri()).build();

        app.synth();
    }
}
