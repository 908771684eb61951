import { CfnCondition, CfnResource, CustomResource, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { dependenciesOf, lateDependency } from './dependencies';

/** The custom resources of an export job, in the order in which CloudFormation creates them. */
type Job = readonly CustomResource[];

/** Jobs of which only some may run at the same time. */
interface Queue {
  readonly maxConcurrency: number;
  readonly jobs: Job[];
}

/**
 * Makes CloudFormation the queue for the export jobs of a stack: in each lane of a provider, a job depends on the one before it.
 *
 * The user's own dependencies may contradict the order of definition, and lead through other resources. So all jobs of the stack are
 * sorted such that each comes after those that it depends on anyway, and the lanes follow that order: no dependency goes backwards, so
 * there can be no cycle.
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

  /** The CDK asks for them when all resources and their dependencies are defined. */
  private dependencyRoots(job: Job): IConstruct[] {
    // arrange() is asking, for the user's own dependencies
    if (this.isArranging) { return []; }
    // the CDK asks in the order of the tree: the first job means a new synthesis
    this.firstOfTree ??= this.findFirstOfTree();
    if (this.previous === undefined || job === this.firstOfTree) { this.previous = this.arrange(); }
    return this.previous.get(job)?.slice(-1) ?? [];
  }

  private findFirstOfTree(): Job | undefined {
    const jobOf = new Map<IConstruct, Job>(this.queues.flatMap(({ jobs }) => jobs.map(job => [job[0]!, job] as const)));
    const first = this.stack.node.findAll().find(construct => jobOf.has(construct));
    return first && jobOf.get(first);
  }

  /** Without those that were removed from the tree. */
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

  /** Each job after those that it depends on, otherwise as defined. Without jobs in cycles, which CloudFormation refuses. */
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

  /** The jobs that a job depends on, directly or through other resources. */
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

/** A resource must not depend on one whose condition may be false while its own is true. */
function existsWhenever(job: Job, other: Job): boolean {
  const condition = conditionOf(job.at(-1)!);
  return condition === undefined || condition === conditionOf(other[0]!);
}

function conditionOf(resource: CustomResource): CfnCondition | undefined {
  return (resource.node.defaultChild as CfnResource).cfnOptions.condition;
}
