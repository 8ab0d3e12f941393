internal import AssayFormats
package import AssayStore

/// When a gate fails.
package enum FailOn: String, Sendable, CaseIterable {
  /// Nothing fails it; the report says what it would have.
  case never
  /// Warnings fail it too.
  case warn
  /// Checks that fail. The default.
  case fail
}

/// What a run does with a recording.
package enum RecordingUse: Sendable {
  case writes(Recording)
  case reads(Recording)
}

/// What the call says about a run.
package struct RunOptions: Sendable {
  /// The pipeline file as the user wrote it.
  package var file = ""
  /// The folder that relative paths start at.
  package var directory = ""
  package var definitionSHA256 = ""
  package var failOn = FailOn.fail
  /// Every graded dataset's overall score must reach it; 0 to 100.
  package var minimumScore: Double?
  /// What is known to be wrong already, and fails no gate.
  package var baseline: Baseline?
  /// Its file, which nothing may be written over.
  package var baselinePath: String?
  /// Whether outputs are published, and the file's reports written; otherwise the run only grades.
  package var publishes = true
  /// The store's file; nil for a run without one, which can have no outputs.
  package var storePath: String?
  /// Reports beside those that the file asks for; the paths of their files start at the current folder.
  package var reports: [RequestedReport] = []
  /// Whether to wait for another run of the pipeline to end, rather than to fail.
  package var waits = false
  package var assayVersion = ""
  /// The process's environment, for reports that go where a CI system says.
  package var environment: [String: String] = [:]
  /// The run's time: that of the machine, of a broken run that is gone on with, or of a recording.
  package var clock = RunClock()
  /// The broken run that this one goes on with.
  package var resumes: RunRecord?
  /// How old pages may be that a broken run has fetched.
  package var resumeMaxAge = Duration.seconds(86_400)
  /// The run's id, where whoever starts it has to know it beforehand; nil for a new one.
  package var runID: String?
  package var trigger = RunTrigger.manual
  /// How the run was called, as JSON with secrets masked, so that it can be done again; nil where nobody will.
  package var call: String?
  /// The claim on its slot that the run starts with; nil for a run that nobody claimed a slot for.
  package var claim: SlotClaim?
  /// Whether it may go on beside runs of the pipeline that stand for other moments.
  package var runsBesideOthers = false
  /// Whether the notifiers of the file are told of the run.
  package var notifies = false
  /// Whether incremental sources start again.
  package var refreshes = false
  /// The part of the pipeline that is run; nil for all of it.
  package var part: RunPart?
  /// What is run of the pipeline, and published; nil for all of it.
  package var selection: RunSelection?
  /// How long a node that is told to stop is waited for, before it is left behind.
  package var patience = stoppingPatience
  /// The recording that is written, or answered from.
  package var recording: RecordingUse?

  package init() {}

  /// Whether the run is to look at something, and is none of the pipeline's history.
  package var isTrial: Bool { part != nil || !publishes }
}
