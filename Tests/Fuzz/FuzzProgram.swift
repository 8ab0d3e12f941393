import FuzzSubjects
import Glibc

/// `assay-fuzz SUBJECT… | all [--seconds N] [--seed S] [--round R]`: runs rounds until the time is over or a difference
/// is found, which ends it with exit code 1. `--round` runs that one round again.
@main enum FuzzProgram {
  static func main() {
    let options: FuzzOptions
    do throws(FuzzOptions.Mistake) {
      options = try FuzzOptions(CommandLine.arguments.dropFirst())
    } catch {
      say("assay-fuzz: \(error.message)\n\(FuzzOptions.usage)", to: STDERR_FILENO)
      exit(2)
    }
    CrashNote.install()
    var isClean = true
    for subject in options.subjects where !run(subject, options) { isClean = false }
    exit(isClean ? 0 : 1)
  }

  private static func run(_ subject: FuzzSubject, _ options: FuzzOptions) -> Bool {
    let start = processorSeconds()
    var number = options.round ?? 0
    var rounds = 0
    var inputs = 0
    while true {
      CrashNote.set("\nassay-fuzz: \(subject.name) died: --seed \(options.seed) --round \(number)\n")
      // A round takes milliseconds; one that takes this long does not end.
      alarm(120)
      let round = subject.run(seed: options.seed, round: number)
      alarm(0)
      rounds += 1
      inputs += round.inputs
      if let finding = round.finding {
        say(
          """
          \(subject.name): a difference after \(inputs) inputs, --seed \(options.seed) --round \(number)
          \(finding.what)
          input (\(finding.input.count) bytes): \(finding.literal)
          """)
        return false
      }
      number += 1
      if options.round != nil || processorSeconds() - start >= Double(options.seconds) { break }
    }
    let took = Int(processorSeconds() - start)
    say(
      "\(subject.name): \(inputs) inputs in \(rounds) rounds, \(took) s of processor time, seed \(options.seed): "
        + "no difference (\(subject.summary))"
    )
    return true
  }

  /// The time that the process has had a processor, so that a busy machine does not shorten a run.
  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Prints at once: the program may die in the next round.
  private static func say(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
    let line = Array((text.hasSuffix("\n") ? text : text + "\n").utf8)
    _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }
}
