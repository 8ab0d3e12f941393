internal import AssayDefinition
internal import AssayEngine
internal import AssayHTTP
internal import AssaySchedule
internal import AssayService
internal import AssayStore
internal import Foundation

/// Reads pipeline files for their schedules: as `validate` does, without secrets.
struct ScheduledPipelines: Sendable {
  var envFile: String?
  var store: String?

  /// What stands in a file, or what is wrong with it.
  func read(_ path: String) -> PipelineReading {
    guard let data = FileManager.default.contents(atPath: path) else {
      return .broken(["\(path): error: the file cannot be read"])
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      return .broken(["\(path): error: the file is not UTF-8"])
    }
    var notes: [String] = []
    let read = try? PipelineFile(path, text: text, params: [], envFile: envFile, unsetIsFault: false) {
      notes.append($0)
    }
    guard let file = read else { return .broken(notes + ["\(path): error: its environment file cannot be read"]) }
    let mask = SecretMask(file.result.secrets)
    let rendering = DiagnosticRendering(file: path, text: file.text) { mask.apply(to: $0) }
    let diagnostics = file.result.diagnostics.sorted { $0.location < $1.location }
    guard let definition = file.result.definition else {
      return .broken(diagnostics.filter { $0.severity == .error }.map { mask.apply(to: rendering.line($0)) })
    }
    let place = store ?? (file.directory.isEmpty ? "assay.db" : "\(file.directory)/assay.db")
    return .good(
      ScheduledPipeline(
        name: definition.name, text: file.text, store: absolutePath(place),
        entries: definition.schedules.map(\.declaration.jobSchedule), notifies: !definition.notifiers.isEmpty),
      warnings: notes
        + diagnostics.filter { $0.severity == .warning }.map { mask.apply(to: rendering.line($0)) })
  }
}

/// The next runs of pipelines.
struct NextRuns {
  struct Run {
    var pipeline: String
    var at: ZonedMoment
    /// Runs of one moment that are called differently are two.
    var variant: String
  }

  /// The first so many runs of all pipelines from a moment on, those at it included, in the order of time.
  static func first(_ count: Int, of pipelines: [ScheduledPipeline], from seconds: Int) -> [Run] {
    struct Line {
      var name: String
      var variant: String
      var slots: any SlotSource
      var next: ZonedMoment?
    }
    var lines = pipelines.flatMap { pipeline in
      pipeline.entries.map { entry in
        Line(
          name: pipeline.name, variant: entry.variant, slots: entry.slots, next: entry.slots.next(after: seconds - 1))
      }
    }
    var runs: [Run] = []
    while runs.count < count {
      var best: Int?
      for (index, line) in lines.enumerated() {
        guard let next = line.next else { continue }
        if let other = best.flatMap({ lines[$0].next }),
          (other.seconds, lines[best ?? 0].name) <= (next.seconds, line.name)
        {
          continue
        }
        best = index
      }
      guard let best, let next = lines[best].next else { break }
      lines[best].next = lines[best].slots.next(after: next.seconds)
      // Two schedules of a pipeline that meet are one run, if both call it alike.
      let run = Run(pipeline: lines[best].name, at: next, variant: lines[best].variant)
      let twins = runs.reversed().prefix { $0.at.seconds == next.seconds }
      if !twins.contains(where: { $0.pipeline == run.pipeline && $0.variant == run.variant }) { runs.append(run) }
    }
    return runs
  }
}
