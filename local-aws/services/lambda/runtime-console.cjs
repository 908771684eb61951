'use strict';
/** The console as Lambda's Node.js runtime patches it: a level, the request id, and JSON lines where the function asks for them. */
const { format } = require('node:util');

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const METHODS = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' };

exports.patchConsole = (logFormat, minimum, requestId) => {
  const line = logFormat === 'JSON' ? jsonLine : textLine;
  for (const [method, level] of Object.entries(METHODS)) {
    console[method] = (...args) => {
      if (logFormat !== 'JSON' || LEVELS.indexOf(level) >= LEVELS.indexOf(minimum)) {
        process.stdout.write(line(level, requestId(), args) + '\n');
      }
    };
  }
};

// a line break would begin another log event: CloudWatch gets carriage returns
function textLine(level, requestId, args) {
  return `${new Date().toISOString()}\t${requestId ?? 'undefined'}\t${level}\t${format(...args)}`.replace(/\n/g, '\r');
}

function jsonLine(level, requestId, args) {
  const message = args.length === 1 && !(args[0] instanceof Error) ? args[0] : format(...args);
  return JSON.stringify({ timestamp: new Date().toISOString(), level, requestId, message });
}
