// What comes in ever newer versions, each asked for once, but for those that did not come: a
// connection may be lost just then.
export class Newest {
  private asked = 0;

  // Undefined where that version or a newer one was asked for already, and where it does not come.
  async get<T>(version: number, ask: () => Promise<T>): Promise<T | undefined> {
    const before = this.asked;
    if (version <= before) return undefined;
    this.asked = version;
    const come = await ask().catch(() => undefined);
    if (come === undefined && this.asked === version) this.asked = before;
    return come;
  }
}
