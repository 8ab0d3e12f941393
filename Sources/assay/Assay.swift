internal import ArgumentParser
internal import AssayHTTP
internal import CAssay
internal import Glibc

/// The command line: each command is a thin file of its own.
struct Assay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assay",
    abstract: "Fetches data, enriches it, grades it, and stops bad data from going further.",
    discussion: """
      People read stderr, machines read stdout. Exit codes: 0 passed, 1 the gate failed, 2 the pipeline file or the call \
      is wrong, 3 the run broke, 4 a budget ran out, 130 and 143 interrupted.
      """,
    version: assayVersion,
    subcommands: [
      RunCommand.self, ScheduleCommand.self, PlanCommand.self, BaselineCommand.self, CheckCommand.self,
      InitCommand.self,
      RunsCommand.self, ShowCommand.self, LogsCommand.self, ResumeCommand.self, RerunCommand.self,
      BackfillCommand.self, VacuumCommand.self,
      HistoryCommand.self, DiffCommand.self, NotifyCommand.self, ValidateCommand.self, ExplainCommand.self,
      SchemaCommand.self, ReferenceCommand.self,
    ])
}

@main
enum Program {
  static func main() async {
    assay_keep_freed_memory()
    raiseFileLimit()
    do {
      var command = try Assay.parseAsRoot(callArguments())
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let exit as ExitStatus {
      Glibc.exit(exit.code)
    } catch {
      let code = Assay.exitCode(for: error)
      if code == .success {
        print(Assay.fullMessage(for: error))
        Glibc.exit(0)
      }
      Terminal.error(Assay.fullMessage(for: error))
      // The call is wrong; EX_USAGE is not among the codes that Assay promises.
      Glibc.exit(2)
    }
  }
}

/// What the program was called with, without its name.
///
/// The standard library finds that beside the environment, where it is not if a preloaded library has moved the
/// environment; the system knows it all the same.
private func callArguments() -> [String] {
  let known = CommandLine.arguments.dropFirst()
  guard known.isEmpty, let file = fopen("/proc/self/cmdline", "r") else { return Array(known) }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65_536)
  while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
  // Each word ends with a zero byte, the last one too.
  return bytes.dropLast().split(separator: 0, omittingEmptySubsequences: false).dropFirst()
    .map { String(decoding: $0, as: UTF8.self) }
}

/// Lets the process hold as many files as the system allows: each file output holds one until it is published.
private func raiseFileLimit() {
  var limit = rlimit()
  guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max else {
    return
  }
  limit.rlim_cur = min(limit.rlim_max, 65_536)
  setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}

/// The exit code of a command that has said all there is to say.
struct ExitStatus: Error {
  var code: Int32
}
