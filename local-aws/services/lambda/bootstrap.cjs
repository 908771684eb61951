'use strict';
/** The main program of a function process: loads the handler, takes invocations by IPC, and answers as Lambda's Node.js runtime does. */
const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');
const { patchConsole } = require('./runtime-console.cjs');
const { SimulatedTime } = require('./simulated-time.cjs');

const send = process.send.bind(process);
// hidden from the handler
delete process.send;

const time = new SimulatedTime((waits) => send({ waits }));
let current;

class RuntimeError extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

// stack traces name the folders of Lambda, not those of this machine
const PLACES = [[process.env.LAMBDA_TASK_ROOT, '/var/task'], [path.join(__dirname, 'bootstrap.cjs'), '/var/runtime/index.mjs']];

function errorShape(error) {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: traceOf(error) }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function traceOf({ stack = '' }) {
  return PLACES.reduce((text, [here, there]) => text.replaceAll(here, there), stack).split('\n');
}

function fail(error) {
  send({ error: errorShape(error) }, () => process.exit(1));
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', (reason) => {
  fail(new RuntimeError('Runtime.UnhandledPromiseRejection', String(reason)));
});
process.on('disconnect', () => process.exit(0));

async function load() {
  const handler = process.env._HANDLER;
  const folder = path.join(process.env.LAMBDA_TASK_ROOT, path.dirname(handler));
  const [file, ...exported] = path.basename(handler).split('.');
  const found = ['.js', '.cjs', '.mjs'].map((extension) => path.join(folder, file + extension)).find((name) => fs.existsSync(name));
  if (!found) { throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`); }
  let loaded;
  try {
    loaded = found.endsWith('.mjs') ? await import(pathToFileURL(found).href) : require(found);
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') { throw new RuntimeError('Runtime.ImportModuleError', `Error: ${error.message}`); }
    throw error;
  }
  const fn = exported.reduce((value, name) => value?.[name], loaded);
  if (typeof fn !== 'function') { throw new RuntimeError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`); }
  if (fn.length >= 3) {
    throw new RuntimeError('Runtime.CallbackHandlerDeprecated', 'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.');
  }
  return fn;
}

function contextOf({ requestId, functionArn, deadline }) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: requestId,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function payloadOf(result) {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch {
    throw new RuntimeError('Runtime.MarshalError', 'Unable to stringify response body');
  }
}

const { format, level } = JSON.parse(process.argv[2]);
patchConsole(format, level, () => current?.requestId);

function answer(message) {
  time.pause();
  send(message);
}

process.on('message', (message) => time.goOn(message.time));

load().then((handler) => {
  process.on('message', async (invocation) => {
    if (!invocation.requestId) { return; }
    current = invocation;
    try {
      answer({ payload: payloadOf(await handler(JSON.parse(invocation.payload), contextOf(invocation))) });
    } catch (error) {
      console.error('Invoke Error\t' + JSON.stringify(errorShape(error)));
      answer({ error: errorShape(error) });
    }
  });
  answer({ ready: true });
}, fail);
