package com.example;

import io.github.cdkpersonalizedatasetexport.Dataset;
import io.github.cdkpersonalizedatasetexport.DatasetExportJob;
import io.github.cdkpersonalizedatasetexport.ExportDestination;
import io.github.cdkpersonalizedatasetexport.IngestionMode;
import java.util.List;
import software.amazon.awscdk.App;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.interfaces.personalize.IDatasetRef;
import software.amazon.awscdk.services.iam.AccountRootPrincipal;
import software.amazon.awscdk.services.iam.Role;
import software.constructs.Construct;

public class SharedDestination extends Stack {
    public SharedDestination(final Construct scope, final String id) {
        super(scope, id);

        // one bucket, key and role for all exports
        ExportDestination destination = ExportDestination.Builder.create(this, "Exports")
            .prefix("personalize/")
            .expiration(Duration.days(90))
            .build();
        Role analyst = Role.Builder.create(this, "Analyst").assumedBy(new AccountRootPrincipal()).build();

        for (String type : List.of("INTERACTIONS", "ITEMS", "USERS")) {
            IDatasetRef dataset = Dataset.fromDatasetArn(this, type + "-Dataset", this.formatArn(ArnComponents.builder()
                .service("personalize")
                .resource("dataset")
                .resourceName("movies/" + type)
                .build()));
            DatasetExportJob job = DatasetExportJob.Builder.create(this, type + "-Export")
                .dataset(dataset)
                .destination(destination)
                .ingestionMode(IngestionMode.ALL)
                .build();
            job.getGrants().read(analyst);
        }

        CfnOutput.Builder.create(this, "BucketName").value(destination.getBucket().getBucketName()).build();
    }

    public static void main(final String[] args) {
        App app = new App();
        new SharedDestination(app, "SharedDestination");
        app.synth();
    }
}
