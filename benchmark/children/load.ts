/** Arguments: modules to require, one after the other. Prints the time and memory that this took. */
const before = process.memoryUsage().rss;
const cpu = process.cpuUsage();
const start = performance.now();
for (const name of process.argv.slice(2)) { module.require(name); }
const wall = performance.now() - start;
const { user, system } = process.cpuUsage(cpu);
const after = process.memoryUsage().rss;
process.stdout.write(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs: wall, rssBytes: after, addedRssBytes: after - before }));
