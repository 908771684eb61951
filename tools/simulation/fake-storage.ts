import type { Contents, StorageApi } from '../../lambda/storage-api';

/** What exports have written, in memory. */
export class FakeStorage implements StorageApi {
  public readonly listed: string[] = [];
  /** In every folder. */
  public contents: Contents = { objects: 2, bytes: 5_000 };
  /** Each listing takes the next fault. */
  public faults: Error[] = [];
  /** The fault of all further listings. */
  public alwaysFault: Error | undefined;

  public async contentsOf(folderUri: string): Promise<Contents> {
    this.listed.push(folderUri);
    const fault = this.faults.shift() ?? this.alwaysFault;
    if (fault) { throw fault; }
    return this.contents;
  }
}
