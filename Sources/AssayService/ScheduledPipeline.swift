package import AssaySchedule

/// A pipeline file as the scheduler takes it, read and checked.
package struct ScheduledPipeline: Sendable {
  /// One entry of its `schedule`, with the params of its runs.
  package struct Entry: Sendable {
    package var schedule: JobSchedule
    package var params: [(name: String, value: String)]

    package init(schedule: JobSchedule, params: [(name: String, value: String)]) {
      self.schedule = schedule
      self.params = params
    }
  }

  package let name: String
  /// The file's text: its runs are of this form, whatever becomes of the file meanwhile.
  package var text: String
  /// The store's file.
  package let store: String
  /// What tells the pipeline from all others: its runs are known by store and name.
  package let id: String
  package var entries: [Entry]
  /// Whether somebody wants to know of missed slots and of runs that died.
  package var notifies: Bool

  package init(name: String, text: String, store: String, entries: [Entry], notifies: Bool = false) {
    self.name = name
    self.text = text
    self.store = store
    id = "\(store)#\(name)"
    self.entries = entries
    self.notifies = notifies
  }

  var job: ScheduledJob { ScheduledJob(id: id, schedules: entries.map(\.schedule)) }

  func entry(of variant: String) -> Entry? { entries.first { $0.schedule.variant == variant } }
}

/// What came of reading a pipeline file.
package enum PipelineReading: Sendable {
  /// A pipeline without schedules has no entries. What is odd about it is said, a line each.
  case good(ScheduledPipeline, warnings: [String])
  /// What is wrong with it, a line each.
  case broken([String])
}
