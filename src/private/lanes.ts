import { CfnCondition, CfnResource, CustomResource, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { lateDependency } from './late-dependency';
import { dependenciesOf } from './stack-dependencies';

/** The custom resources of an export job: CloudFormation begins with the first and is done with the last. */
type Job = readonly CustomResource[];

/** Jobs of which only some may run at a time. */
interface Queue {
  readonly maxConcurrency: number;
  readonly jobs: Job[];
}

/**
 * Lets CloudFormation be the queue for the export jobs of a stack: in each of a provider's lanes, a job waits for the one before it.
 *
 * The user's own dependencies may go against the order in which jobs are defined, and through other resources. So the jobs of the whole
 * stack are put in an order that has each job after those that it waits for anyway, and the lanes follow that order. Whatever a
 * job waits for, for either reason, comes before it: there can be no circle.
 */
export class Lanes {
  public static of(stack: Stack): Lanes {
    const lanes = Lanes.ofStacks.get(stack) ?? new Lanes(stack);
    Lanes.ofStacks.set(stack, lanes);
    return lanes;
  }

  private static readonly ofStacks = new WeakMap<Stack, Lanes>();

  private readonly queues: Queue[] = [];
  private previous?: ReadonlyMap<Job, Job>;
  private firstOfTree?: Job;
  private isArranging = false;

  private constructor(private readonly stack: Stack) {}

  public addQueue(maxConcurrency: number): (job: Job) => void {
    const queue: Queue = { maxConcurrency, jobs: [] };
    this.queues.push(queue);
    return job => {
      queue.jobs.push(job);
      this.previous = this.firstOfTree = undefined;
      job[0]!.node.addDependency(lateDependency(() => this.dependencyRoots(job)));
    };
  }

  /** Asked for when all resources and their dependencies are there. */
  private dependencyRoots(job: Job): IConstruct[] {
    // it is the arrangement that asks, which wants to know what the user put in order
    if (this.isArranging) { return []; }
    // the CDK asks in the order of the tree: a synthesis begins with the first job
    this.firstOfTree ??= this.findFirstOfTree();
    if (this.previous === undefined || job === this.firstOfTree) { this.previous = this.arrange(); }
    return this.previous.get(job)?.slice(-1) ?? [];
  }

  private findFirstOfTree(): Job | undefined {
    const jobOf = new Map<IConstruct, Job>(this.queues.flatMap(({ jobs }) => jobs.map(job => [job[0]!, job] as const)));
    const first = this.stack.node.findAll().find(construct => jobOf.has(construct));
    return first && jobOf.get(first);
  }

  /** Without those that were taken out of the tree. */
  private allJobs(): Job[] {
    const constructs = new Set(this.stack.node.findAll());
    return this.queues.flatMap(({ jobs }) => jobs).filter(job => constructs.has(job[0]!));
  }

  private arrange(): Map<Job, Job> {
    const previous = new Map<Job, Job>();
    if (this.queues.every(({ jobs, maxConcurrency }) => jobs.length <= maxConcurrency)) { return previous; }
    const inOrder = this.inOrder();
    for (const { jobs, maxConcurrency } of this.queues) {
      const queue = inOrder.filter(job => jobs.includes(job));
      queue.forEach((job, index) => {
        for (let before = index - maxConcurrency; before >= 0; before -= maxConcurrency) {
          if (!existsWhenever(queue[before]!, job)) { continue; }
          previous.set(job, queue[before]!);
          return;
        }
      });
    }
    return previous;
  }

  /** Each job after those that it waits for, else as defined; without jobs that wait for themselves, which CloudFormation will refuse. */
  private inOrder(): Job[] {
    const jobs = this.allJobs();
    const waitsFor = this.dependencies(jobs);
    const inOrder = new Set<Job>();
    const visited = new Set<Job>();
    const visit = (job: Job): boolean => {
      if (!visited.has(job)) {
        visited.add(job);
        if (waitsFor(job).map(visit).every(Boolean)) { inOrder.add(job); }
      }
      return inOrder.has(job);
    };
    jobs.forEach(visit);
    return [...inOrder];
  }

  /** Which jobs a job waits for, also through other resources. */
  private dependencies(jobs: Job[]): (job: Job) => Job[] {
    this.isArranging = true;
    try {
      const graph = dependenciesOf(this.stack);
      const jobOf = new Map(jobs.flatMap(job => job.map(resource => [resource.node.defaultChild as CfnResource, job] as const)));
      return job => {
        const found = new Set<Job>();
        const seen = new Set<CfnResource>();
        const search = job.map(resource => resource.node.defaultChild as CfnResource);
        for (let resource = search.pop(); resource !== undefined; resource = search.pop()) {
          if (seen.has(resource)) { continue; }
          seen.add(resource);
          const other = jobOf.get(resource) ?? job;
          if (other !== job) { found.add(other); } else { search.push(...graph.get(resource) ?? []); }
        }
        return jobs.filter(other => found.has(other));
      };
    } finally {
      this.isArranging = false;
    }
  }
}

/** Nothing may depend on a resource whose condition may be false when its own is true. */
function existsWhenever(job: Job, other: Job): boolean {
  const condition = conditionOf(job.at(-1)!);
  return condition === undefined || condition === conditionOf(other[0]!);
}

function conditionOf(resource: CustomResource): CfnCondition | undefined {
  return (resource.node.defaultChild as CfnResource).cfnOptions.condition;
}
