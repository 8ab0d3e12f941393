internal import AssayComponents
internal import AssayDefinition
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP
internal import Foundation
internal import Glibc
internal import Synchronization

/// Runs a pipeline in front of a person: progress on stderr, the report on stdout if asked for, signals, exit code.
struct RunConsole {
  let gate: GateOptions

  /// Runs to the end and throws the exit code, if it is not 0.
  func run(
    _ definition: PipelineDefinition, _ options: RunOptions, secrets: [String],
    summary: (RunReport, TerminalStyle) -> String
  ) async throws {
    let report = try await report(definition, options, secrets: secrets, summary: summary)
    if report.exitCode != 0 { throw ExitStatus(code: Int32(report.exitCode)) }
  }

  /// Runs to the end; the exit code is the report's.
  func report(
    _ definition: PipelineDefinition, _ options: RunOptions, secrets: [String],
    summary: (RunReport, TerminalStyle) -> String = { _, _ in "" }
  ) async throws -> RunReport {
    var options = options
    options.failOn = gate.failOn
    options.minimumScore = gate.minScore
    options.assayVersion = assayVersion
    options.environment = ProcessInfo.processInfo.environment
    options.reports += try gate.reports.map { try Catalogue.standard.report(for: $0) }
    if !options.isTrial {
      options.reports += Catalogue.standard.automaticReports(
        in: options.environment, except: definition.reports.map(\.kind))
    }
    if let path = gate.baseline {
      options.baseline = try readBaseline(path, of: definition)
      options.baselinePath = path
    }
    let lines = Mutex("")
    let clashes = definition.clashes(options)
    if !clashes.isEmpty {
      for clash in clashes { Terminal.error("error: \(clash)") }
      Terminal.error("nothing was run")
      throw ExitStatus(code: 2)
    }
    let style = TerminalStyle.standardError()
    let proxies = ProxySettings(environment: options.environment)
    let transport = LazyTransport(proxies)
    let progress = gate.quiet ? nil : ProgressDisplay(style: style)
    let run = PipelineRun(
      definition, options: options, mask: SecretMask(secrets + proxies.secrets), makeTransport: { transport.make() },
      shutDown: { await transport.shutDown() }, events: { progress?.note($0, $1) },
      console: { text in lines.withLock { $0 += text } })
    let signals = SignalWatch { run.interrupt(exitCode: 128 + Int($0)) }
    defer { signals.stop() }
    // What data and servers say must not command the CI system that watches.
    let fence = WorkflowCommand.fence(in: options.environment, token: UUID().uuidString)
    if let fence { Terminal.write(fence.start, to: STDERR_FILENO) }
    progress?.start(run.state)
    var report = await run.run()
    progress?.stop()
    if gate.json, !Terminal.output(report.json.prettyText) {
      Terminal.error("error: the report could not be written to stdout")
      if report.exitCode < 2 || report.exitCode == 4 { report.exitCode = 3 }
    }
    if gate.quiet {
      for message in report.messages { Terminal.error("error: \(message)") }
    } else {
      Terminal.write(summary(report, style), to: STDERR_FILENO)
    }
    if let fence { Terminal.write(fence.end, to: STDERR_FILENO) }
    let afterwards = lines.withLock { $0 }
    if !afterwards.isEmpty { Terminal.write(afterwards, to: STDERR_FILENO) }
    return report
  }
}

/// The HTTP transport of a run, made when the first request is.
private final class LazyTransport: Sendable {
  private let transport = Mutex<ClientTransport?>(nil)
  private let proxies: ProxySettings

  init(_ proxies: ProxySettings) { self.proxies = proxies }

  func make() -> ClientTransport {
    transport.withLock { transport in
      if let transport { return transport }
      let made = ClientTransport(proxies: proxies)
      transport = made
      return made
    }
  }

  func shutDown() async { await transport.withLock { $0 }?.shutdown() }
}
