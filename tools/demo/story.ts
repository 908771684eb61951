import { stripVTControlCharacters, styleText } from 'util';

type Style = Parameters<typeof styleText>[0];

/** What a demo tells its reader: steps, each with its result, and in the end whether all went as expected. */
export class Story {
  private readonly surprises: string[] = [];
  private steps = 0;

  /** @param verbose whether to show the CLI's own output */
  constructor(private readonly verbose: boolean) {}

  /** What is real here, and what is not. */
  public banner(title: string, lines: Readonly<Record<string, string>>): void {
    this.say(`\n${paint('bold', title)}`);
    this.facts(lines);
  }

  public step(text: string): void {
    this.steps += 1;
    this.say(`\n${paint(['bold', 'cyan'], `${this.steps}. ${text}`)}`);
  }

  public say(text: string): void {
    console.log(text);
  }

  /** Lines of something else's. */
  public quote(text: string): void {
    this.say(paint('dim', text.trimEnd().replace(/^/gm, '     ')));
  }

  /** Names and values, in two columns. */
  public facts(lines: Readonly<Record<string, string>> | readonly (readonly string[])[]): void {
    const entries = Array.isArray(lines) ? lines : Object.entries(lines);
    const width = Math.max(...entries.map(([name]) => name.length)) + 2;
    for (const [name, value] of entries) { this.say(`   ${paint('dim', name.padEnd(width))}${value}`); }
  }

  /** Tells the reader that something happened as expected, or that it did not. */
  public expect(what: string, isSo: boolean): void {
    if (!isSo) { this.surprises.push(what); }
    this.say(`   ${isSo ? paint('green', '✔') : paint('red', '✘ this did not happen:')} ${what}`);
  }

  /** Takes the output of the CDK CLI, piece by piece. */
  public readonly cliOutput = (text: string): void => {
    if (this.verbose) { process.stdout.write(text); }
  };

  /** Sets the exit code. `--verbose` is what a reader needs next if something did not happen. */
  public end(next: Readonly<Record<string, string>>): void {
    if (this.surprises.length > 0) {
      this.say(`\n${paint('red', `${this.surprises.length} of the expected results did not happen.`)}${this.verbose ? '' : ' Run it again with --verbose to see the output of the CDK CLI.'}`);
      process.exitCode = 1;
      return;
    }
    this.say(`\n${paint('bold', 'Where to go next')}`);
    this.facts(next);
  }
}

/** The lines of a text from the last one that contains `words`, without colors and margins. */
export function excerpt(text: string, words: string, lines: number): string[] {
  const all = stripVTControlCharacters(text).split('\n').map(line => line.trim());
  const start = all.map(line => line.includes(words)).lastIndexOf(true);
  return start < 0 ? [] : all.slice(start, start + lines);
}

function paint(style: Style, text: string): string {
  return process.stdout.isTTY && process.env.NO_COLOR === undefined ? styleText(style, text) : text;
}
