package import AssaySchedule

/// A pipeline file as the scheduler takes it, read and checked.
package struct ScheduledPipeline: Sendable {
  package let name: String
  /// The file's text: its runs are of this form, whatever becomes of the file meanwhile.
  package var text: String
  /// The store's file.
  package let store: String
  /// What tells the pipeline from all others: its runs are known by store and name.
  package let id: String
  /// The entries of its `schedule`, in the order of the file.
  package var entries: [JobSchedule]
  /// Whether somebody wants to know of missed slots and of runs that died.
  package var notifies: Bool

  package init(name: String, text: String, store: String, entries: [JobSchedule], notifies: Bool = false) {
    self.name = name
    self.text = text
    self.store = store
    id = "\(store)#\(name)"
    self.entries = entries
    self.notifies = notifies
  }

  var job: ScheduledJob { ScheduledJob(id: id, schedules: entries) }

  /// The place of a variant's entry, from 0; runs of a variant have the same params.
  func place(of variant: String) -> Int? { entries.firstIndex { $0.variant == variant } }
}

/// What came of reading a pipeline file.
package enum PipelineReading: Sendable {
  /// A pipeline without schedules has no entries. What is odd about it is said, a line each.
  case good(ScheduledPipeline, warnings: [String])
  /// What is wrong with it, a line each.
  case broken([String])
}
