import AssayEngine
import AssayDefinition
import AssayFormats
struct TerminalStyle { static func standardError() -> TerminalStyle { .init() } }
struct RunSummary { var report: RunReport; var style: TerminalStyle; var text: String { "\(report.outcome) \(report.exitCode)\n" + report.messages.joined(separator: "\n") + "\n" + report.steps.map { "\($0.kind) \($0.name) \($0.status) \($0.counters.rowsIn) \($0.counters.rowsOut) \($0.durationSeconds) \($0.counters.requests) \($0.error ?? "")\n" }.joined() } }
struct CheckSummary { var report: RunReport; var style: TerminalStyle; var text: String { RunSummary(report: report, style: style).text } }
final class ProgressDisplay { init(run: PipelineRun, style: TerminalStyle) {}; func stop() {} }
