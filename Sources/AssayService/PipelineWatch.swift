/// Which form of each pipeline file is in force: the last one that was good.
package struct PipelineWatch {
  /// What has changed since the last look.
  package struct Changes {
    package var taken: [(file: String, pipeline: ScheduledPipeline)] = []
    /// Pipelines that are no longer there, by id.
    package var dropped: [String] = []
    /// What is to be said, in order.
    package var notes: [Note] = []
  }

  package struct Note {
    package var isError: Bool
    package var file: String
    package var text: String
  }

  private struct Known {
    /// As it was read last; nil for one that is still to be read.
    var read: FileStamp?
    /// As it was seen last.
    var seen: FileStamp
    var good: ScheduledPipeline?
    var isBroken = false
    /// The pipeline that another file has, so that this one is not run.
    var waitsFor: String?
    /// Looks in a row in which it was missing.
    var missing = 0
  }

  private let folder: PipelineFolder
  private let read: @Sendable (String) -> PipelineReading
  private var known: [String: Known] = [:]
  /// The file of each pipeline, by the pipeline's id.
  private var owners: [String: String] = [:]

  package init(_ folder: PipelineFolder, read: @escaping @Sendable (String) -> PipelineReading) {
    self.folder = folder
    self.read = read
  }

  /// Files whose present form is broken.
  package var broken: [String] { known.filter(\.value.isBroken).keys.sorted() }
  package var count: Int { known.count }

  /// Looks at all files. One that has changed is read once it looks the same twice in a row, so that none is read while it
  /// is being written; the first time, and where `readsAll` says so, all are read at once. O(files).
  package mutating func look(readsAll: Bool = false) -> Changes {
    var changes = Changes()
    let stamps = folder.stamps()
    for (file, var one) in known.sorted(by: { $0.key < $1.key }) where stamps[file] == nil {
      one.missing += 1
      known[file] = one
      if one.missing < 2, !readsAll { continue }
      known[file] = nil
      if let good = one.good {
        free(good.id)
        changes.dropped.append(good.id)
        changes.notes.append(
          Note(isError: false, file: file, text: "the file is gone: '\(good.name)' is not run any more"))
      }
    }
    for (file, stamp) in stamps.sorted(by: { $0.key < $1.key }) {
      var one = known[file] ?? Known(seen: stamp)
      one.missing = 0
      let isSettled = one.seen == stamp || known[file] == nil
      one.seen = stamp
      if readsAll || (one.read != stamp && isSettled) {
        one.read = stamp
        take(read(file), of: file, &one, &changes)
      }
      known[file] = one
    }
    return changes
  }

  /// Lets files that have the pipeline too be read again.
  private mutating func free(_ id: String) {
    owners[id] = nil
    for (file, one) in known where one.waitsFor == id {
      known[file]?.read = nil
      known[file]?.waitsFor = nil
    }
  }

  private mutating func take(_ reading: PipelineReading, of file: String, _ one: inout Known, _ changes: inout Changes)
  {
    let before = one.good
    switch reading {
    case .broken(let faults):
      changes.notes += faults.map { Note(isError: true, file: file, text: $0) }
      let goesOn = before == nil ? "it is not run" : "its last good form goes on"
      changes.notes.append(Note(isError: true, file: file, text: "the file is broken; \(goesOn)"))
      one.isBroken = true
    case .good(let pipeline, let warnings):
      changes.notes += warnings.map { Note(isError: false, file: file, text: $0) }
      one.isBroken = false
      one.waitsFor = nil
      if !pipeline.entries.isEmpty, let owner = owners[pipeline.id], owner != file {
        one.isBroken = true
        one.waitsFor = pipeline.id
        changes.notes.append(
          Note(
            isError: true, file: file,
            text: "another file has the pipeline '\(pipeline.name)' of the same store already; this one is not run"))
        return
      }
      one.good = pipeline.entries.isEmpty ? nil : pipeline
      if let before, before.id != one.good?.id {
        free(before.id)
        changes.dropped.append(before.id)
      }
      if let good = one.good {
        owners[good.id] = file
        changes.taken.append((file, good))
      }
    }
  }
}
