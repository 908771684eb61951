/** A jest reporter that tells of each test at once, a line of JSON for each: jest itself stops only at the end of a test file. */
module.exports = class {
  onTestCaseResult(_, { status, fullName }) {
    tell({ status, detail: fullName });
  }

  onTestFileResult(_, { testExecError }) {
    if (testExecError) { tell({ status: 'not run', detail: testExecError.message ?? String(testExecError) }); }
  }
};

function tell(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
