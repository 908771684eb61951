/**
 * `npx projen new-user`: from the README alone, in an empty folder, with the packed tarball: an app is written, type checked,
 * synthesized, deployed to local AWS and destroyed. Exit code 0 if the export holds the records of the dataset.
 */
import { walkAsNewUser } from './new-user/walk';

let step = 0;
walkAsNewUser(text => console.log(`\n${++step}. ${text}`)).then(({ records: { dataset, exported, afterwards } }) => {
  const sorted = (rows: string[]) => JSON.stringify([...rows].sort());
  if (sorted(exported) === sorted(dataset) && sorted(afterwards) === sorted(dataset)) {
    console.log(`\nThe export holds the ${dataset.length} records of the dataset, and does so without the stack.`);
    return;
  }
  console.error(`\nThe dataset holds ${dataset.length} records; exported were ${exported.length}, and ${afterwards.length} were left without the stack.`);
  process.exitCode = 1;
}, error => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
