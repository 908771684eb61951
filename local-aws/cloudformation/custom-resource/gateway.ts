import { ResponseServer } from './response-server';
import type { World } from '../../core';
import type { Interceptor } from '../../front/calls';
import type { LambdaService } from '../../services/lambda';

/** The way in for answers and signals: one server, which starts when it is first needed, and which all functions are shown. */
export class Gateway {
  /** stand around every answer and signal */
  public readonly interceptors: Interceptor[] = [];
  private started?: Promise<ResponseServer>;

  constructor(private readonly world: World, private readonly lambda: LambdaService) {}

  public server(): Promise<ResponseServer> {
    this.started ??= this.start();
    return this.started;
  }

  public async stop(): Promise<void> {
    await (await this.started)?.stop();
  }

  private async start(): Promise<ResponseServer> {
    const server = await ResponseServer.start(this.world.region, this.interceptors);
    this.lambda.openGateway([server.host, server.waitHost].join(), server.port, server.certificate);
    return server;
  }
}
